import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Logger } from '../postgres/logger.ts';
import { rest } from '../stopping.ts';

/**
 * Does something now and again, never twice at once. A failure is logged, and it is tried again at the next turn.
 *
 * @returns stops it; resolves when what is under way has ended
 */
export function repeating(
  intervalMs: number,
  work: () => Promise<void>,
  logger: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        const level = error instanceof DatabaseUnavailableError ? 'debug' : 'error';
        logger[level]({ err: error }, 'a part of the background jobs failed; it is tried again');
      }
      await rest(intervalMs, signal);
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}
