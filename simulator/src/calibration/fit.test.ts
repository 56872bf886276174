import { describe, expect, it } from 'vitest';
import { documented, type FigureId } from '../figures/figures.ts';
import { figuresOf } from './calibrate.ts';
import { fit, residual } from './fit.ts';
import { isHeldOut } from './held-out.ts';
import type { Parameter } from './parameter.ts';
import { allParameters, fittedParameters } from './parameters.ts';
import { measures } from './targets.ts';

const base: Parameter = {
  id: 'test.base',
  unit: 'GB',
  value: 3,
  lower: 0,
  upper: 5,
  figures: ['memory.day-1.06', 'memory.day-1.12'],
  meaning: 'memory in use at any hour',
};

describe('fit', () => {
  it('finds the value where two figures that cannot both be met pull equally', async () => {
    const figures: FigureId[] = ['memory.week-2.mean', 'memory.week-4.steady'];
    const simulate = (value = 0): Map<FigureId, number> => new Map(figures.map((id) => [id, value]));
    const { values } = await fit({
      parameters: [base],
      figures,
      start: { 'test.base': 3, 'test.other': 8 },
      simulate: async (at) => simulate(at['test.base']),
      difference: 0.001,
      maxIterations: 50,
    });
    // The derivative of soft L1, in the figures' unit: tolerances are 3 %.
    const pulls = figures.map((id) => {
      const distance = residual(id, simulate(values['test.base']));
      return distance / Math.hypot(1, distance) / (0.03 * documented(id));
    });
    expect(pulls[0]).toBeGreaterThan(1);
    expect((pulls[0] ?? 0) / -(pulls[1] ?? 0)).toBeCloseTo(1, 1);
    expect(values['test.other']).toBe(8);
  });

  it('measures distances in tolerances', () => {
    const means = (id: FigureId, value: number): Map<FigureId, number> => new Map([[id, value]]);
    expect(residual('memory.week-4.steady', means('memory.week-4.steady', 3.9 * 1.03))).toBeCloseTo(1);
    expect(residual('peak.uploads', means('peak.uploads', 6))).toBeCloseTo(-2);
    expect(residual('security.lockouts', means('security.lockouts', 8))).toBe(0);
  });
});

describe('figuresOf', () => {
  it('leaves out what is held out, and what is contradicted and not used', () => {
    const figures = [...figuresOf('system'), ...figuresOf('memory')];
    expect(figures.filter(isHeldOut)).toEqual([]);
    expect(figures).not.toContain('memory.days-1-2.peak');
    expect(figures).toContain('memory.day-1.12');
    expect(figures).toContain('latency.courses');
  });

  it('has more figures than the model has fitted parameters', () => {
    const figures = [...figuresOf('system'), ...figuresOf('memory')];
    expect(fittedParameters(allParameters).length).toBeLessThan(figures.length);
  });
});

describe('parameters', () => {
  it('answer only to figures that are measured, and never to one that is held out', () => {
    for (const { id, figures } of allParameters) {
      expect(
        figures.filter((figure) => !measures.has(figure)),
        id,
      ).toEqual([]);
      expect(figures.filter(isHeldOut), id).toEqual([]);
    }
  });
});
