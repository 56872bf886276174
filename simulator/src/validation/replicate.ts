import type { Parameters } from '../calibration/parameter.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { monthFigures } from './month-figures.ts';
import { type RouteLatency, routeLatencies } from './route-latency.ts';
import { type RunSeries, seriesOf } from './run-series.ts';

/** This module, as worker threads are told to load it. */
export const MONTH_MODULE = new URL(import.meta.url);

/** Which month is replicated. */
export interface MonthJob {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  /** Samples of the memory, by number, that replication 0 keeps for drawing. */
  readonly instants: readonly number[];
}

/** What is left of a replication: small enough to be sent between threads by the hundred. */
export interface MonthReplication {
  /** By id of the figure, in its unit. */
  readonly figures: Readonly<Record<string, number>>;
  readonly latencies: readonly RouteLatency[];
  /** Of replication 0 only. */
  readonly series: RunSeries | null;
}

/**
 * Simulates a month and asks it every documented question.
 *
 * @public loaded by its name, in worker threads
 */
export function replicate(job: MonthJob, replication: number): MonthReplication {
  const { scenario, parameters, seed, instants } = job;
  const run = simulateMonth({ scenario, parameters, seed, replication });
  return {
    figures: Object.fromEntries(monthFigures(run)),
    latencies: routeLatencies(run),
    series: replication === 0 ? seriesOf(run, scenario.days, instants) : null,
  };
}
