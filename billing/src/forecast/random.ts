const TWO_POW_32 = 2 ** 32;

/**
 * A stream of numbers in [0, 1) that one seed always gives again: Tommy Ettinger's mulberry32, whose period of 2^32 is
 * far beyond what resampling a few months of days draws.
 *
 * @param seed a whole number
 */
export function seededStream(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_POW_32;
  };
}
