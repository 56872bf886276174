import { describe, expect, it } from 'vitest';
import { createStream } from './stream.ts';

function draws(seed: number, purpose: string, replication: number, count: number): number[] {
  const stream = createStream(seed, purpose, replication);
  return Array.from({ length: count }, () => stream.next());
}

describe('createStream', () => {
  it('repeats itself for the same seed, purpose and replication, and for nothing else', () => {
    const numbers = draws(1, 'walk', 0, 20);
    expect(draws(1, 'walk', 0, 20)).toEqual(numbers);
    expect(draws(2, 'walk', 0, 20)).not.toEqual(numbers);
    expect(draws(1, 'think', 0, 20)).not.toEqual(numbers);
    expect(draws(1, 'walk', 1, 20)).not.toEqual(numbers);
  });

  it('draws evenly over the open unit interval', () => {
    const bins = new Array<number>(10).fill(0);
    const numbers = draws(7, 'even', 0, 100_000);
    expect(numbers.every((number) => number > 0 && number < 1)).toBe(true);
    for (const number of numbers) {
      const bin = Math.floor(number * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // The 99.9 % quantile for 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.9);
  });

  it('keeps streams of neighbouring seeds uncorrelated', () => {
    const first = Array.from({ length: 5000 }, (_, seed) => draws(seed, 'first', 0, 1)[0] ?? 0);
    const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
    const lagged = first
      .slice(1)
      .reduce((sum, value, index) => sum + (value - mean) * ((first[index] ?? 0) - mean), 0);
    const variance = first.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(lagged / variance)).toBeLessThan(0.06);
  });
});
