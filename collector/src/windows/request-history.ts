/*
 * What windows over the past had in them: what rules of alerts are tried on.
 *
 * What always holds: as for RequestWindows, whose numbers these are, of windows that ended then; rows that came late are
 * where they happened. Only pieces with rows are given, in the order of their ends.
 */
import { z } from 'zod';
import { CACHE_HITS, CACHE_LOOKUPS } from '../metering/request-sums.ts';
import type { Store } from '../store/store.ts';
import { BUCKET_OF_DURATION, bucketMiddle } from '../usage/latency.ts';
import { whole } from '../usage/rows.ts';
import { cutWindow, type MovingWindow } from './moving-window.ts';
import { IS_ANSWER } from './request-windows.ts';
import { selectOf, type Whose } from './whose.ts';

/** What the requests of a piece of time add up to. */
export interface PieceOfRequests {
  /** Its end, epoch milliseconds. */
  readonly at: number;
  readonly calls: number;
  /** Statuses of 500 and above. */
  readonly errors: number;
  /** Requests that are over with their answer. */
  readonly answers: number;
  /** Microseconds that these took together. */
  readonly duration: number;
  readonly lookups: number;
  readonly hits: number;
  /** Answers by the middle of the bucket of their duration, milliseconds. Empty unless asked for. */
  readonly latency: readonly (readonly [milliseconds: number, answers: number])[];
}

/** A number of a piece of time. */
export interface CountOfPiece {
  /** Its end, epoch milliseconds. */
  readonly at: number;
  readonly count: number;
}

const MICROSECONDS_PER_MS = 1_000;

const requestsRow = z.object({
  piece: whole,
  calls: whole,
  errors: whole,
  answers: whole,
  duration: whole,
  lookups: whole,
  hits: whole,
  /** Buckets, and how many answers are in each. */
  latency: z.tuple([z.array(z.number()), z.array(z.number())]),
});
const countRow = z.object({ piece: whole, count: whole });
const lastRow = z.object({ last: whole });

/** Reads windows of the past. */
export class RequestHistory {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /**
   * Requests by piece, of the tenants together.
   *
   * @param only the route template of one endpoint; `latency`: whether durations are told apart
   * @throws {RangeError} for no window; {StoreError}
   */
  async requests(
    whose: Whose,
    window: MovingWindow,
    only: { readonly endpoint?: string | undefined; readonly latency: boolean },
  ): Promise<PieceOfRequests[]> {
    const { inWindows, piece, params, endOf } = cutWindow(window);
    const { endpoint } = only;
    const rows = await selectOf(this.#store, whose, {
      sql: ({ isTheirs }) => `
        SELECT piece, sum(buckets.calls) AS calls, sum(buckets.errors) AS errors, sum(buckets.answers) AS answers,
          sum(lasted) AS duration, sum(buckets.lookups) AS lookups, sum(buckets.hits) AS hits,
          ${only.latency ? '(groupArrayIf(bucket, buckets.answers > 0), groupArrayIf(toUInt32(buckets.answers), buckets.answers > 0))' : '([], [])'} AS latency
        FROM (
          SELECT ${piece} AS piece, ${only.latency ? BUCKET_OF_DURATION : '0'} AS bucket, count() AS calls,
            countIf(status >= 500) AS errors, countIf(${IS_ANSWER}) AS answers,
            sumIf(requests.duration, ${IS_ANSWER}) AS lasted, ${CACHE_LOOKUPS} AS lookups, ${CACHE_HITS} AS hits
          FROM {{database}}.requests AS requests
          WHERE ${isTheirs} AND ${inWindows}${endpoint === undefined ? '' : ' AND requests.endpoint = {endpoint:String}'}
          GROUP BY piece, bucket) AS buckets
        GROUP BY piece ORDER BY piece`,
      params: { ...params, ...(endpoint !== undefined && { endpoint }) },
      row: requestsRow,
      label: 'history.requests',
    });
    return rows.map(({ piece: number, latency, ...row }) => ({
      ...row,
      at: endOf(number),
      latency: latency[0].map((bucket, place) => [
        bucketMiddle(bucket) / MICROSECONDS_PER_MS,
        latency[1][place] ?? 0,
      ]),
    }));
  }

  /**
   * Distinct people of each window.
   *
   * @returns a number a window, in order
   * @throws {RangeError} for no window; {StoreError}
   */
  async people(whose: Whose, window: MovingWindow): Promise<number[]> {
    const { inWindows, piece, windowsOf, params } = cutWindow(window);
    const rows = await selectOf(this.#store, whose, {
      sql: ({ person, isTheirs }) => `
        SELECT arrayJoin(${windowsOf('place')}) AS piece, uniqExact(person) AS count
        FROM (
          SELECT DISTINCT ${person} AS person, ${piece} AS place
          FROM {{database}}.requests WHERE ${isTheirs} AND ${inWindows} AND user_id != '')
        GROUP BY piece`,
      params,
      row: countRow,
      label: 'history.people',
    });
    const counts = new Array<number>(window.count).fill(0);
    for (const { piece: number, count } of rows) {
      counts[number] = count;
    }
    return counts;
  }

  /**
   * Events by piece, of all types alike.
   *
   * @param types what the types begin with, or one whole type
   * @throws {RangeError} for no window; {StoreError}
   */
  async events(
    whose: Whose,
    window: MovingWindow,
    types: { readonly prefix: string } | { readonly type: string },
  ): Promise<CountOfPiece[]> {
    const { inWindows, piece, params, endOf } = cutWindow(window);
    const [isOfTypes, type] =
      'prefix' in types
        ? ['startsWith(events.type, {type:String})', types.prefix]
        : ['events.type = {type:String}', types.type];
    const rows = await selectOf(this.#store, whose, {
      sql: ({ isTheirs }) => `
        SELECT ${piece} AS piece, count() AS count FROM {{database}}.events AS events
        WHERE ${isTheirs} AND ${isOfTypes} AND ${inWindows}
        GROUP BY piece ORDER BY piece`,
      params: { ...params, type },
      row: countRow,
      label: 'history.events',
    });
    return rows.map(({ piece: number, count }) => ({ at: endOf(number), count }));
  }

  /**
   * When the last request before each instant began.
   *
   * @param window whose ends are the instants; its length says nothing
   * @returns epoch milliseconds an instant, in order; null before the first request
   * @throws {RangeError} for no window; {StoreError}
   */
  async lastRequests(whose: Whose, window: MovingWindow): Promise<(number | null)[]> {
    const { inWindows, piece, params } = cutWindow({ ...window, length: window.step });
    const rows = await selectOf(this.#store, whose, {
      sql: ({ isTheirs }) => `
        SELECT 0 AS piece, toUnixTimestamp64Micro(max(ts)) AS last FROM {{database}}.requests
        WHERE ${isTheirs} AND ts <= fromUnixTimestamp64Micro({after:Int64}, 'UTC') HAVING count() > 0
        UNION ALL
        SELECT ${piece} + 1 AS piece, toUnixTimestamp64Micro(max(ts)) AS last FROM {{database}}.requests
        WHERE ${isTheirs} AND ${inWindows} GROUP BY piece`,
      params,
      row: lastRow.extend({ piece: whole }),
      label: 'history.last_requests',
    });
    const byPiece = new Map(rows.map((row) => [row.piece, Math.floor(row.last / MICROSECONDS_PER_MS)]));
    let last = byPiece.get(0) ?? null;
    return Array.from({ length: window.count }, (_, place) => {
      last = byPiece.get(place + 1) ?? last;
      return last;
    });
  }
}
