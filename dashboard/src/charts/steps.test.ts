import { describe, expect, it } from 'vitest';
import { axisTop, labelDistance } from './steps.ts';

describe('axisTop', () => {
  it('leaves air above the highest value and ends on a round number', () => {
    expect([0, 1, 3, 9, 40, 485, 12_345].map((highest) => axisTop(highest, 4))).toEqual([
      4, 4, 4, 10, 60, 600, 15_000,
    ]);
  });

  it('is never below the highest value', () => {
    for (let highest = 0; highest < 5000; highest += 7) {
      expect(axisTop(highest, 4)).toBeGreaterThanOrEqual(highest);
    }
  });
});

describe('labelDistance', () => {
  it('labels every column where there is room, and fewer where there is not', () => {
    expect(labelDistance(31, 1100, 32)).toBe(1);
    expect(labelDistance(31, 320, 32)).toBe(4);
    expect(labelDistance(1, 10, 32)).toBe(1);
    expect(labelDistance(397, 1100, 32)).toBe(12);
  });
});
