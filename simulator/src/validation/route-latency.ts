import type { MonthRun } from '../run/month-run.ts';
import { LatencyHistogram, type PackedHistogram } from '../statistics/histogram.ts';
import { ACTIONS, endpointOf } from '../workload/endpoints.ts';

/** Times to answer one route without an error, packed to leave a worker. */
export interface RouteLatency {
  /** Method and route template. */
  readonly route: string;
  readonly histogram: PackedHistogram;
}

/** Milliseconds; quantiles within 1 %. */
export interface RouteTimes {
  readonly route: string;
  readonly requests: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
}

const FIRST_ERROR_STATUS = 400;

const ROUTE_OF: readonly string[] = ACTIONS.map((action) => {
  const { method, path } = endpointOf(action);
  return `${method} ${path}`;
});
const ROUTES: readonly string[] = [...new Set(ROUTE_OF)];
const ROUTE_INDEX: readonly number[] = ROUTE_OF.map((route) => ROUTES.indexOf(route));

/** Times to answer each route that a run asked for. */
export function routeLatencies({ trace, answers }: MonthRun): RouteLatency[] {
  const histograms = ROUTES.map(() => new LatencyHistogram());
  for (let i = 0; i < trace.action.length; i += 1) {
    if ((answers.status[i] ?? 0) < FIRST_ERROR_STATUS) {
      histograms[ROUTE_INDEX[trace.action[i] ?? 0] ?? 0]?.record(answers.milliseconds[i] ?? 0);
    }
  }
  return histograms.flatMap((histogram, index) =>
    histogram.count === 0 ? [] : [{ route: ROUTES[index] ?? '', histogram: histogram.pack() }],
  );
}

/** The same of several runs together, the slowest route first. */
export function routeTimes(runs: readonly (readonly RouteLatency[])[]): RouteTimes[] {
  const merged = new Map<string, LatencyHistogram>();
  for (const { route, histogram } of runs.flat()) {
    const known = merged.get(route);
    if (known === undefined) {
      merged.set(route, LatencyHistogram.unpack(histogram));
    } else {
      known.merge(LatencyHistogram.unpack(histogram));
    }
  }
  return [...merged]
    .map(([route, histogram]) => ({
      route,
      requests: histogram.count,
      mean: histogram.mean,
      p50: histogram.quantile(0.5),
      p95: histogram.quantile(0.95),
    }))
    .sort((one, other) => other.mean - one.mean || (one.route < other.route ? -1 : 1));
}
