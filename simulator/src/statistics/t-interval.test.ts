import { describe, expect, it } from 'vitest';
import { momentsOf } from './moments.ts';
import { tInterval } from './t-interval.ts';

describe('momentsOf', () => {
  it('keeps its digits where all values are large', () => {
    const { n, mean, variance } = momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
    expect([n, mean, variance]).toEqual([4, 1e9 + 10, 30]);
  });
});

describe('tInterval', () => {
  it('reaches as far as the tables of Student say', () => {
    // t of 4 degrees of freedom is 2.776 at 95 % and 4.604 at 99 %; the standard error is √(2.5 / 5).
    const at95 = tInterval([1, 2, 3, 4, 5], 0.95);
    expect(at95.halfWidth).toBeCloseTo(2.776 * Math.sqrt(0.5), 3);
    expect([at95.mean, at95.n]).toEqual([3, 5]);
    expect(at95.high - at95.mean).toBeCloseTo(at95.halfWidth, 12);
    expect(at95.mean - at95.low).toBeCloseTo(at95.halfWidth, 12);
    expect(tInterval(Float32Array.of(1, 2, 3, 4, 5), 0.99).halfWidth).toBeCloseTo(4.604 * Math.sqrt(0.5), 3);
  });

  it('says nothing from one value, and everything from equal ones', () => {
    expect(tInterval([5], 0.95)).toEqual({
      mean: 5,
      halfWidth: Infinity,
      low: -Infinity,
      high: Infinity,
      n: 1,
    });
    expect(tInterval([5, 5, 5], 0.95)).toMatchObject({ low: 5, high: 5, halfWidth: 0 });
  });

  it('refuses what has no mean, and a confidence that is none', () => {
    expect(() => tInterval([], 0.95)).toThrow(RangeError);
    expect(() => tInterval([1, Number.NaN], 0.95)).toThrow(/Value 1 is NaN/);
    expect(() => tInterval([1, Infinity], 0.95)).toThrow(RangeError);
    for (const confidence of [0, 1, 95, Number.NaN]) {
      expect(() => tInterval([1, 2, 3], confidence)).toThrow(/between 0 and 1/);
    }
  });
});
