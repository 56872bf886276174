import { totalMemory } from '../memory/questions.ts';
import {
  MEGABYTES_PER_GIGABYTE,
  MINUTES_PER_DAY,
  MINUTES_PER_HOUR,
  stretchesOf,
} from '../memory/settings.ts';
import type { UserClass, UserRole } from '../population/user-class.ts';
import { USER_CLASSES, USER_ROLES } from '../population/user-class.ts';
import type { MemoryPart, MemorySamples, MonthRun } from '../run/month-run.ts';
import type { DayTime, Scenario } from '../scenario/scenario.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';
import {
  DAYS_PER_WEEK,
  dayOf,
  HOURS_PER_DAY,
  hourOf,
  MICROS_PER_MS,
  parseStart,
} from '../workload/calendar.ts';
import { ACTIONS, type ActionGroup, endpointOf } from '../workload/endpoints.ts';
import { isWeekendOfMonth, LAST_PERIOD } from '../workload/periods.ts';
import type { SimulatedRequest } from '../workload/request.ts';

const FIRST_DAY_OF_WEEK_3 = 2 * DAYS_PER_WEEK;
const FIRST_ERROR_STATUS = 400;

/** Times are of the requests that were answered without an error. */
interface EndpointSummary {
  readonly requests: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}

/** Memory of a month, GB. */
export interface MemorySummary {
  readonly peak: number;
  /** The minute of the peak: day counted from 1, and local time. */
  readonly peakAt: DayTime;
  /** The machine's at that minute. A peak above it is memory that the machine does not have. */
  readonly machine: number;
  readonly mean: number;
  readonly low: number;
  /** Of each part at the peak. */
  readonly atPeak: Readonly<Record<MemoryPart, number>>;
}

/** Times to answer of all requests without an error, milliseconds; quantiles within 1 %. */
export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What a simulated month comes to. The shape of `simulate month --json`. */
export interface MonthSummary {
  readonly scenario: string;
  readonly seed: number;
  /** Which of the months of this seed, counted from 0. */
  readonly replication: number;
  /** Local date of day 1. */
  readonly start: string;
  readonly total: number;
  /** Requests of each day. */
  readonly days: readonly number[];
  /** Requests of each role in week 3. */
  readonly roles: Readonly<Record<string, number>>;
  /** Mean requests in each hour of the weekdays of days 22 to 30. */
  readonly hours: readonly number[];
  /** Requests of each class in the month. */
  readonly classes: Readonly<Record<string, number>>;
  /** Requests of each documented group in days 1 and 2, and in days 3 to 7. */
  readonly groups: {
    readonly 'days-1-2': Readonly<Record<string, number>>;
    readonly 'days-3-7': Readonly<Record<string, number>>;
  };
  /** By method and route template: requests, and mean time of those that were answered without an error. */
  readonly endpoints: Readonly<Record<string, EndpointSummary>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly sessions: number;
  readonly failedLogins: number;
  readonly rateLimited: number;
  readonly rejectedUploads: number;
  readonly tokenRenewals: number;
  /** Server errors in days 22 to 30, percent of the requests. */
  readonly errorPercent: number;
  /** Cache hits of public pages in days 22 to 30, percent. */
  readonly cacheHitPercent: number;
  readonly memory: MemorySummary;
  readonly latency: LatencySummary;
}

/** What is summarised: a run, and its requests as objects. */
export interface SummaryOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly replication: number;
  readonly requests: readonly SimulatedRequest[];
  readonly run: MonthRun;
}

const GROUPS = new Map<string, ActionGroup>(
  ACTIONS.map((action) => {
    const { method, path, group } = endpointOf(action);
    return [`${method} ${path}`, group];
  }),
);

/** Counts a month. Equal months give equal summaries, with their keys in the same order. */
export function summarise({ scenario, seed, replication, requests, run }: SummaryOptions): MonthSummary {
  const firstDay = parseStart(scenario.start);
  const days = new Array<number>(scenario.days).fill(0);
  const hours = new Array<number>(HOURS_PER_DAY).fill(0);
  const roles = new Map<UserRole, number>();
  const classes = new Map<UserClass, number>();
  const setup = new Map<ActionGroup, number>();
  const normal = new Map<ActionGroup, number>();
  const endpoints = new Map<string, { requests: number; times: LatencyHistogram }>();
  const statuses = new Map<string, number>();
  const last: SimulatedRequest[] = [];
  for (const request of requests) {
    const day = dayOf(request.ts) - firstDay;
    const route = `${request.method} ${request.endpoint}`;
    days[day] = (days[day] ?? 0) + 1;
    count(classes, request.userClass);
    count(statuses, String(request.status));
    if (day >= FIRST_DAY_OF_WEEK_3 && day < FIRST_DAY_OF_WEEK_3 + DAYS_PER_WEEK) {
      count(roles, request.role);
    }
    if (day < DAYS_PER_WEEK) {
      count(day < 2 ? setup : normal, GROUPS.get(route) ?? 'browsing');
    }
    if (day >= LAST_PERIOD.firstDay) {
      last.push(request);
      const hour = hourOf(request.ts);
      hours[hour] = (hours[hour] ?? 0) + (isWeekendOfMonth(day) ? 0 : 1);
    }
    const endpoint = endpoints.get(route) ?? { requests: 0, times: new LatencyHistogram() };
    endpoint.requests += 1;
    if (request.status < FIRST_ERROR_STATUS) {
      endpoint.times.record(request.durationMicros / MICROS_PER_MS);
    }
    endpoints.set(route, endpoint);
  }
  const weekdays = LAST_PERIOD.dayWeights.filter(
    (_, day) => !isWeekendOfMonth(LAST_PERIOD.firstDay + day),
  ).length;
  const pages = last.filter(({ cache }) => cache !== 'none');
  return {
    scenario: scenario.name,
    seed,
    replication,
    start: scenario.start,
    total: requests.length,
    days,
    roles: inOrder(USER_ROLES, roles),
    hours: hours.map((requestsOfHour) => rounded(requestsOfHour / weekdays)),
    classes: inOrder(USER_CLASSES, classes),
    groups: { 'days-1-2': inOrder(ACTION_GROUPS, setup), 'days-3-7': inOrder(ACTION_GROUPS, normal) },
    endpoints: Object.fromEntries(
      [...endpoints]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([route, { requests: made, times }]) => [
          route,
          { requests: made, meanMs: milliseconds(times.mean), p95Ms: milliseconds(times.quantile(0.95)) },
        ]),
    ),
    statuses: Object.fromEntries([...statuses].sort(([one], [other]) => Number(one) - Number(other))),
    sessions: new Set(requests.map(({ sessionId }) => sessionId)).size,
    failedLogins: run.counts['failed-logins'],
    rateLimited: run.counts['rate-limited'],
    rejectedUploads: run.counts['rejected-uploads'],
    tokenRenewals: run.counts['token-renewals'],
    errorPercent: percent(last.filter(({ status }) => status >= 500).length, last.length),
    cacheHitPercent: percent(pages.filter(({ cache }) => cache === 'hit').length, pages.length),
    memory: memorySummary(run.memory, scenario),
    latency: latencySummary([...endpoints.values()].map(({ times }) => times)),
  };
}

function memorySummary(memory: MemorySamples, scenario: Scenario): MemorySummary {
  const total = totalMemory(memory);
  const peak = total.reduce((highest, value, index) => (value > (total[highest] ?? 0) ? index : highest), 0);
  const stretch = stretchesOf(scenario, total.length).find(({ until }) => peak < until);
  const gigabytes = (megabytes: number): number => rounded(megabytes / MEGABYTES_PER_GIGABYTE);
  const part = (name: MemoryPart): number => gigabytes(memory[name][peak] ?? 0);
  return {
    peak: gigabytes(total[peak] ?? 0),
    peakAt: dayTimeOf(peak),
    machine: gigabytes(stretch?.settings.limit ?? 0),
    mean: gigabytes(total.reduce((sum, value) => sum + value, 0) / total.length),
    low: gigabytes(total.reduce((lowest, value) => Math.min(lowest, value), Number.POSITIVE_INFINITY)),
    atPeak: {
      application: part('application'),
      database: part('database'),
      cache: part('cache'),
      sessions: part('sessions'),
      'file-buffers': part('file-buffers'),
      system: part('system'),
    },
  };
}

function latencySummary(histograms: readonly LatencyHistogram[]): LatencySummary {
  const all = new LatencyHistogram();
  for (const histogram of histograms) {
    all.merge(histogram);
  }
  return {
    mean: milliseconds(all.mean),
    p50: milliseconds(all.quantile(0.5)),
    p95: milliseconds(all.quantile(0.95)),
    p99: milliseconds(all.quantile(0.99)),
  };
}

function dayTimeOf(minute: number): DayTime {
  const clock = [Math.floor((minute % MINUTES_PER_DAY) / MINUTES_PER_HOUR), minute % MINUTES_PER_HOUR];
  return {
    day: Math.floor(minute / MINUTES_PER_DAY) + 1,
    time: clock.map((part) => String(part).padStart(2, '0')).join(':'),
  };
}

/** Nothing was answered: no time. */
function milliseconds(value: number): number {
  return Number.isNaN(value) ? 0 : rounded(value);
}

const ACTION_GROUPS: readonly ActionGroup[] = [...new Set(GROUPS.values())];

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function inOrder<Key extends string>(
  keys: readonly Key[],
  counts: ReadonlyMap<Key, number>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(keys.map((key) => [key, counts.get(key) ?? 0]));
}

function percent(part: number, whole: number): number {
  return rounded(whole === 0 ? 0 : (100 * part) / whole);
}

/** Two decimals are enough for a mean, and keep the output the same on every machine. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
