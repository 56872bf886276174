/*
 * What was taken in, held against what is stored: by tenant and hour (UTC) of what happened.
 *
 *   accepted = stored + refused by the store + in the spool
 *
 * What always holds: accepted is counted as lines are appended to the spool, stored is a count of raw rows; neither is
 * made from the other. What a process counts as duplicates is written at least every few seconds; a crash forgets
 * what it had not written, and nothing else.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Counted } from '../spool/counts.ts';
import type { Insert, Store } from '../store/store.ts';
import type { TimeRange } from '../usage/range.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import { COUNTED_LANES, DuplicateCounts, entriesOf, type SettledSegment } from './entries.ts';
import { hourRange, IN_HOURS, SECONDS_PER_HOUR } from './hours.ts';

export interface LedgerOptions {
  readonly store: Pick<Store, 'insert' | 'select'>;
  /** What of this process is taken in and not stored yet. */
  readonly pending: () => Iterable<Counted>;
}

/** One hour of a tenant. */
export interface LedgerHour {
  /** Its beginning. */
  readonly hour: Date;
  /** Taken in: acknowledged, or recorded in the process. */
  readonly accepted: number;
  /** Not taken: it had come before. */
  readonly duplicates: number;
  /** Not taken: it was no valid event. By the hour it came in. */
  readonly rejected: number;
  /** Of the accepted, what the store would not take; kept in `rejected` with the reason. */
  readonly refused: number;
  /** Of the accepted, what this process has still to store. */
  readonly inSpool: number;
  /** Raw rows. */
  readonly stored: number;
  /** accepted − stored − refused − inSpool. While an hour is being stored it can differ for a moment. */
  readonly difference: number;
}

const TOKEN_BYTES = 8;
const MICROSECONDS_PER_SECOND = 1_000_000;
const MS_PER_SECOND = 1_000;

const whole = z.union([z.string(), z.number()]).transform(Number).refine(Number.isSafeInteger);
const hourRow = z.object({
  hour: whole,
  accepted: whole,
  refused: whole,
  duplicates: whole,
  rejected: whole,
  stored: whole,
});
type HourCounts = Omit<z.infer<typeof hourRow>, 'hour'>;

const NOTHING: HourCounts = { accepted: 0, refused: 0, duplicates: 0, rejected: 0, stored: 0 };
const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #touched = new Set<number>();
  #duplicates = new DuplicateCounts();
  /** Counted, and being written: tried again as it is until the store has taken it. */
  #unwritten: { readonly counts: DuplicateCounts; readonly insert: Insert } | undefined;
  readonly #tokens = `ledger-${randomBytes(TOKEN_BYTES).toString('hex')}`;
  #written = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Counts what was not taken because it had come before. @param ts epoch microseconds of what happened */
  duplicate(tenantId: string, ts: number): void {
    this.#duplicates.add(
      tenantId,
      Math.floor(ts / MICROSECONDS_PER_SECOND / SECONDS_PER_HOUR) * SECONDS_PER_HOUR,
    );
  }

  /**
   * Enters segments that the store has. To be called before their files go; again with the same if it fails.
   *
   * @throws ClickHouse's own error
   */
  async settle(segments: readonly SettledSegment[]): Promise<void> {
    for (const segment of segments) {
      const entries = entriesOf(segment);
      if (entries !== undefined) {
        await this.#options.store.insert(entries);
      }
      for (const hours of COUNTED_LANES.includes(segment.lane) ? segment.counts.values() : []) {
        for (const hour of hours.keys()) {
          this.#touched.add(hour);
        }
      }
    }
  }

  /** Writes the duplicates counted so far. @throws ClickHouse's own error; to be called again */
  async flush(): Promise<void> {
    if (this.#unwritten === undefined && !this.#duplicates.empty) {
      const counts = this.#duplicates;
      this.#duplicates = new DuplicateCounts();
      this.#written += 1;
      this.#unwritten = { counts, insert: counts.entries(`${this.#tokens}-${this.#written}`) };
    }
    const unwritten = this.#unwritten;
    if (unwritten !== undefined) {
      await this.#options.store.insert(unwritten.insert);
      if (this.#unwritten === unwritten) {
        this.#unwritten = undefined;
      }
    }
  }

  /** The hours entered since the last call, epoch seconds. */
  takeTouched(): number[] {
    const hours = [...this.#touched];
    this.#touched.clear();
    return hours;
  }

  /** A tenant's hours in which anything came, in order. */
  async hours(scope: TenantScope, range: TimeRange): Promise<LedgerHour[]> {
    const { from, to } = hourRange(range);
    const rows = await this.#options.store.select({
      sql: `SELECT toUnixTimestamp(hour) AS hour, sum(taken) AS accepted, sum(untaken) AS refused,
              sum(again) AS duplicates, sum(invalid) AS rejected, sum(raw) AS stored
            FROM (
              SELECT hour, sum(accepted) AS taken, sum(refused) AS untaken, sum(duplicates) AS again,
                sum(rejected) AS invalid, 0 AS raw
              FROM {{database}}.ledger WHERE tenant_id = {tenant:String} AND ${IN_HOURS} GROUP BY hour
              UNION ALL
              SELECT toDateTime(toStartOfHour(ts), 'UTC') AS hour, 0, 0, 0, 0, count()
              FROM {{database}}.requests WHERE tenant_id = {tenant:String} AND ${IN_TIME} GROUP BY hour
              UNION ALL
              SELECT toDateTime(toStartOfHour(ts), 'UTC') AS hour, 0, 0, 0, 0, count()
              FROM {{database}}.events WHERE tenant_id = {tenant:String} AND ${IN_TIME} GROUP BY hour
            ) GROUP BY hour ORDER BY hour`,
      params: { tenant: scope.tenantId, from, to },
      row: hourRow,
      label: 'ledger.hours',
    });
    const stored = new Map<number, HourCounts>(rows.map(({ hour, ...counts }) => [hour, counts]));
    const pending = this.#pendingOf(scope.tenantId, from, to);
    return [...new Set([...stored.keys(), ...pending.keys()])]
      .sort((a, b) => a - b)
      .map((hour) => this.#hour(scope.tenantId, hour, stored.get(hour) ?? NOTHING, pending.get(hour) ?? 0));
  }

  #hour(tenantId: string, hour: number, counts: HourCounts, inSpool: number): LedgerHour {
    const unwritten = this.#duplicates.of(tenantId, hour) + (this.#unwritten?.counts.of(tenantId, hour) ?? 0);
    return {
      hour: new Date(hour * MS_PER_SECOND),
      accepted: counts.accepted + inSpool,
      duplicates: counts.duplicates + unwritten,
      rejected: counts.rejected,
      refused: counts.refused,
      inSpool,
      stored: counts.stored,
      difference: counts.accepted - counts.refused - counts.stored,
    };
  }

  #pendingOf(tenantId: string, from: number, to: number): Map<number, number> {
    const hours = new Map<number, number>();
    for (const { lane, counts } of this.#options.pending()) {
      for (const [hour, { rows }] of (COUNTED_LANES.includes(lane) && counts.get(tenantId)) || []) {
        if (hour >= from && hour < to) {
          hours.set(hour, (hours.get(hour) ?? 0) + rows);
        }
      }
    }
    return hours;
  }
}
