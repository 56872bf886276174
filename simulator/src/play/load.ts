import { HOURS_PER_DAY } from '../workload/calendar.ts';
import type { DayKind } from '../workload/day-curves.ts';
import { type Action, endpointOf } from '../workload/endpoints.ts';
import { workloadModel } from '../workload/model.ts';
import type { Load } from '../workload/session-arrivals.ts';

const SECONDS_PER_HOUR = 3600;
const WEEKDAYS = 5;
const WEEKEND_DAYS = 2;

/**
 * How much to raise the documented traffic (one request in three minutes) so that a target sees a given rate.
 * The hours of the day keep their proportions, down to the minimum.
 *
 * @param rate played requests a second, on average over a week; the documented rate when undefined
 * @param minimumRate played requests a second that no hour is to fall below
 * @param isPlayed whether an action's request is sent at all
 * @throws {RangeError} when a rate is not positive, or nothing is played
 */
export function loadFor(
  rate: number | undefined,
  minimumRate: number,
  isPlayed: (action: Action) => boolean,
): Load {
  const hourly: Readonly<Record<'weekday' | 'weekend', readonly number[]>> = {
    weekday: playedPerHour('weekday', isPlayed),
    weekend: playedPerHour('weekend', isPlayed),
  };
  const perWeek = WEEKDAYS * sum(hourly.weekday) + WEEKEND_DAYS * sum(hourly.weekend);
  const documentedRate = perWeek / ((WEEKDAYS + WEEKEND_DAYS) * HOURS_PER_DAY * SECONDS_PER_HOUR);
  if (!(documentedRate > 0)) {
    throw new RangeError(
      'None of the routes is one that the simulated people use: there is nothing to play.',
    );
  }
  if (!(rate === undefined || (rate > 0 && Number.isFinite(rate))) || !(minimumRate >= 0)) {
    throw new RangeError('A rate is a positive number of requests a second.');
  }
  const factor = rate === undefined ? 1 : rate / documentedRate;
  return (kind, hour) => {
    const played = hourly[kind === 'weekend' ? 'weekend' : 'weekday'][hour] ?? 0;
    return Math.max(factor, played > 0 ? (minimumRate * SECONDS_PER_HOUR) / played : 0);
  };
}

/** Expected played requests of the sessions that start in each hour, at the documented rate. */
function playedPerHour(kind: DayKind, isPlayed: (action: Action) => boolean): number[] {
  const { classes, starts } = workloadModel();
  const perSession = classes.steady.map(({ behaviour }) =>
    sum([...behaviour.visits].map(([action, visits]) => (isPlayed(action) ? visits : 0))),
  );
  return Array.from({ length: HOURS_PER_DAY }, (_, hour) =>
    sum(starts[kind].map((curve, index) => (curve[hour] ?? 0) * (perSession[index] ?? 0))),
  );
}

/** The route of an action as targets name theirs: method and template. */
export function routeOf(action: Action): string {
  const { method, path } = endpointOf(action);
  return `${method} ${path}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
