/*
 * The recorded requests themselves, for who takes them elsewhere, as lines of CSV (RFC 4180). The store makes the text: a
 * row that passes through this process as an object costs it ten times as much, and others wait meanwhile.
 *
 * What always holds: a read sees one tenant's rows, each once, in the order of time; however many there are, one page of
 * them is in memory, and nothing is read before the page is asked for. So who reads slowly holds no query open, and
 * who stops asks nothing more of the store. A text that a spreadsheet would take for a formula has an apostrophe before it.
 */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { minuteRange, type TimeRange } from './range.ts';
import { whole } from './rows.ts';
import type { TenantScope } from './tenant-scope.ts';

/** SQL of what can be told of a request. */
const COLUMNS = {
  /** UTC, ISO 8601 with microseconds. */
  time: "formatDateTime(ts, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC')",
  /** The tenant's local day, `YYYY-MM-DD`. */
  local_day: 'day',
  status: 'status',
  outcome: text('outcome'),
  kind: text('kind'),
  cache: text('cache'),
  /** Microseconds. */
  duration_us: 'duration',
  bytes_in: 'bytes_in',
  bytes_out: 'bytes_out',
  /** Microseconds. */
  cpu_us: 'cpu',
  /** Kilobyte-milliseconds. */
  memory_kb_ms: 'memory',
  method: text('method'),
  endpoint: text('endpoint'),
  /** Empty: nobody was logged in, or the tenant keeps no ids. */
  user_id: text('user_id'),
  user_role: text('user_role'),
  session_id: text('session_id'),
  trace_id: text('trace_id'),
} as const;

export type RecordedColumn = keyof typeof COLUMNS;

export interface RecordedQuestion {
  readonly range: TimeRange;
  /** What was stored later is left out, so that rows that come meanwhile do not show in part. To the second. */
  readonly storedBy: Date;
  /** One or more, in the order of their cells. */
  readonly columns: readonly RecordedColumn[];
}

/** About a megabyte of text. */
const PAGE_ROWS = 5_000;
const MS_PER_SECOND = 1_000;

/** A page is some thousand rows from where it begins: several threads with large blocks would read far beyond its end. */
const IN_ORDER = 'max_threads = 1, max_block_size = 8192';

const pageRow = z.object({ rows: whole, micros: z.string(), id: z.string(), lines: z.string() });

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
   * The requests of a span of whole minutes, oldest first, without a line of names: pages of whole lines, none empty.
   *
   * @throws {RangeError} for a range that is none; {StoreError}
   */
  async *csv(
    scope: TenantScope,
    { range, storedBy, columns }: RecordedQuestion,
  ): AsyncGenerator<string, void, undefined> {
    const { from, to } = minuteRange(range);
    const params = { tenant: scope.tenantId, to, storedBy: Math.floor(storedBy.getTime() / MS_PER_SECOND) };
    const cells = columns.map((column) => COLUMNS[column]).join(', ');
    let begin = {
      sql: "ts >= toDateTime({from:UInt32}, 'UTC')",
      params: { from } as Record<string, string | number>,
    };
    for (;;) {
      const [page] = await this.#store.select({
        // What is equal in time and id to the last is on its page: ids are unique in one instance only. Lines are made of
        // a page's rows, not of the block that they are read in.
        sql: `SELECT count() AS rows, toString(toUnixTimestamp64Micro(max((ts, request_id)).1)) AS micros,
            toString(max((ts, request_id)).2) AS id,
            arrayStringConcat(arrayMap(row -> row.3, arraySort(groupArray((ts, request_id, line))))) AS lines
          FROM (
            SELECT ts, request_id, concat(formatRowNoNewline('CSV', ${cells}), '\\r\\n') AS line
            FROM (
              SELECT ts, request_id, day, endpoint, method, status, outcome, kind, cache, duration, bytes_in, bytes_out, cpu, memory,
                user_id, user_role, session_id, trace_id
              FROM {{database}}.requests
              WHERE tenant_id = {tenant:String} AND stored_at <= toDateTime({storedBy:UInt32}, 'UTC')
                AND ts < toDateTime({to:UInt32}, 'UTC') AND ${begin.sql}
              ORDER BY ts, request_id LIMIT {limit:UInt32} WITH TIES SETTINGS ${IN_ORDER}))`,
        params: { ...params, ...begin.params, limit: this.#pageRows },
        row: pageRow,
        label: 'usage.recorded_requests',
      });
      if (page === undefined || page.rows === 0) {
        return;
      }
      yield page.lines;
      if (page.rows < this.#pageRows) {
        return;
      }
      begin = {
        sql: `ts >= fromUnixTimestamp64Micro({micros:Int64}, 'UTC')
          AND (ts, request_id) > (fromUnixTimestamp64Micro({micros:Int64}, 'UTC'), {id:UInt64})`,
        params: { micros: page.micros, id: page.id },
      };
    }
  }
}

/** SQL of a text that no spreadsheet takes for a formula. The last four are the signs of full width. */
function text(column: string): string {
  return `if(substringUTF8(${column}, 1, 1) IN ('=', '+', '-', '@', '\\t', '\\r', '＝', '＋', '－', '＠'), concat('\\'', ${column}), ${column})`;
}
