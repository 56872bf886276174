/*
 * The recorded requests themselves, for who takes them elsewhere.
 *
 * What always holds: a read sees one tenant's rows, each once, in the order of time; however many there are, one page of
 * them is in memory, and nothing is read before the page is asked for. So who reads slowly holds no query open, and
 * who stops asks nothing more of the store.
 */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { minuteRange, type TimeRange } from './range.ts';
import { whole } from './rows.ts';
import type { TenantScope } from './tenant-scope.ts';

/** A request as it is stored. */
export interface RecordedRequest {
  /** UTC, ISO 8601 with microseconds. */
  readonly time: string;
  /** The tenant's local day, `YYYY-MM-DD`. */
  readonly localDay: string;
  readonly endpoint: string;
  readonly method: string;
  readonly status: number;
  readonly outcome: string;
  readonly kind: string;
  readonly cache: string;
  /** Microseconds. */
  readonly duration: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Microseconds. */
  readonly cpu: number;
  /** Kilobyte-milliseconds. */
  readonly memory: number;
  /** Empty: nobody was logged in, or the tenant keeps no ids. */
  readonly userId: string;
  readonly userRole: string;
  readonly sessionId: string;
  readonly traceId: string;
}

export interface RecordedQuestion {
  readonly range: TimeRange;
  /** What was stored later is left out, so that rows that come meanwhile do not show in part. To the second. */
  readonly storedBy: Date;
}

/** Some ten milliseconds in which this process does nothing else, and a megabyte or two. */
const PAGE_ROWS = 2_000;
const MS_PER_SECOND = 1_000;

/** A page is some thousand rows from where it begins: several threads with large blocks would read far beyond its end. */
const IN_ORDER = 'max_threads = 1, max_block_size = 8192';

const recordedRow = z.object({
  micros: z.string(),
  id: z.string(),
  time: z.string(),
  localDay: z.string(),
  endpoint: z.string(),
  method: z.string(),
  status: z.number(),
  outcome: z.string(),
  kind: z.string(),
  cache: z.string(),
  duration: whole,
  bytesIn: whole,
  bytesOut: whole,
  cpu: whole,
  memory: whole,
  userId: z.string(),
  userRole: z.string(),
  sessionId: z.string(),
  traceId: z.string(),
});

const SELECT = `SELECT ts, request_id, toString(toUnixTimestamp64Micro(ts)) AS micros, toString(request_id) AS id,
    formatDateTime(ts, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') AS time, toString(day) AS localDay, endpoint, method, status, outcome, kind,
    cache, duration, bytes_in AS bytesIn, bytes_out AS bytesOut, cpu, memory, user_id AS userId, user_role AS userRole,
    session_id AS sessionId, trace_id AS traceId
  FROM {{database}}.requests
  WHERE tenant_id = {tenant:String} AND stored_at <= toDateTime({storedBy:UInt32}, 'UTC')
    AND ts < toDateTime({to:UInt32}, 'UTC')`;

/** Reads recorded requests, a page at a time. */
export class RecordedRequests {
  readonly #store: Pick<Store, 'select'>;
  readonly #pageRows: number;

  /** @param pageRows how many at once; more where requests of a microsecond have the same id */
  constructor(store: Pick<Store, 'select'>, pageRows = PAGE_ROWS) {
    this.#store = store;
    this.#pageRows = pageRows;
  }

  /**
   * The requests of a span of whole minutes, oldest first.
   *
   * @throws {RangeError} for a range that is none; {StoreError}
   */
  async *pages(
    scope: TenantScope,
    { range, storedBy }: RecordedQuestion,
  ): AsyncGenerator<readonly RecordedRequest[], void, undefined> {
    const { from, to } = minuteRange(range);
    const params = { tenant: scope.tenantId, to, storedBy: Math.floor(storedBy.getTime() / MS_PER_SECOND) };
    let begin = {
      sql: "ts >= toDateTime({from:UInt32}, 'UTC')",
      params: { from } as Record<string, string | number>,
    };
    for (;;) {
      const rows = await this.#store.select({
        // What is equal in time and id to the last is on its page: ids are unique in one instance only.
        sql: `SELECT * EXCEPT (ts, request_id) FROM (
            ${SELECT} AND ${begin.sql} ORDER BY ts, request_id LIMIT {limit:UInt32} WITH TIES
            SETTINGS ${IN_ORDER})
          ORDER BY ts, request_id`,
        params: { ...params, ...begin.params, limit: this.#pageRows },
        row: recordedRow,
        label: 'usage.recorded_requests',
      });
      const last = rows.at(-1);
      if (last === undefined) {
        return;
      }
      yield rows.map(({ micros: _micros, id: _id, ...request }) => request);
      if (rows.length < this.#pageRows) {
        return;
      }
      begin = {
        sql: `ts >= fromUnixTimestamp64Micro({micros:Int64}, 'UTC')
          AND (ts, request_id) > (fromUnixTimestamp64Micro({micros:Int64}, 'UTC'), {id:UInt64})`,
        params: { micros: last.micros, id: last.id },
      };
    }
  }
}
