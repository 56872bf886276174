import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketMiddle } from './latency.ts';

/** Written anew from the definition, with integer arithmetic instead of the bits of a double. */
function bucketOf(duration: number): number {
  if (duration < 32) {
    return duration;
  }
  const octave = Math.floor(Math.log2(duration)) - 5;
  const scale = 2 ** octave;
  return octave * 32 + Math.floor(duration / scale);
}

it('is within 1/64 of every duration of the bucket', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(10_000_000_000)), (duration) => {
      expect(Math.abs(bucketMiddle(bucketOf(duration)) - duration)).toBeLessThanOrEqual(duration / 64);
    }),
  );
});

it('gives the middle of a bucket', () => {
  expect([0, 31, 32, 63, 64, 65].map(bucketMiddle)).toEqual([0, 31, 32, 63, 64.5, 66.5]);
});
