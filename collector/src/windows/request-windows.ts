/*
 * What happened in spans of time up to now, of many tenants at once: what alerts watch.
 *
 * What always holds: each read takes the scopes that it may see; every number is of raw rows, so a row that comes late
 * counts from the next reading on; a span without rows has no row in the answer.
 */
import { z } from 'zod';
import { CACHE_HITS, CACHE_LOOKUPS } from '../metering/request-sums.ts';
import type { TenantId } from '../record/request-record.ts';
import type { Store } from '../store/store.ts';
import { BUCKET_OF_DURATION, bucketMiddle } from '../usage/latency.ts';
import { whole } from '../usage/rows.ts';
import { cutSpans, type Span } from './spans.ts';
import { type SelectOf, selectOf, type Whose } from './whose.ts';

/** What a tenant's requests of one span add up to. */
export interface WindowOfRequests {
  /** Empty: of all tenants together. */
  readonly tenantId: TenantId | '';
  /** Empty: of all of them. */
  readonly endpoint: string;
  /** Place among the spans asked for. */
  readonly span: number;
  readonly calls: number;
  /** Statuses of 500 and above. */
  readonly errors: number;
  /** Requests that are over with their answer: streams and WebSockets are not. The times are of these. */
  readonly answers: number;
  /** Milliseconds, exact; 0 without answers, as the two below. */
  readonly meanMs: number;
  /** Milliseconds, within 1.6 %. */
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly cacheLookups: number;
  readonly cacheHits: number;
}

/** A number of one span. */
export interface CountOfSpan {
  /** Empty: of all tenants together. */
  readonly tenantId: TenantId | '';
  readonly span: number;
  readonly count: number;
}

/** Events of one type in one span. */
export interface EventsOfSpan extends CountOfSpan {
  readonly type: string;
}

const MICROSECONDS_PER_MS = 1_000;
const MS_PER_DAY = 86_400_000;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** SQL: how long a stream or a WebSocket was open says nothing of how fast anything was answered. */
export const IS_ANSWER = "kind NOT IN ('stream', 'websocket')";

const tenantId = z.custom<TenantId | ''>((value) => typeof value === 'string');
const counted = { tenantId, span: whole, count: whole };
const requestsRow = z.object({
  tenantId,
  endpoint: z.string(),
  span: whole,
  calls: whole,
  errors: whole,
  answers: whole,
  duration: whole,
  /** Buckets of the 95th and the 99th percentile. */
  latency: z.tuple([whole, whole]),
  lookups: whole,
  hits: whole,
});
const lastRow = z.object({ tenantId, last: whole });

/** Reads windows of requests and events. */
export class RequestWindows {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /**
   * Requests by span, and again by those endpoints that are named.
   *
   * @param endpoints route templates
   * @throws {RangeError} for no span; {StoreError}
   */
  async requests(
    whose: Whose,
    spans: readonly Span[],
    endpoints: readonly string[] = [],
  ): Promise<WindowOfRequests[]> {
    const { inSpans, piece, spansOf, params } = cutSpans(spans);
    const rows = await this.#select(whose, {
      // By bucket of duration first: what counts for several spans is then some rows, not every request.
      sql: ({ tenant, isTheirs }) => `
        SELECT tenantId, endpoint, span, sum(groups.calls) AS calls, sum(groups.errors) AS errors,
          sum(groups.answers) AS answers, sum(lasted) AS duration,
          quantilesExactWeighted(0.95, 0.99)(bucket, groups.answers) AS latency, sum(groups.lookups) AS lookups,
          sum(groups.hits) AS hits
        FROM (
          SELECT *, arrayJoin(${spansOf('piece')}) AS span, arrayJoin(if(name = '', [''], ['', name])) AS endpoint
          FROM (
            SELECT ${tenant} AS tenantId,
              if(has({endpoints:Array(String)}, requests.endpoint), toString(requests.endpoint), '') AS name,
              ${piece} AS piece, ${BUCKET_OF_DURATION} AS bucket, count() AS calls, countIf(status >= 500) AS errors,
              countIf(${IS_ANSWER}) AS answers, sumIf(requests.duration, ${IS_ANSWER}) AS lasted,
              ${CACHE_LOOKUPS} AS lookups, ${CACHE_HITS} AS hits
            FROM {{database}}.requests AS requests WHERE ${isTheirs} AND ${inSpans}
            GROUP BY tenantId, name, piece, bucket)) AS groups
        GROUP BY tenantId, endpoint, span`,
      params: { ...params, endpoints },
      row: requestsRow,
      label: 'windows.requests',
    });
    return rows.map(({ duration, latency: [p95, p99], lookups, hits, ...row }) => ({
      ...row,
      meanMs: row.answers === 0 ? 0 : duration / row.answers / MICROSECONDS_PER_MS,
      p95Ms: row.answers === 0 ? 0 : bucketMiddle(p95) / MICROSECONDS_PER_MS,
      p99Ms: row.answers === 0 ? 0 : bucketMiddle(p99) / MICROSECONDS_PER_MS,
      cacheLookups: lookups,
      cacheHits: hits,
    }));
  }

  /** Distinct people by span. @throws {RangeError} for no span; {StoreError} */
  people(whose: Whose, spans: readonly Span[]): Promise<CountOfSpan[]> {
    const { inSpans, piece, spansOf, params } = cutSpans(spans);
    return this.#select(whose, {
      sql: ({ tenant, person, isTheirs }) => `
        SELECT tenantId, arrayJoin(${spansOf('piece')}) AS span, uniqExact(person) AS count
        FROM (
          SELECT DISTINCT ${tenant} AS tenantId, ${person} AS person, ${piece} AS piece
          FROM {{database}}.requests WHERE ${isTheirs} AND ${inSpans} AND user_id != '')
        GROUP BY tenantId, span`,
      params,
      row: z.object(counted),
      label: 'windows.people',
    });
  }

  /**
   * Events by span and type.
   *
   * @param typePrefix what the types begin with
   * @throws {RangeError} for no span; {StoreError}
   */
  events(whose: Whose, spans: readonly Span[], typePrefix: string): Promise<EventsOfSpan[]> {
    const { inSpans, piece, spansOf, params } = cutSpans(spans);
    return this.#select(whose, {
      sql: ({ tenant, isTheirs }) => `
        SELECT tenantId, type, arrayJoin(${spansOf('piece')}) AS span, sum(pieces.count) AS count
        FROM (
          SELECT ${tenant} AS tenantId, toString(events.type) AS type, ${piece} AS piece, count() AS count
          FROM {{database}}.events AS events
          WHERE ${isTheirs} AND startsWith(events.type, {typePrefix:String}) AND ${inSpans}
          GROUP BY tenantId, type, piece) AS pieces
        GROUP BY tenantId, type, span`,
      params: { ...params, typePrefix },
      row: z.object({ ...counted, type: z.string() }),
      label: 'windows.events',
    });
  }

  /**
   * When the last request began, of those who ever made one: from the rollup of people and days, which knows it of as long
   * as anything is kept.
   *
   * @param since leaves out what is before the day, in any zone, of this instant
   * @throws {StoreError}
   */
  async lastRequests(whose: Whose, since?: Date): Promise<ReadonlyMap<TenantId | '', Date>> {
    const rows = await this.#select(whose, {
      sql: ({ tenant, isTheirs }) => `
        SELECT ${tenant} AS tenantId, toUnixTimestamp64Micro(max(last_seen)) AS last
        FROM {{database}}.usage_user_day WHERE ${isTheirs} AND day >= toDate({firstDay:String}) GROUP BY tenantId`,
      // Wherever a tenant is, its local day is at most a day before the one in UTC.
      params: { firstDay: utcDay(since === undefined ? 0 : Math.max(0, since.getTime() - MS_PER_DAY)) },
      row: lastRow,
      label: 'windows.last_requests',
    });
    return new Map(
      rows.map(({ tenantId: id, last }) => [id, new Date(Math.floor(last / MICROSECONDS_PER_MS))]),
    );
  }

  #select<T>(whose: Whose, select: SelectOf<T>): Promise<T[]> {
    return selectOf(this.#store, whose, select);
  }
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, DAY_LENGTH);
}
