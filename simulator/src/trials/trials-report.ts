import type { Rule } from '@riwayat/alerting';
import { documented, type FigureId } from '../figures/figures.ts';
import type { AlertEvent } from '../run/month-run.ts';
import { tInterval } from '../statistics/t-interval.ts';
import type { MonthTrial, TrialFiring } from './replicate-trials.ts';

const CONFIDENCE = 0.95;

const FIGURES: Readonly<Record<AlertEvent['kind'], FigureId>> = {
  memory: 'alerts.memory',
  cpu: 'alerts.cpu',
  connections: 'alerts.connections',
  'response-time': 'alerts.latency',
  disk: 'alerts.disk',
  security: 'alerts.security',
};

/** A rule over many months. Means are a month; the shape of an entry of `simulate alerts --json`. */
export interface TriedRule {
  readonly kind: AlertEvent['kind'] | null;
  readonly name: string;
  readonly rule: Rule;
  /** How often the document says that it fired; null of rules that the document does not have. */
  readonly documented: number | null;
  /** How often it fired, by month. */
  readonly fired: readonly number[];
  readonly mean: number;
  /** 95 % interval of the mean; null of a single month. */
  readonly ci95: readonly [number, number] | null;
  /** Seconds. */
  readonly firing: number;
  readonly notifications: number;
  /** Of the first month. */
  readonly firings: readonly TrialFiring[];
}

/**
 * Puts months together.
 *
 * @param isDocumented whether the months are those that the document counts
 */
export function triedRules(months: readonly (readonly MonthTrial[])[], isDocumented: boolean): TriedRule[] {
  const [first = []] = months;
  return first.map(({ kind, name, rule, firings }, place) => {
    const trials = months.flatMap((month) => month[place] ?? []);
    const fired = trials.map((trial) => trial.fired);
    const { mean, low, high } = tInterval(fired, CONFIDENCE);
    return {
      kind,
      name,
      rule,
      documented: kind === null || !isDocumented ? null : documented(documentedFigure(kind)),
      fired,
      mean,
      ci95: fired.length > 1 ? [low, high] : null,
      firing: meanOf(trials.map(({ seconds }) => seconds)),
      notifications: meanOf(trials.map(({ notifications }) => notifications)),
      firings,
    };
  });
}

/** The figure of the document that counts alerts of a kind. */
export function documentedFigure(kind: AlertEvent['kind']): FigureId {
  return FIGURES[kind];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
