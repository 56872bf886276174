import { describe, expect, it } from 'vitest';
import { TimeDrawers } from './time-drawers.ts';

describe('TimeDrawers', () => {
  it('gives each time a place of its own, after all times of earlier drawers', () => {
    const times = [9, 0, 4, 10, 5, 4];
    const drawers = new TimeDrawers(5, 0, 10);
    for (const time of times) {
      drawers.expect(time);
    }
    drawers.allot();
    expect(drawers.count).toBe(times.length);
    // Drawers of two each: 0, then 4, 5 and 4 as they come, then 9, and the end itself last.
    expect(times.map((time) => drawers.put(time))).toEqual([4, 0, 1, 5, 2, 3]);
  });

  it('puts times that are all the same one after the other', () => {
    const drawers = new TimeDrawers(3, 7, 7);
    for (let index = 0; index < 3; index += 1) {
      drawers.expect(7);
    }
    drawers.allot();
    expect([0, 1, 2].map(() => drawers.put(7))).toEqual([0, 1, 2]);
  });
});
