import { runProgram } from './program.ts';
import { INTERRUPTED } from './terminal.ts';

const SHOW_CURSOR = '\u001B[?25h';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe (`| head`) has seen enough: no failure of ours.
  if (error.code === 'EPIPE') {
    process.exit(0);
  }
  throw error;
});

// The first Ctrl-C lets what is under way end cleanly, a second one does not wait for it.
const interrupt = new AbortController();
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) {
    process.stderr.write(process.stderr.isTTY ? SHOW_CURSOR : '');
    process.exit(INTERRUPTED);
  }
  interrupt.abort();
});

const code = await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  progress: process.stderr.isTTY ? (text: string) => process.stderr.write(text) : undefined,
  signal: interrupt.signal,
});

if (code === INTERRUPTED) {
  process.exit(code);
}
// The exit code is set, not forced, so that a slow pipe still gets all of the output.
process.exitCode = code;
