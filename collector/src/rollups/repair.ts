/*
 * Rollups made anew from raw rows.
 *
 * What always holds: raw rows are never touched; a span is taken out of the rollup and put back while this process
 * stores nothing, one UTC day after another, so what arrives meanwhile is stored after it and counted once. Another
 * process on the same server is not held: a day into which it stored in that moment does not add up at the end, and is
 * made again. A repair that was cut short leaves a day short in the rollup, never too full; making it again heals it.
 */
import { type Difference, dayDifferences, hourDifferences, timeOfDays } from '../ledger/differences.ts';
import { hourRange, IN_HOURS } from '../ledger/hours.ts';
import type { Logger } from '../logger.ts';
import type { Store } from '../store/store.ts';
import type { TimeRange } from '../usage/range.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import { feedOf, type Rollup } from './feed.ts';

export interface RepairOptions {
  readonly store: Pick<Store, 'select' | 'change'>;
  readonly logger: Logger;
  /** Runs something while this process stores nothing, after all that it took in before is stored. */
  readonly hold: <T>(run: () => Promise<T>) => Promise<T>;
}

export interface Repair {
  /** Days (UTC) of `usage_hour`, local days of `usage_user_day`. */
  readonly days: number;
  /** How often a day was made again because another process stored into it. */
  readonly repeated: number;
  /** What still does not agree; empty unless another process never stopped storing into the span. */
  readonly differences: readonly Difference[];
}

/** A part of a rollup: the rows of one day. */
interface Part {
  readonly rollup: Rollup;
  /** Of the rollup's rows. */
  readonly rows: string;
  /** Of the raw rows that they are made of. */
  readonly raw: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly differences: () => Promise<readonly Difference[]>;
}

const MOST_TRIES = 3;
/** A month's partition of the rollup is taken out of and put back into at once. */
const DAYS_AT_ONCE = 31;
const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";
const SECONDS_PER_DAY = 86_400;
const MS_PER_SECOND = 1_000;
const DAY_LENGTH = 'YYYY-MM-DD'.length;
/** A rebuild's memory: half of what a small machine has. */
const MEMORY_BYTES = 4_000_000_000;

export class RollupRepair {
  readonly #options: RepairOptions;

  constructor(options: RepairOptions) {
    this.#options = options;
  }

  /**
   * Rebuilds both rollups: whole hours of `usage_hour`, and of `usage_user_day` every local day that lies in them in
   * part, whatever the zone.
   *
   * @param scope one tenant; all unless given
   * @throws {RangeError} for a range that is none; {StoreError}; ClickHouse's own error. To be called again then
   */
  async repair(range: TimeRange, scope?: TenantScope): Promise<Repair> {
    const { from, to } = hourRange(range);
    const differences: Difference[] = [];
    let days = 0;
    let repeated = 0;
    for (const part of [...this.#hourParts(from, to, scope), ...this.#dayParts(from, to, scope)]) {
      const { tries, left } = await this.#rebuildUntilRight(part);
      days += 1;
      repeated += tries - 1;
      differences.push(...left);
    }
    this.#options.logger.info({ days, repeated, differences: differences.length }, 'rollups rebuilt');
    return { days, repeated, differences };
  }

  /**
   * Rebuilds whole local days of a tenant in `usage_user_day`, or some people's rows of them.
   *
   * @param userIds everybody's unless given; the empty id is nobody's
   */
  async repairDays(scope: TenantScope, days: readonly string[], userIds?: readonly string[]): Promise<void> {
    const sorted = [...days].sort();
    for (let at = 0; at < sorted.length; at += DAYS_AT_ONCE) {
      const some = sorted.slice(at, at + DAYS_AT_ONCE);
      const { from, to } = timeOfDays(some.at(0) ?? '', some.at(-1) ?? '');
      const rows =
        'tenant_id = {tenant:String} AND day IN {days:Array(Date)}' +
        (userIds === undefined ? '' : ' AND user_id IN {users:Array(String)}');
      const params = { tenant: scope.tenantId, days: some, from, to, ...(userIds && { users: userIds }) };
      const part = { rollup: 'usage_user_day', rows, raw: `${IN_TIME} AND ${rows}` } as const;
      await this.#options.hold(() => this.#rebuild(part, params));
    }
  }

  #hourParts(from: number, to: number, scope: TenantScope | undefined): Part[] {
    const parts: Part[] = [];
    for (let start = from; start < to; start = startOfNextDay(start)) {
      const span = { from: start, to: Math.min(to, startOfNextDay(start)) };
      parts.push({
        rollup: 'usage_hour',
        rows: `${IN_HOURS}${ofTenant(scope)}`,
        raw: `${IN_TIME}${ofTenant(scope)}`,
        params: { ...span, ...tenantParam(scope) },
        differences: () => hourDifferences(this.#options.store, span),
      });
    }
    return parts;
  }

  #dayParts(from: number, to: number, scope: TenantScope | undefined): Part[] {
    const parts: Part[] = [];
    // A local day may begin up to 14 hours before its UTC namesake, and end up to 12 hours after.
    const first = utcDayStart(from) - SECONDS_PER_DAY;
    for (let start = first; start < to + SECONDS_PER_DAY; start += SECONDS_PER_DAY) {
      const day = utcDay(start);
      parts.push({
        rollup: 'usage_user_day',
        ...dayCondition(day, scope),
        differences: () => dayDifferences(this.#options.store, { start: day, end: day }),
      });
    }
    return parts;
  }

  async #rebuildUntilRight(part: Part): Promise<{ tries: number; left: readonly Difference[] }> {
    for (let tries = 1; ; tries += 1) {
      const left = await this.#options.hold(async () => {
        await this.#rebuild(part, part.params);
        return part.differences();
      });
      const tenant = part.params['tenant'];
      const ours = left.filter(({ tenantId }) => tenant === undefined || tenantId === tenant);
      if (ours.length === 0 || tries === MOST_TRIES) {
        return { tries, left: ours };
      }
    }
  }

  async #rebuild(
    { rollup, rows, raw }: Pick<Part, 'rollup' | 'rows' | 'raw'>,
    params: Readonly<Record<string, string | number | readonly string[]>>,
  ): Promise<void> {
    const { store } = this.#options;
    const feed = await feedOf(rollup);
    await store.change({
      sql: `DELETE FROM {{local:${rollup}}} {{on_cluster}} WHERE ${rows} SETTINGS lightweight_deletes_sync = 2`,
      params,
    });
    // Never taken for something inserted before: the same day may be made again of the same rows.
    await store.change({
      sql:
        `INSERT INTO {{database}}.${rollup} (${feed.columns.join(', ')}) ` +
        `SETTINGS async_insert = 0, insert_deduplicate = 0, max_memory_usage = ${MEMORY_BYTES}, distributed_foreground_insert = 1 ` +
        `SELECT ${feed.columns.join(', ')} FROM (${feed.select(raw)})`,
      params,
    });
  }
}

function dayCondition(day: string, scope: TenantScope | undefined): Pick<Part, 'rows' | 'raw' | 'params'> {
  const rows = `day = toDate({day:String})${ofTenant(scope)}`;
  return {
    rows,
    raw: `${IN_TIME} AND ${rows}`,
    params: { day, ...timeOfDays(day, day), ...tenantParam(scope) },
  };
}

function ofTenant(scope: TenantScope | undefined): string {
  return scope === undefined ? '' : ' AND tenant_id = {tenant:String}';
}

function tenantParam(scope: TenantScope | undefined): { readonly tenant?: string } {
  return scope === undefined ? {} : { tenant: scope.tenantId };
}

function startOfNextDay(seconds: number): number {
  return utcDayStart(seconds) + SECONDS_PER_DAY;
}

function utcDayStart(seconds: number): number {
  return Math.floor(seconds / SECONDS_PER_DAY) * SECONDS_PER_DAY;
}

function utcDay(seconds: number): string {
  return new Date(Math.max(0, seconds) * MS_PER_SECOND).toISOString().slice(0, DAY_LENGTH);
}
