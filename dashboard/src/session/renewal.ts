const MARGIN_SECONDS = 60;
const MS_PER_SECOND = 1000;

/**
 * How long to keep an access token before exchanging it: until a minute before it ends, so that no request meets the
 * end; for a token that lives under two minutes, half its life.
 *
 * @param expiresIn seconds the token lives
 * @returns milliseconds
 */
export function renewalDelay(expiresIn: number): number {
  return Math.max(expiresIn - MARGIN_SECONDS, expiresIn / 2) * MS_PER_SECOND;
}
