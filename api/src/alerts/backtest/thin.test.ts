import { expect, it } from 'vitest';
import { thinned } from './thin.ts';

it('keeps the extremes of what it puts together, and what had no data', () => {
  const readings = [3, 1, null, 2, null, null, 9].map((value, at) => ({ at, value }));
  expect(thinned(readings, 4)).toEqual([
    { at: 1, low: 1, high: 3 },
    { at: 3, low: 2, high: 2 },
    { at: 5, low: null, high: null },
    { at: 6, low: 9, high: 9 },
  ]);
  expect(thinned(readings, 7)).toHaveLength(7);
  expect(thinned([], 7)).toEqual([]);
});
