import { describe, expect, it } from 'vitest';
import type { Parameter, Parameters } from '../calibration/parameter.ts';
import type { ComparedFigure } from './compare.ts';
import { type FigureMeans, tradeOff } from './trade-off.ts';

const figure = (id: string, documented: number, simulated: number, amount: number): ComparedFigure => ({
  id,
  unit: '%',
  section: 'a section',
  kind: 'output',
  documented,
  simulated,
  ci95: null,
  prediction95: null,
  tolerance: { kind: 'absolute', amount },
  heldOut: false,
  contradicted: false,
  verdict: Math.abs(simulated - documented) <= amount ? 'met' : 'missed',
  note: null,
});

const parameter = (id: string, lower: number, upper: number): Parameter => ({
  id,
  unit: 'h',
  value: 10,
  lower,
  upper,
  figures: [],
  meaning: '',
});

/** The comparison has other replications than the few of the search: their means are a little higher. */
const OTHER_REPLICATIONS = 0.3;
const values: Parameters = { lifetime: 10, size: 10 };

/** Hits of week 3 rise with both numbers, those of week 4 with the first alone. */
async function model({ lifetime = 0, size = 0 }: Parameters): Promise<FigureMeans> {
  return new Map([
    ['week-3', 80 + lifetime + 0.1 * (size - 10) + OTHER_REPLICATIONS],
    ['week-4', 82 + lifetime + OTHER_REPLICATIONS],
  ]);
}

const week3 = figure('week-3', 86, 90, 1);
const week4 = figure('week-4', 92, 92, 1);

describe('tradeOff', () => {
  it('moves a number until the figure is just met, and says which figure is missed then', async () => {
    const result = await tradeOff({
      missed: week3,
      figures: [week3, week4],
      candidates: [parameter('lifetime', 0, 20)],
      values,
      simulate: model,
    });
    expect(result).toMatchObject({
      figure: 'week-3',
      met: true,
      moved: { id: 'lifetime', unit: 'h', from: 10 },
    });
    // From 90 to the tolerance around 86: three hours less.
    expect(result.moved?.to).toBeGreaterThan(6);
    expect(result.moved?.to).toBeLessThanOrEqual(7);
    expect(result.reached).toBeCloseTo(90 + (result.moved?.to ?? 0) - 10, 9);
    expect(result.broken).toEqual([
      { figure: 'week-4', before: 92, after: expect.closeTo(92 + (result.moved?.to ?? 0) - 10, 9) },
    ]);
  });

  it('prefers the number by which fewer other figures are missed', async () => {
    const result = await tradeOff({
      missed: week3,
      figures: [week3, week4],
      candidates: [parameter('lifetime', 0, 20), parameter('size', -100, 20)],
      values,
      simulate: model,
    });
    expect(result).toMatchObject({ met: true, moved: { id: 'size' }, broken: [] });
  });

  it('says how near a figure comes that no number meets within its bounds', async () => {
    const result = await tradeOff({
      missed: week3,
      figures: [week3, week4],
      candidates: [parameter('lifetime', 8, 20)],
      values,
      simulate: model,
    });
    expect(result).toMatchObject({ met: false, reached: expect.closeTo(88, 9), moved: { to: 8 } });
  });

  it('says when no number changes the figure', async () => {
    const result = await tradeOff({
      missed: week3,
      figures: [week3, week4],
      candidates: [parameter('idle', 0, 20)],
      values: { ...values, idle: 5 },
      simulate: model,
    });
    expect(result).toEqual({
      figure: 'week-3',
      moved: null,
      reached: 90,
      met: false,
      broken: [],
      worsened: [],
    });
  });

  it('names a figure that is missed anyway and would be further off', async () => {
    const low = figure('week-4', 96, 92, 1);
    const result = await tradeOff({
      missed: week3,
      figures: [week3, low],
      candidates: [parameter('lifetime', 0, 20)],
      values,
      simulate: model,
    });
    expect(result).toMatchObject({ met: true, broken: [], worsened: [{ figure: 'week-4', before: 92 }] });
  });

  it('finds the way through a figure that moves in steps', async () => {
    const stepwise = async ({ lifetime = 0 }: Parameters): Promise<FigureMeans> =>
      new Map([['week-3', 80 + Math.round(lifetime / 3) * 3]]);
    const result = await tradeOff({
      missed: figure('week-3', 86, 89, 1),
      figures: [figure('week-3', 86, 89, 1)],
      candidates: [parameter('lifetime', 0, 20)],
      values,
      simulate: stepwise,
    });
    expect(result).toMatchObject({ met: true, reached: 86 });
  });
});
