const FIRST_CEILING_MS = 500;
const HIGHEST_CEILING_MS = 15_000;

/**
 * How long to wait before the next attempt: full jitter, that is anything from nothing up to a ceiling that doubles
 * from 0.5 s to 15 s. A server that comes back is so not met by every browser at once.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 *
 * @param attempt failures since the last success, from 0
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function backoffDelay(attempt: number, random: number): number {
  const ceiling = Math.min(HIGHEST_CEILING_MS, FIRST_CEILING_MS * 2 ** attempt);
  return Math.round(ceiling * random);
}
