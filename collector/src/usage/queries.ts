/*
 * The reads of what a tenant used.
 *
 * What always holds: each takes a TenantScope and binds it as a query parameter; each goes through Store.select, which
 * sets limits and a label; each answer is checked against a schema. Counts and bytes are exact numbers: the store
 * sends 64-bit integers as text, and one above 2^53 (9 petabytes) is an error, never rounded.
 *
 * Terms: an error is a response with a status of 500 or above; statuses 400 to 499 are the client's errors and are
 * reported apart. Data transfer is bytesIn + bytesOut. People are distinct non-empty user ids.
 */
import { z } from 'zod';
import type { Select, Store } from '../store/store.ts';
import { callsByHourOfDay } from './hours-of-day.ts';
import { bucketMiddle } from './latency.ts';
import { peopleOf } from './people.ts';
import { checkedDays, type DayRange, daysOf, minuteRange, type TimeRange } from './range.ts';
import { type ResponseTimes, responseTimes } from './response-times.ts';
import { type RollupDifference, rollupDifference } from './rollup-difference.ts';
import { totalsRow, whole } from './rows.ts';
import { usageRows } from './span.ts';
import type { TenantScope } from './tenant-scope.ts';

export interface UsageSummary {
  readonly calls: number;
  readonly errors: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Distinct people. */
  readonly activeUsers: number;
  /** The most distinct people within one window of five minutes (:00, :05, …). */
  readonly concurrentPeak: number;
}

export interface DailyUsage {
  /** Local day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly calls: number;
  readonly errors: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly activeUsers: number;
}

export interface MonthlyUsage {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly calls: number;
  readonly errors: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly activeUsers: number;
}

export interface EndpointUsage {
  readonly endpoint: string;
  readonly method: string;
  readonly calls: number;
  /** Milliseconds, exact. */
  readonly meanMs: number;
  /** Milliseconds, within 1.6 %. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Share of statuses of 500 and above, 0 to 1. */
  readonly errorRate: number;
  /** Share of statuses 400 to 499, 0 to 1. */
  readonly clientErrorRate: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cpuMs: number;
}

export interface UserUsage {
  /** Empty: requests of nobody logged in. */
  readonly userId: string;
  /** The latest one that the person had. */
  readonly userRole: string;
  readonly calls: number;
  readonly errors: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface MonthTotals {
  readonly calls: number;
  readonly bytes: number;
  readonly users: readonly string[];
}

export interface SeenUser {
  readonly userId: string;
  /** Start of the person's latest request, epoch microseconds. */
  readonly lastSeen: number;
}

const MICROSECONDS_PER_MS = 1_000;

const peopleRow = z.object({ activeUsers: whole, concurrentPeak: whole });
const dailyRow = totalsRow.extend({ localDay: z.string(), activeUsers: whole });
const monthlyRow = totalsRow.extend({ month: z.string(), activeUsers: whole });
const endpointRow = totalsRow.extend({
  endpoint: z.string(),
  method: z.string(),
  clientErrors: whole,
  duration: whole,
  cpu: whole,
  /** Buckets of the median, and of the 95th and 99th percentile. */
  latency: z.tuple([whole, whole, whole]),
});
const userRow = totalsRow.extend({ userId: z.string(), userRole: z.string() });
const recordedRow = z.object({ recorded: z.literal(1) });
const monthRow = z.object({ calls: whole, bytes: whole, users: z.array(z.string()) });
const seenRow = z.object({ userId: z.string(), lastSeen: whole });

const TENANT = 'tenant_id = {tenant:String}';
const IN_DAYS = 'day >= toDate({start:String}) AND day <= toDate({end:String})';

/** What a tenant used. */
export class UsageQueries {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /** Totals of a span. Reads run at the same time, so records stored meanwhile may show in one and not another. */
  async summary(scope: TenantScope, range: TimeRange): Promise<UsageSummary> {
    const minutes = minuteRange(range);
    const rows = usageRows(minutes);
    const [[totals], [people]] = await Promise.all([
      this.#select(scope, {
        sql: `SELECT sum(usage.calls) AS calls, sumIf(usage.calls, status_class >= 5) AS errors, sum(bytes_in) AS bytesIn,
                sum(bytes_out) AS bytesOut
              FROM ${rows.sql} AS usage`,
        params: rows.params,
        row: totalsRow,
        label: 'usage.summary',
      }),
      this.#select(scope, { ...peopleOf(minutes), row: peopleRow, label: 'usage.people' }),
    ]);
    return {
      ...(totals ?? { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0 }),
      ...(people ?? { activeUsers: 0, concurrentPeak: 0 }),
    };
  }

  /**
   * Usage by local day: one entry for every day that the range touches, days without any usage included. A day is
   * always the whole day, as its records carry it.
   */
  async daily(scope: TenantScope, range: TimeRange, timezone: string): Promise<DailyUsage[]> {
    const days = daysOf(range, timezone);
    const [start, end] = [days.at(0), days.at(-1)];
    if (start === undefined || end === undefined) {
      return [];
    }
    const rows = await this.#select(scope, {
      sql: `SELECT toString(days.day) AS localDay, sum(days.calls) AS calls, sum(days.errors) AS errors, sum(bytes_in) AS bytesIn,
              sum(bytes_out) AS bytesOut, uniqExactIf(user_id, user_id != '') AS activeUsers
            FROM {{database}}.usage_user_day AS days WHERE ${TENANT} AND ${IN_DAYS}
            GROUP BY days.day`,
      params: { start, end },
      row: dailyRow,
      label: 'usage.daily',
    });
    const byDay = new Map(rows.map(({ localDay, ...usage }) => [localDay, usage]));
    const none = { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0, activeUsers: 0 };
    return days.map((day) => ({ day, ...(byDay.get(day) ?? none) }));
  }

  /** Usage by month of the local days, of the months in which there was any. */
  async monthly(scope: TenantScope, range: DayRange): Promise<MonthlyUsage[]> {
    return this.#select(scope, {
      sql: `SELECT formatDateTime(days.day, '%Y-%m') AS month, sum(days.calls) AS calls, sum(days.errors) AS errors,
              sum(bytes_in) AS bytesIn, sum(bytes_out) AS bytesOut, uniqExactIf(user_id, user_id != '') AS activeUsers
            FROM {{database}}.usage_user_day AS days WHERE ${TENANT} AND ${IN_DAYS}
            GROUP BY month ORDER BY month`,
      params: { ...checkedDays(range) },
      row: monthlyRow,
      label: 'usage.monthly',
    });
  }

  /**
   * Whether anything is recorded of a local day or of one before it.
   *
   * @param day `YYYY-MM-DD`
   */
  async recordedBy(scope: TenantScope, day: string): Promise<boolean> {
    const rows = await this.#select(scope, {
      // In no order and by one thread: the first row found ends the reading, however many months there are.
      sql: `SELECT recorded FROM (
              SELECT 1 AS recorded FROM {{database}}.usage_user_day AS days
              WHERE ${TENANT} AND days.day <= toDate({day:String}) LIMIT 1 SETTINGS max_threads = 1)`,
      params: { day },
      row: recordedRow,
      label: 'usage.recorded_by',
    });
    return rows.length > 0;
  }

  /** Usage by endpoint and method, most called first. */
  async endpoints(scope: TenantScope, range: TimeRange): Promise<EndpointUsage[]> {
    const { sql, params } = usageRows(minuteRange(range));
    const rows = await this.#select(scope, {
      sql: `SELECT endpoint, method, sum(usage.calls) AS calls, sumIf(usage.calls, status_class >= 5) AS errors,
              sumIf(usage.calls, status_class = 4) AS clientErrors, sum(bytes_in) AS bytesIn, sum(bytes_out) AS bytesOut,
              sum(usage.duration) AS duration, sum(usage.cpu) AS cpu,
              quantilesExactWeightedArray(0.5, 0.95, 0.99)(buckets, counts) AS latency
            FROM ${sql} AS usage
            GROUP BY endpoint, method ORDER BY calls DESC, endpoint, method`,
      params,
      row: endpointRow,
      label: 'usage.endpoints',
    });
    return rows.map(({ duration, cpu, latency: [p50, p95, p99], errors, clientErrors, ...row }) => ({
      ...row,
      meanMs: duration / row.calls / MICROSECONDS_PER_MS,
      p50Ms: bucketMiddle(p50) / MICROSECONDS_PER_MS,
      p95Ms: bucketMiddle(p95) / MICROSECONDS_PER_MS,
      p99Ms: bucketMiddle(p99) / MICROSECONDS_PER_MS,
      errorRate: errors / row.calls,
      clientErrorRate: clientErrors / row.calls,
      cpuMs: cpu / MICROSECONDS_PER_MS,
    }));
  }

  /** The people with the most calls, and the calls of nobody logged in under an empty id. */
  async users(scope: TenantScope, range: DayRange, limit: number): Promise<UserUsage[]> {
    return this.#select(scope, {
      sql: `SELECT user_id AS userId, argMax(user_role, (last_seen, user_role)) AS userRole, sum(days.calls) AS calls,
              sum(days.errors) AS errors, sum(bytes_in) AS bytesIn, sum(bytes_out) AS bytesOut
            FROM {{database}}.usage_user_day AS days WHERE ${TENANT} AND ${IN_DAYS}
            GROUP BY userId ORDER BY calls DESC, userId LIMIT {limit:UInt32}`,
      params: { ...checkedDays(range), limit },
      row: userRow,
      label: 'usage.users',
    });
  }

  /** Calls by the hour of the day; see {@link callsByHourOfDay}. */
  callsByHourOfDay(scope: TenantScope, range: TimeRange, timezone: string): Promise<number[]> {
    return callsByHourOfDay((select) => this.#select(scope, select), range, timezone);
  }

  /** How long requests took, of all endpoints together; see {@link responseTimes}. */
  responseTimes(scope: TenantScope, range: TimeRange): Promise<ResponseTimes | undefined> {
    return responseTimes((select) => this.#select(scope, select), range);
  }

  /** Proves the rollups against raw rows; see {@link rollupDifference}. */
  rollupDifference(scope: TenantScope, range: TimeRange): Promise<RollupDifference> {
    return rollupDifference((select) => this.#select(scope, select), range);
  }

  /** Totals over whole days with the people behind them: what live totals start from. */
  async totalsWithUsers(scope: TenantScope, range: DayRange): Promise<MonthTotals> {
    const [row] = await this.#select(scope, {
      sql: `SELECT sum(days.calls) AS calls, sum(bytes_in) + sum(bytes_out) AS bytes,
              groupUniqArrayIf(user_id, user_id != '') AS users
            FROM {{database}}.usage_user_day AS days WHERE ${TENANT} AND ${IN_DAYS}`,
      params: { ...checkedDays(range) },
      row: monthRow,
      label: 'usage.totals_with_users',
    });
    return row ?? { calls: 0, bytes: 0, users: [] };
  }

  /** People seen since an instant (to the second). */
  async usersSince(scope: TenantScope, since: Date): Promise<SeenUser[]> {
    return this.#select(scope, {
      sql: `SELECT user_id AS userId, toUnixTimestamp64Micro(max(ts)) AS lastSeen FROM {{database}}.requests
            WHERE ${TENANT} AND ts >= toDateTime({from:UInt32}, 'UTC') AND user_id != '' GROUP BY userId`,
      params: { from: Math.floor(since.getTime() / 1000) },
      row: seenRow,
      label: 'usage.users_since',
    });
  }

  #select<T>(scope: TenantScope, select: Select<T>): Promise<T[]> {
    return this.#store.select({ ...select, params: { ...select.params, tenant: scope.tenantId } });
  }
}
