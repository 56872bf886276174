/** Half of a character: with this flag the two halves of a whole one are not met. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** What text columns get in its place, too. */
const REPLACEMENT = '\u{fffd}';

/**
 * A value as Postgres takes it for `json` and `jsonb`. JSON can write half of a character, which people can send and
 * Postgres refuses; it is replaced.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'string' ? part.replace(LONE_SURROGATE, REPLACEMENT) : part,
  );
}
