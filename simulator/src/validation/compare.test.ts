import { describe, expect, it } from 'vitest';
import type { Figure } from '../figures/figure.ts';
import { allMet, type ComparedFigure, compare } from './compare.ts';
import type { Tolerance } from './tolerance.ts';

const figure = (kind: Figure['kind'], value: number, note?: string): Figure => ({
  id: 'one',
  value,
  unit: 'ms',
  section: 'a section',
  kind,
  ...(note === undefined ? {} : { note }),
});

function compareOne(
  documented: Figure,
  values: readonly number[] | undefined,
  tolerance: Tolerance | null,
): ComparedFigure {
  const [compared] = compare({
    figures: [documented],
    values: new Map(values === undefined ? [] : [['one', values]]),
    tolerance: () => tolerance,
    isHeldOut: () => false,
  });
  if (compared === undefined) {
    throw new Error('one figure in, one out');
  }
  return compared;
}

describe('compare', () => {
  const cases: [Tolerance, number, number[], ComparedFigure['verdict']][] = [
    [{ kind: 'exact' }, 100, [100, 100, 100], 'met'],
    // The mean alone would agree.
    [{ kind: 'exact' }, 100, [99, 100, 101], 'missed'],
    [{ kind: 'relative', share: 0.03 }, 100, [102, 103, 104], 'met'],
    [{ kind: 'relative', share: 0.03 }, 100, [103, 104, 105], 'missed'],
    [{ kind: 'absolute', amount: 2 }, 23, [21, 21, 21], 'met'],
    [{ kind: 'absolute', amount: 2 }, 23, [20, 21, 21], 'missed'],
    [{ kind: 'at-most' }, 30, [29, 31, 30], 'met'],
    [{ kind: 'at-most' }, 30, [30, 31, 30], 'missed'],
    [{ kind: 'at-least' }, 99.97, [99.98, 99.98], 'met'],
    [{ kind: 'at-least' }, 99.97, [99.96, 99.97], 'missed'],
    [{ kind: 'range', low: 200, high: 300 }, 250, [201, 203], 'met'],
    [{ kind: 'range', low: 200, high: 300 }, 250, [301, 303], 'missed'],
    [{ kind: 'prediction', confidence: 0.95 }, 8, [5, 7, 9, 11, 8, 6], 'met'],
    [{ kind: 'prediction', confidence: 0.95 }, 40, [5, 7, 9, 11, 8, 6], 'missed'],
    // One replication cannot say what another would show.
    [{ kind: 'prediction', confidence: 0.95 }, 8, [8], 'missed'],
  ];
  for (const [tolerance, documented, values, verdict] of cases) {
    it(`${tolerance.kind}: ${documented} documented, ${values.join(', ')} simulated: ${verdict}`, () => {
      expect(compareOne(figure('output', documented), values, tolerance).verdict).toBe(verdict);
    });
  }

  it('gives the mean with its interval, and where one more replication would lie', () => {
    const { simulated, ci95, prediction95 } = compareOne(
      figure('output', 10),
      [9.5, 10.5, 10, 10, 9.5, 10.5],
      { kind: 'relative', share: 0.1 },
    );
    // t(0.975, 5) = 2.5706; s = 0.44721.
    expect(simulated).toBe(10);
    expect(ci95?.[1]).toBeCloseTo(10 + (2.5706 * 0.44721) / Math.sqrt(6), 3);
    expect(prediction95?.[1]).toBeCloseTo(10 + 2.5706 * 0.44721 * Math.sqrt(7 / 6), 3);
  });

  it('shows a contradicted figure and judges it only where something says how near it has to come', () => {
    const documented = figure('contradicted', 100, 'the other says 50; the other is used');
    expect(compareOne(documented, [50, 51], null)).toMatchObject({
      simulated: 50.5,
      verdict: 'contradicted',
      tolerance: null,
      note: 'the other says 50; the other is used',
    });
    expect(compareOne(documented, [50, 51], { kind: 'relative', share: 0.03 }).verdict).toBe('missed');
  });

  it('does not judge what is not simulated, or has no tolerance', () => {
    expect(compareOne(figure('input', 5), undefined, { kind: 'exact' })).toMatchObject({
      simulated: null,
      ci95: null,
      verdict: 'not simulated',
    });
    expect(compareOne(figure('context', 5), [7, 8], null).verdict).toBe('not judged');
  });

  it('passes unless a figure is missed', () => {
    const met = compareOne(figure('output', 1), [1, 1], { kind: 'exact' });
    const missed = compareOne(figure('output', 1), [2, 2], { kind: 'exact' });
    const contradicted = compareOne(figure('contradicted', 1, 'a; b'), [2, 2], null);
    expect(allMet([met, contradicted])).toBe(true);
    expect(allMet([met, contradicted, missed])).toBe(false);
  });
});
