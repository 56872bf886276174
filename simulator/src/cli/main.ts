import { runProgram } from './program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe (`| head`) has seen enough: no failure of ours.
  if (error.code === 'EPIPE') {
    process.exit(0);
  }
  throw error;
});

// The exit code is set, not forced, so that a slow pipe still gets all of the output.
process.exitCode = runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  ...(process.stderr.isTTY ? { progress: (text: string) => process.stderr.write(text) } : {}),
});
