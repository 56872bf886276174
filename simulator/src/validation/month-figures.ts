import { isDeepStrictEqual } from 'node:util';
import { isHeldOut } from '../calibration/held-out.ts';
import { measures } from '../calibration/targets.ts';
import type { Figure } from '../figures/figure.ts';
import { documentedFigures, type FigureId } from '../figures/figures.ts';
import type { MonthRun } from '../run/month-run.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type ReconciliationRow, reconciliation } from '../workload/reconciliation.ts';
import { requestCounts } from './request-counts.ts';
import { type Tolerance, toleranceOf } from './tolerance.ts';

/**
 * Contradicted figures that the document, or another of its figures, speaks for: the model has to meet them all the same.
 * Which of two is used, and why, is in the figure's note.
 */
const USED: ReadonlySet<string> = new Set<FigureId>([
  'memory.week-3.mean',
  'cache.week-3',
  'security.token-renewals',
  'uploads.days-22-30',
]);

/** Every simulated figure of a run, in its own unit. */
export function monthFigures(run: MonthRun): Map<FigureId, number> {
  const figures = requestCounts(run.trace);
  for (const [id, measure] of measures) {
    figures.set(id, measure(run));
  }
  return figures;
}

/** A difference below this share of a figure is rounding. */
const ROUNDING = 0.005;

/**
 * The figures of the month as they are judged. An input that the reconciliation lets give way to figures of an earlier
 * rank is contradicted by them, with the reconciliation's reason, also where the document does not say so itself.
 */
export function figuresOfMonth(): Figure[] {
  const rows = new Map<string, ReconciliationRow>(reconciliation().map((row) => [row.figure, row]));
  return documentedFigures.map((figure) => {
    const row = rows.get(figure.id);
    const gaveWay = row !== undefined && Math.abs(row.difference) > ROUNDING * Math.abs(figure.value);
    return figure.kind === 'input' && gaveWay
      ? { ...figure, kind: 'contradicted', note: row.reason }
      : figure;
  });
}

/** Whether a scenario is the documented month, whatever it is called and whenever it begins. */
export function isDocumentedMonth(scenario: Scenario): boolean {
  const documented = documentedScenario();
  return isDeepStrictEqual({ ...scenario, name: documented.name, start: documented.start }, documented);
}

/** How far off a figure of the month may be; null for one that is shown and not judged. */
export function toleranceOfMonth(figure: Figure): Tolerance | null {
  const judged = figure.kind === 'contradicted' ? USED.has(figure.id) : figure.kind !== 'context';
  return judged ? toleranceOf(figure, isHeldOut(figure.id)) : null;
}
