import type { UserClass, UserRole } from '../population/user-class.ts';
import { USER_CLASSES, USER_ROLES } from '../population/user-class.ts';
import { DAYS_PER_WEEK, dayOf, HOURS_PER_DAY, hourOf, parseStart } from '../workload/calendar.ts';
import { ACTIONS, type ActionGroup, endpointOf } from '../workload/endpoints.ts';
import { isWeekendOfMonth, LAST_PERIOD, MONTH_DAYS } from '../workload/periods.ts';
import type { SimulatedRequest } from '../workload/request.ts';

const FIRST_DAY_OF_WEEK_3 = 2 * DAYS_PER_WEEK;
const MICROS_PER_MS = 1000;

/** What a generated month comes to. The shape of `simulate month --json`. */
export interface MonthSummary {
  readonly seed: number;
  /** Local date of day 1. */
  readonly start: string;
  readonly total: number;
  /** Requests of each of the 30 days. */
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
  readonly endpoints: Readonly<Record<string, { readonly requests: number; readonly meanMs: number }>>;
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
}

const GROUPS = new Map<string, ActionGroup>(
  ACTIONS.map((action) => {
    const { method, path, group } = endpointOf(action);
    return [`${method} ${path}`, group];
  }),
);

/** Counts a month. Equal months give equal summaries, with their keys in the same order. */
export function summarise(seed: number, start: string, requests: readonly SimulatedRequest[]): MonthSummary {
  const firstDay = parseStart(start);
  const days = new Array<number>(MONTH_DAYS).fill(0);
  const hours = new Array<number>(HOURS_PER_DAY).fill(0);
  const roles = new Map<UserRole, number>();
  const classes = new Map<UserClass, number>();
  const setup = new Map<ActionGroup, number>();
  const normal = new Map<ActionGroup, number>();
  const endpoints = new Map<string, { requests: number; answered: number; micros: number }>();
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
    const endpoint = endpoints.get(route) ?? { requests: 0, answered: 0, micros: 0 };
    endpoint.requests += 1;
    if (request.status < 400) {
      endpoint.answered += 1;
      endpoint.micros += request.durationMicros;
    }
    endpoints.set(route, endpoint);
  }
  const weekdays = LAST_PERIOD.dayWeights.filter(
    (_, day) => !isWeekendOfMonth(LAST_PERIOD.firstDay + day),
  ).length;
  const renewals = endpoints.get('POST /api/token/refresh');
  const pages = last.filter(({ cache }) => cache !== 'none');
  return {
    seed,
    start,
    total: requests.length,
    days,
    roles: inOrder(USER_ROLES, roles),
    hours: hours.map((requestsOfHour) => rounded(requestsOfHour / weekdays)),
    classes: inOrder(USER_CLASSES, classes),
    groups: { 'days-1-2': inOrder(ACTION_GROUPS, setup), 'days-3-7': inOrder(ACTION_GROUPS, normal) },
    endpoints: Object.fromEntries(
      [...endpoints]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([route, { requests: made, answered, micros }]) => [
          route,
          { requests: made, meanMs: rounded(answered === 0 ? 0 : micros / answered / MICROS_PER_MS) },
        ]),
    ),
    statuses: Object.fromEntries([...statuses].sort(([one], [other]) => Number(one) - Number(other))),
    sessions: new Set(requests.map(({ sessionId }) => sessionId)).size,
    failedLogins: statuses.get('401') ?? 0,
    rateLimited: statuses.get('429') ?? 0,
    rejectedUploads: requests.filter(({ kind, status }) => kind === 'upload' && status === 422).length,
    tokenRenewals: renewals?.requests ?? 0,
    errorPercent: percent(last.filter(({ status }) => status >= 500).length, last.length),
    cacheHitPercent: percent(pages.filter(({ cache }) => cache === 'hit').length, pages.length),
  };
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
