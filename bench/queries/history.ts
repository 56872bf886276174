import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Store } from '../../collector/src/store/store.ts';
import { daysOf, insertDay } from './workload.ts';

const MS_PER_DAY = 86_400_000;
const DAY_LENGTH = 'YYYY-MM-DD'.length;
const PROGRESS_DAYS = 30;
/** Merges count as over when none was seen for so long… */
const QUIET_LOOKS = 4;
const LOOK_MS = 500;
/** …or when so many looks have found one: a merge of old months disturbs no more than it does in life. */
const MOST_LOOKS = 360;

const rowsRow = z.object({ rows: z.coerce.number() });
const bytesRow = z.object({ table: z.string(), column: z.string(), bytes: z.coerce.number() });

/** Bytes on disk. */
export interface ColumnBytes {
  readonly table: string;
  /** Empty for the table as a whole. */
  readonly column: string;
  readonly bytes: number;
}

/** A store whose past can be made longer, day before day. */
export class History {
  readonly #store: Store;
  /** Today. */
  readonly lastDay: string;
  #days = 0;

  /** @param lastDay `YYYY-MM-DD`; nothing is stored yet */
  constructor(store: Store, lastDay: string) {
    this.#store = store;
    this.lastDay = lastDay;
  }

  /** How many days there are. */
  get days(): number {
    return this.#days;
  }

  /**
   * Goes back until there are as many days as so many rows take, or the time is up.
   *
   * @param until `performance.now()` at which to end
   */
  async extend(rows: number, until: number, progress: (line: string) => void): Promise<void> {
    for (const goal = daysOf(rows); this.#days < goal && performance.now() < until; this.#days += 1) {
      const day = new Date(Date.parse(this.lastDay) - this.#days * MS_PER_DAY)
        .toISOString()
        .slice(0, DAY_LENGTH);
      await this.#store.change({ sql: insertDay(day), params: {} });
      if (this.#days % PROGRESS_DAYS === 0) {
        progress(`  ${this.#days + 1} of ${goal} days loaded`);
      }
    }
  }

  /** Waits until the engine has merged what it will. */
  async settle(): Promise<void> {
    for (let looks = 0, quiet = 0; looks < MOST_LOOKS && quiet < QUIET_LOOKS; looks += 1) {
      await delay(LOOK_MS);
      const [merges] = await this.#store.select({
        sql: 'SELECT count() AS rows FROM system.merges',
        params: {},
        row: rowsRow,
        label: 'bench.merges',
      });
      quiet = merges?.rows === 0 ? quiet + 1 : 0;
    }
  }

  async rows(): Promise<number> {
    const [all] = await this.#store.select({
      sql: 'SELECT count() AS rows FROM {{database}}.requests',
      params: {},
      row: rowsRow,
      label: 'bench.rows',
    });
    return all?.rows ?? 0;
  }

  /** What the active parts of each table take, and each column of those parts that keep columns apart. */
  bytes(): Promise<ColumnBytes[]> {
    const tables = "active AND table IN ('requests', 'usage_hour', 'usage_user_day')";
    return this.#store.select({
      sql: `SELECT table, '' AS column, sum(data_compressed_bytes) AS bytes FROM system.parts WHERE ${tables} GROUP BY table
            UNION ALL
            SELECT table, column, sum(column_data_compressed_bytes) AS bytes FROM system.parts_columns WHERE ${tables}
            GROUP BY table, column ORDER BY bytes DESC`,
      params: {},
      row: bytesRow,
      label: 'bench.bytes',
    });
  }
}
