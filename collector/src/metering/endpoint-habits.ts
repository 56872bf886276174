/*
 * How endpoints are used, for advice on what could cost less.
 */
import { z } from 'zod';
import type { Select } from '../store/store.ts';
import { minuteRange, type TimeRange } from '../usage/range.ts';
import { CACHE_HITS, CACHE_LOOKUPS, RENDERS } from './request-sums.ts';
import { exact } from './rows.ts';

/** How one endpoint was used. */
export interface EndpointHabits {
  readonly endpoint: string;
  readonly method: string;
  readonly calls: bigint;
  readonly renders: bigint;
  readonly bytesOut: bigint;
  /** Answers that a cache could have given, and those of them that it gave. */
  readonly cacheLookups: bigint;
  readonly cacheHits: bigint;
  /** Bytes answered by calls of the kind `api`: of all kinds, these are text. */
  readonly apiBytesOut: bigint;
  /** Microseconds of CPU time of the lookups that were misses, and of those that were hits. */
  readonly missCpu: bigint;
  readonly hitCpu: bigint;
  /** Sessions in which it was called, and the calls made in them: the others were made outside of any session. */
  readonly sessions: bigint;
  readonly callsInSessions: bigint;
}

const habitsRow = z.object({
  endpoint: z.string(),
  method: z.string(),
  calls: exact,
  renders: exact,
  bytesOut: exact,
  cacheLookups: exact,
  cacheHits: exact,
  apiBytesOut: exact,
  missCpu: exact,
  hitCpu: exact,
  sessions: exact,
  callsInSessions: exact,
});

/**
 * The endpoints with the most calls, from raw rows.
 *
 * @param select reads within the tenant's scope
 * @param limit of endpoints
 * @throws {RangeError} for a range that is none; {StoreError}
 */
export function endpointHabits(
  select: <T>(question: Select<T>) => Promise<T[]>,
  range: TimeRange,
  limit: number,
): Promise<EndpointHabits[]> {
  const { from, to } = minuteRange(range);
  return select({
    sql: `SELECT endpoint, method, count() AS calls, ${RENDERS} AS renders, sum(bytes_out) AS bytesOut,
            ${CACHE_LOOKUPS} AS cacheLookups, ${CACHE_HITS} AS cacheHits,
            sumIf(bytes_out, kind = 'api') AS apiBytesOut,
            sumIf(cpu, cache = 'miss') AS missCpu, sumIf(cpu, cache = 'hit') AS hitCpu,
            uniqExactIf(session_id, session_id != '') AS sessions, countIf(session_id != '') AS callsInSessions
          FROM {{database}}.requests
          WHERE tenant_id = {tenant:String}
            AND ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')
          GROUP BY endpoint, method ORDER BY calls DESC, endpoint, method LIMIT {limit:UInt32}`,
    params: { from, to, limit },
    row: habitsRow,
    label: 'metering.endpoint_habits',
  });
}
