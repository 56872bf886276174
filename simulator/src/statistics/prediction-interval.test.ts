import { describe, expect, it } from 'vitest';
import { countPredictionInterval, predictionInterval } from './prediction-interval.ts';
import { tInterval } from './t-interval.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

describe('predictionInterval', () => {
  it('is √(n + 1) times as wide as the interval of the mean', () => {
    const values = [1, 2, 3, 4, 5];
    const { low, high, mean, n } = predictionInterval(values, 0.95);
    expect(high - mean).toBeCloseTo(tInterval(values, 0.95).halfWidth * Math.sqrt(6), 12);
    expect(mean - low).toBeCloseTo(high - mean, 12);
    expect([mean, n]).toEqual([3, 5]);
  });
});

describe('countPredictionInterval', () => {
  it('leaves one of forty to each side once there are 39 counts', () => {
    expect(countPredictionInterval(range(39), 0.95)).toMatchObject({ low: 0, high: 38 });
    expect(countPredictionInterval(range(79).reverse(), 0.95)).toMatchObject({ low: 1, high: 77 });
    // One count fewer: the extremes no longer reach far enough.
    expect(countPredictionInterval(range(38), 0.95).high).toBeGreaterThan(37);
  });

  it('is whole, not negative, and longer upwards for a rare event', () => {
    const { low, high, mean } = countPredictionInterval([0, 1, 0, 2, 0, 0, 1, 0, 3, 0], 0.95);
    expect(low).toBe(0);
    expect(Number.isInteger(high)).toBe(true);
    expect(high).toBeGreaterThan(3);
    expect(high - mean).toBeGreaterThan(mean - low);
  });

  it('is a single number when every replication counts the same', () => {
    for (let count = 0; count < 2000; count += 7) {
      expect(countPredictionInterval([count, count, count], 0.95)).toMatchObject({ low: count, high: count });
    }
  });

  it('knows nothing from one replication, and refuses a negative count', () => {
    expect(countPredictionInterval([4], 0.95)).toMatchObject({ low: 0, high: Infinity });
    expect(() => countPredictionInterval([1, -1], 0.95)).toThrow(/not negative/);
  });
});
