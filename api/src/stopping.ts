import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** A stop that takes longer is given up; what the spool holds is sent at the next start. */
const STOP_TIMEOUT_MS = 20_000;
const SAME_CTRL_C_MS = 1_000;
const EXIT_INTERRUPTED = 130;

/**
 * Aborts on the first signal to stop. Another one, a second later or more, ends the process at once: sooner it is
 * the same Ctrl-C, which a terminal sends to this process and npm passes on once more.
 *
 * @param say told what happens, for people
 */
export function stopOnSignal(say: (line: string) => void): AbortSignal {
  const stopping = new AbortController();
  let firstAt = 0;
  const stop = (): void => {
    if (stopping.signal.aborted) {
      if (Date.now() - firstAt >= SAME_CTRL_C_MS) {
        process.exit(EXIT_INTERRUPTED);
      }
      return;
    }
    firstAt = Date.now();
    say('\nStopping: answering the last requests, storing what was recorded…');
    setTimeout(() => {
      say('Gave up waiting. Nothing recorded is lost: the next start stores what is left.');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    stopping.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, stop);
  }
  return stopping.signal;
}

/** Resolves when the signal has aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
}

/** Resolves after a time, or sooner: when the signal has aborted. It does not keep the process running. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(milliseconds, undefined, { signal, ref: false });
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}
