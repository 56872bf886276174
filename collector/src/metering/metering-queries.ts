/*
 * The reads that bills are made of.
 *
 * What always holds: each takes the TenantScopes it may see and binds them as a parameter; every quantity is an exact
 * whole number or an exact decimal, never a float. What a request counts for is decided by when it happened: an event
 * time within the days asked for. What a bill may see is decided by when it was stored: with the same cutoff, the same
 * question has the same answer for as long as raw rows are kept.
 *
 * Every recorded request is one call, whatever its kind, its method and its status; a stream or a WebSocket is one
 * request from its opening to its end, however many messages go over it.
 */
import { z } from 'zod';
import type { TenantId } from '../record/request-record.ts';
import type { Select, Store } from '../store/store.ts';
import { checkedDays, type DayRange, type TimeRange } from '../usage/range.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import { type EndpointHabits, endpointHabits } from './endpoint-habits.ts';
import { type EventsOfDay, eventsOfDays, type MeterTypes } from './event-sums.ts';
import { dayBounds, epochSeconds, type MeteredDays } from './metered-days.ts';
import { CACHE_HITS, CACHE_LOOKUPS, RENDERS } from './request-sums.ts';
import { exact } from './rows.ts';
import { type Weight, type WeightQuestion, weights } from './weights.ts';

/** What a tenant's requests of one local day add up to. */
export interface RequestsOfDay {
  readonly tenantId: TenantId;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly calls: bigint;
  /** In and out. */
  readonly bytes: bigint;
  /** Requests of the kind `render`. */
  readonly renders: bigint;
  /** Microseconds of CPU time. */
  readonly cpu: bigint;
  /** kB·ms, which is byte-seconds. */
  readonly memory: bigint;
  readonly cacheLookups: bigint;
  readonly cacheHits: bigint;
  /** The most distinct people within one window of five minutes (:00, :05, …). */
  readonly concurrentUsers: bigint;
}

/** What the rollup has of one local day. */
interface RollupDay extends RequestsOfDay {
  /** Responses with a status of 500 or above. */
  readonly errors: bigint;
  readonly bytesIn: bigint;
  readonly bytesOut: bigint;
}

/** What the rollup has of a tenant's local days. */
export interface RollupDays {
  /** Every day on which there was a request, in order. */
  readonly days: readonly RollupDay[];
  /** Distinct people of all the days together. */
  readonly activeUsers: bigint;
}

const WINDOW_SECONDS = 300;

const dayKey = { tenantId: z.custom<TenantId>((value) => typeof value === 'string'), day: z.string() };
const requestsRow = z.object({
  ...dayKey,
  calls: exact,
  bytes: exact,
  renders: exact,
  cpu: exact,
  memory: exact,
  cacheLookups: exact,
  cacheHits: exact,
  concurrentUsers: exact,
});
const rollupRow = requestsRow
  .omit({ bytes: true })
  .extend({ errors: exact, bytesIn: exact, bytesOut: exact, activeUsers: exact });

const TENANTS = 'tenant_id IN {tenants:Array(String)}';
const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";
/** Of each window of five minutes who was there: a person has a row for each role and for each part that is not merged yet. */
const MOST_AT_ONCE = `arrayMax(mapValues(uniqExactMapIf(
  mapFromArrays(days.windows, arrayWithConstant(length(days.windows), days.user_id)), days.user_id != '')))`;
const IN_DAYS = 'days.day >= toDate({start:String}) AND days.day <= toDate({end:String})';
const STORED_BY = "stored_at <= toDateTime({storedBy:UInt32}, 'UTC')";

/** What tenants used, exactly. */
export class MeteringQueries {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /**
   * From raw rows: every day on which there was a request. A row whose own day lies outside of the days that are asked
   * for, as after a change of the tenant's zone, counts on the nearest of them: the event time alone decides.
   *
   * @param scopes one or more tenants that have the same days
   * @param storedBy leaves out what was stored after it, to the second
   * @throws {RangeError} for days that are none; {StoreError}
   */
  async requestsOfDays(
    scopes: readonly TenantScope[],
    days: MeteredDays,
    storedBy?: Date,
  ): Promise<RequestsOfDay[]> {
    return this.#select(scopes, {
      // By windows first, so that one reading of the rows gives the sums and the most people at once.
      sql: `SELECT tenant_id AS tenantId, toString(local_day) AS day, sum(windows.calls) AS calls, sum(windows.bytes) AS bytes,
              sum(windows.renders) AS renders, sum(windows.cpu) AS cpu, sum(windows.memory) AS memory,
              sum(lookups) AS cacheLookups, sum(hits) AS cacheHits, max(people) AS concurrentUsers
            FROM (
              SELECT tenant_id, least(greatest(requests.day, toDate({start:String})), toDate({end:String})) AS local_day,
                intDiv(toUnixTimestamp(ts), ${WINDOW_SECONDS}) AS window, count() AS calls,
                sum(bytes_in) + sum(bytes_out) AS bytes, ${RENDERS} AS renders, sum(requests.cpu) AS cpu,
                sum(requests.memory) AS memory, ${CACHE_LOOKUPS} AS lookups, ${CACHE_HITS} AS hits,
                uniqExactIf(user_id, user_id != '') AS people
              FROM {{database}}.requests AS requests
              WHERE ${TENANTS} AND ${IN_TIME}${storedBy === undefined ? '' : ` AND ${STORED_BY}`}
              GROUP BY tenant_id, local_day, window) AS windows
            GROUP BY tenantId, local_day ORDER BY tenantId, local_day`,
      params: { ...dayBounds(days), ...(storedBy && { storedBy: epochSeconds(storedBy) }) },
      row: requestsRow,
      label: 'metering.requests',
    });
  }

  /**
   * The same of one tenant from the rollup `usage_user_day`, as far as a request's own day is the day of its event time,
   * with what screens show beside it: one question, because on the embedded engine questions take turns.
   */
  async requestsOfDaysFromRollup(scope: TenantScope, days: MeteredDays): Promise<RollupDays> {
    const rows = await this.#select([scope], {
      sql: `SELECT tenant_id AS tenantId, toString(local_day) AS day, calls, errors, bytesIn, bytesOut, renders, cpu, memory,
              cacheLookups, cacheHits, concurrentUsers, uniqExactMerge(people) OVER () AS activeUsers
            FROM (
              SELECT tenant_id, days.day AS local_day, sum(days.calls) AS calls, sum(days.errors) AS errors,
                sum(days.bytes_in) AS bytesIn, sum(days.bytes_out) AS bytesOut, sum(days.renders) AS renders,
                sum(days.cpu) AS cpu, sum(days.memory) AS memory, sum(days.cache_lookups) AS cacheLookups,
                sum(days.cache_hits) AS cacheHits, uniqExactStateIf(days.user_id, days.user_id != '') AS people,
                ${MOST_AT_ONCE} AS concurrentUsers
              FROM {{database}}.usage_user_day AS days WHERE ${TENANTS} AND ${IN_DAYS}
              GROUP BY tenant_id, days.day)
            ORDER BY local_day`,
      params: dayBounds(days),
      row: rollupRow,
      label: 'metering.rollup',
    });
    return {
      days: rows.map(({ activeUsers: _, ...row }) => ({ ...row, bytes: row.bytesIn + row.bytesOut })),
      activeUsers: rows[0]?.activeUsers ?? 0n,
    };
  }

  /**
   * The requests of many tenants' days from the rollup, without those who made them: what limits and budgets of all tenants
   * are held to, again and again.
   *
   * @throws {RangeError} for days that are none; {StoreError}
   */
  rollupsOfDays(scopes: readonly TenantScope[], days: DayRange): Promise<RequestsOfDay[]> {
    return this.#select(scopes, {
      sql: `SELECT tenant_id AS tenantId, toString(days.day) AS day, sum(days.calls) AS calls,
              sum(days.bytes_in) + sum(days.bytes_out) AS bytes, sum(days.renders) AS renders, sum(days.cpu) AS cpu,
              sum(days.memory) AS memory, sum(days.cache_lookups) AS cacheLookups, sum(days.cache_hits) AS cacheHits,
              ${MOST_AT_ONCE} AS concurrentUsers
            FROM {{database}}.usage_user_day AS days WHERE ${TENANTS} AND ${IN_DAYS} GROUP BY tenant_id, days.day`,
      params: { ...checkedDays(days) },
      row: requestsRow,
      label: 'metering.rollups',
    });
  }

  /** What business events said of meters; see {@link eventsOfDays}. */
  eventsOfDays(
    scopes: readonly TenantScope[],
    days: MeteredDays,
    types: MeterTypes,
    storedBy?: Date,
  ): Promise<EventsOfDay[]> {
    return eventsOfDays((select) => this.#select(scopes, select), days, types, storedBy);
  }

  /** The weights of a tenant's requests, added up; see {@link weights}. */
  weights(scope: TenantScope, question: WeightQuestion): Promise<Weight[]> {
    return weights((select) => this.#selectOf(scope, select), question);
  }

  /** How a tenant's endpoints are used; see {@link endpointHabits}. */
  endpointHabits(scope: TenantScope, range: TimeRange, limit: number): Promise<EndpointHabits[]> {
    return endpointHabits((select) => this.#selectOf(scope, select), range, limit);
  }

  #selectOf<T>(scope: TenantScope, select: Select<T>): Promise<T[]> {
    return this.#store.select({ ...select, params: { ...select.params, tenant: scope.tenantId } });
  }

  #select<T>(scopes: readonly TenantScope[], select: Select<T>): Promise<T[]> {
    const tenants = scopes.map(({ tenantId }) => tenantId);
    return this.#store.select({ ...select, params: { ...select.params, tenants } });
  }
}
