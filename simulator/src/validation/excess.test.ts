import { describe, expect, it } from 'vitest';
import { excess, type Judged } from './excess.ts';
import type { Tolerance } from './tolerance.ts';

const judged = (documented: number, simulated: number, tolerance: Tolerance): Judged => ({
  documented,
  simulated,
  prediction95: [simulated - 4, simulated + 4],
  tolerance,
});

describe('excess', () => {
  const cases: readonly (readonly [Tolerance, number, number, number])[] = [
    [{ kind: 'exact' }, 100, 98, -2],
    [{ kind: 'relative', share: 0.03 }, 100, 102, 0],
    [{ kind: 'relative', share: 0.03 }, 100, 104, 1],
    [{ kind: 'absolute', amount: 3 }, 15, 11, -1],
    [{ kind: 'at-most' }, 30, 31, 1],
    [{ kind: 'at-most' }, 30, 3, 0],
    [{ kind: 'at-least' }, 30, 29, -1],
    [{ kind: 'range', low: 200, high: 300 }, 250, 305, 5],
    [{ kind: 'prediction', confidence: 0.95 }, 8, 11, 0],
    [{ kind: 'prediction', confidence: 0.95 }, 8, 14, 2],
    [{ kind: 'prediction', confidence: 0.95 }, 8, 3, -1],
  ];
  for (const [tolerance, documented, simulated, expected] of cases) {
    it(`${tolerance.kind}: ${documented} documented, ${simulated} simulated: ${expected}`, () => {
      expect(excess(judged(documented, simulated, tolerance))).toBeCloseTo(expected, 12);
    });
  }

  it('follows a shift of all replications', () => {
    const figure = judged(8, 14, { kind: 'prediction', confidence: 0.95 });
    expect(excess(figure, -1)).toBe(1);
    expect(excess(figure, -2)).toBe(0);
  });

  it('is nothing for a figure that is not judged', () => {
    expect(excess({ documented: 1, simulated: 5, prediction95: null, tolerance: null })).toBe(0);
  });
});
