import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketMiddle, quantile } from './latency.ts';

/** Written anew from the definition, with integer arithmetic instead of the bits of a double. */
function bucketOf(duration: number): number {
  if (duration < 32) {
    return duration;
  }
  const octave = Math.floor(Math.log2(duration)) - 5;
  const scale = 2 ** octave;
  return octave * 32 + Math.floor(duration / scale);
}

it('reads any quantile within 2 % of the exact one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(10_000_000_000)), {
        minLength: 1,
        maxLength: 200,
      }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (durations, q) => {
        const histogram = new Map<number, number>();
        for (const duration of durations) {
          const bucket = bucketOf(duration);
          histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
        }
        const exact = durations.sort((a, b) => a - b)[Math.max(1, Math.ceil(q * durations.length)) - 1] ?? 0;
        expect(Math.abs(quantile(histogram, q) - exact)).toBeLessThanOrEqual(exact * 0.02);
      },
    ),
  );
});

it('gives the middle of a bucket', () => {
  expect([0, 31, 32, 63, 64, 65].map(bucketMiddle)).toEqual([0, 31, 32, 63, 64.5, 66.5]);
});

it('is zero where there is nothing', () => {
  expect(quantile(new Map(), 0.5)).toBe(0);
});
