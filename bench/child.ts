/*
 * The processes that a benchmark consists of beside its own: each runs a file of the benchmark's folder from its source,
 * tells and is told by messages, and ends when it is disconnected.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts a file of TypeScript in a process of its own. */
export function startChild(file: URL, args: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(file), [...args], {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
}

/**
 * The child's next message; what it says is given by what it was asked, and by which file it runs.
 *
 * @throws {Error} when it ends before
 */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const exited = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.at(-1)} ended with code ${code} before it answered`);
  });
  try {
    const [received] = await Promise.race([once(child, 'message', { signal }), exited]);
    return received;
  } finally {
    exited.catch(() => undefined);
    controller.abort();
  }
}

/** Ends a child, and resolves when it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.connected) {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  }
}
