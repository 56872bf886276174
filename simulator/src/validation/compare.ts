import type { Figure } from '../figures/figure.ts';
import { countPredictionInterval, predictionInterval } from '../statistics/prediction-interval.ts';
import { tInterval } from '../statistics/t-interval.ts';
import type { Tolerance } from './tolerance.ts';

/**
 * - `met` and `missed`: within its tolerance, or not;
 * - `contradicted`: the document disagrees with itself and another figure is used, so this one is shown and not judged;
 * - `not judged`: simulated, with nothing that says how near it has to come;
 * - `not simulated`: drives the simulation, or stands beside it.
 */
export type Verdict = 'met' | 'missed' | 'contradicted' | 'not judged' | 'not simulated';

/** Both ends of an interval, in the figure's unit. */
type Interval = readonly [low: number, high: number];

/** A documented figure beside what the replications gave for it. */
export interface ComparedFigure {
  readonly id: string;
  readonly unit: string;
  readonly section: string;
  readonly kind: Figure['kind'];
  readonly documented: number;
  /** Mean over the replications; null when it is not simulated. */
  readonly simulated: number | null;
  /** Of the mean, 95 %, Student's t; null from a single replication, which says nothing of the spread. */
  readonly ci95: Interval | null;
  /** What one further replication would show, 95 %. */
  readonly prediction95: Interval | null;
  readonly tolerance: Tolerance | null;
  readonly heldOut: boolean;
  readonly contradicted: boolean;
  readonly verdict: Verdict;
  /** Of a contradicted figure, by what it is contradicted and which one is used; otherwise what is to know. */
  readonly note: string | null;
}

export interface Comparison {
  readonly figures: readonly Figure[];
  /** Of every simulated figure, its value in each replication. */
  readonly values: ReadonlyMap<string, readonly number[]>;
  /** Null for a figure that is shown and not judged. */
  readonly tolerance: (figure: Figure) => Tolerance | null;
  readonly isHeldOut: (id: string) => boolean;
}

const CONFIDENCE = 0.95;

/** Holds every documented figure against the replications, in the figures' order. */
export function compare(comparison: Comparison): ComparedFigure[] {
  return comparison.figures.map((figure) => compareOne(figure, comparison));
}

/** Whether no figure that counts is outside its tolerance. */
export function allMet(figures: readonly ComparedFigure[]): boolean {
  return figures.every(({ verdict }) => verdict !== 'missed');
}

function compareOne(figure: Figure, comparison: Comparison): ComparedFigure {
  const { id, unit, section, kind, value } = figure;
  const contradicted = kind === 'contradicted';
  const heldOut = comparison.isHeldOut(id);
  const values = comparison.values.get(id);
  const known = {
    id,
    unit,
    section,
    kind,
    documented: value,
    heldOut,
    contradicted,
    note: figure.note ?? null,
  };
  if (values === undefined || values.length === 0) {
    return {
      ...known,
      simulated: null,
      ci95: null,
      prediction95: null,
      tolerance: null,
      verdict: 'not simulated',
    };
  }
  const simulated = values.reduce((sum, one) => sum + one, 0) / values.length;
  const prediction = predictionOf(values);
  const tolerance = comparison.tolerance(figure);
  return {
    ...known,
    simulated,
    ci95: meanOf(values),
    prediction95: prediction,
    tolerance,
    verdict:
      tolerance === null
        ? unjudged(contradicted)
        : verdictOf(value, values, simulated, prediction, tolerance),
  };
}

function unjudged(contradicted: boolean): Verdict {
  return contradicted ? 'contradicted' : 'not judged';
}

function verdictOf(
  documented: number,
  values: readonly number[],
  mean: number,
  prediction: Interval | null,
  tolerance: Tolerance,
): Verdict {
  return isWithin(documented, values, mean, prediction, tolerance) ? 'met' : 'missed';
}

function isWithin(
  documented: number,
  values: readonly number[],
  mean: number,
  prediction: Interval | null,
  tolerance: Tolerance,
): boolean {
  switch (tolerance.kind) {
    case 'exact':
      return values.every((value) => value === documented);
    case 'relative':
      return Math.abs(mean - documented) <= tolerance.share * Math.abs(documented);
    case 'absolute':
      return Math.abs(mean - documented) <= tolerance.amount;
    case 'at-most':
      return mean <= documented;
    case 'at-least':
      return mean >= documented;
    case 'range':
      return mean >= tolerance.low && mean <= tolerance.high;
    case 'prediction':
      return prediction !== null && documented >= prediction[0] && documented <= prediction[1];
  }
}

function meanOf(values: readonly number[]): Interval | null {
  if (values.length < 2) {
    return null;
  }
  const { low, high } = tInterval(values, CONFIDENCE);
  return [low, high];
}

function predictionOf(values: readonly number[]): Interval | null {
  if (values.length < 2) {
    return null;
  }
  const counted = values.every((value) => Number.isInteger(value) && value >= 0);
  const { low, high } = counted
    ? countPredictionInterval(values, CONFIDENCE)
    : predictionInterval(values, CONFIDENCE);
  return [low, high];
}
