import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOrder } from './time-order.ts';

describe('timeOrder', () => {
  it('sorts, and keeps the order of equal times, for any times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 }), (times) => {
        const sorted = times
          .map((time, index) => ({ time, index }))
          .sort((one, other) => one.time - other.time || one.index - other.index);
        expect(Array.from(timeOrder(Float64Array.from(times)))).toEqual(sorted.map(({ index }) => index));
      }),
    );
  });

  it('sorts times of which most come at once', () => {
    const times = Float64Array.from({ length: 2000 }, (_, index) =>
      index === 0 ? 1e9 : (index * 7919) % 2000,
    );
    const order = timeOrder(times);
    for (let place = 1; place < order.length; place += 1) {
      expect(times[order[place] ?? 0]).toBeGreaterThanOrEqual(times[order[place - 1] ?? 0] ?? 0);
    }
  });
});
