import { describe, expect, it } from 'vitest';
import { SOURCE_DOCUMENT } from '../figures/figure.ts';
import type { ComparedFigure } from '../validation/compare.ts';
import type { ValidationReport } from '../validation/validation-report.ts';
import { tradeOffLines } from './trade-off-lines.ts';

const figure = (id: string, documented: number, verdict: ComparedFigure['verdict']): ComparedFigure => ({
  id,
  unit: '%',
  section: 'a section',
  kind: 'output',
  documented,
  simulated: 91.4,
  ci95: null,
  prediction95: null,
  tolerance: { kind: 'absolute', amount: 1 },
  heldOut: false,
  contradicted: false,
  verdict,
  note: null,
});

const report = (tradeOffs: ValidationReport['tradeOffs'], passed = false): ValidationReport => ({
  scenario: 'documented',
  source: SOURCE_DOCUMENT,
  seed: 2,
  replications: 40,
  figures: [figure('cache.week-3', 89, 'missed'), figure('cache.week-4', 92, 'met')],
  tradeOffs,
  passed,
});

const moved = { id: 'system.cache.lifetime', unit: 'h', from: 293, to: 201 };
const broken = [{ figure: 'cache.week-4', before: 91.9, after: 90.2 }];
const cost = { figure: 'cache.week-3', moved, reached: 89.96, met: true, broken, worsened: [] };

describe('tradeOffLines', () => {
  it('says in numbers what meets a figure and which other one is missed then, in two languages', () => {
    expect(tradeOffLines(report([cost]), 'en')?.lines).toEqual([
      'Cache hits, week 3: 89.96 % (documented 89 %) with system.cache.lifetime at 201 instead of 293 h. Outside their tolerance then: Cache hits, days 22-30 90.2 % (documented 92 %).',
    ]);
    expect(tradeOffLines(report([cost]), 'id')?.lines[0]).toMatch(
      /: 89,96 % \(dokumen 89 %\) dengan system\.cache\.lifetime 201, bukan 293 h\. .* 90,2 % \(dokumen 92 %\)\./,
    );
  });

  it('says that a figure cannot be met, or could be without any other being missed', () => {
    const lines = (tradeOff: NonNullable<ValidationReport['tradeOffs']>[number]): string =>
      tradeOffLines(report([tradeOff]), 'en')?.lines[0] ?? '';
    expect(lines({ ...cost, met: false })).toContain('cannot be met by one number; nearest, 89.96 %');
    expect(lines({ ...cost, broken: [] })).toContain('No other figure is further off then.');
    expect(lines({ ...cost, broken: [], worsened: broken })).toMatch(/Further off then: .* 90\.2 %/);
  });

  it('says how to ask for reasons, and nothing where nothing is missed', () => {
    expect(tradeOffLines(report(null), 'en')).toMatchObject({
      title: expect.stringContaining('validate --explain'),
      lines: [],
    });
    expect(tradeOffLines(report([], true), 'en')).toBeNull();
    expect(tradeOffLines({ ...report(null), source: 'a system without fitted numbers' }, 'en')).toBeNull();
  });
});
