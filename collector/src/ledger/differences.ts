/*
 * The two comparisons with raw rows, of all tenants: the ledger's, and the rollups'.
 *
 * What always holds: each is one statement, so it sees each table once; a tenant-hour (tenant-day) that agrees is not
 * in the answer.
 */
import { z } from 'zod';
import { CACHE_HITS, CACHE_LOOKUPS, CPU_SHARE_OF_REQUEST, RENDERS } from '../metering/request-sums.ts';
import type { Store } from '../store/store.ts';
import { type HourRange, IN_HOURS } from './hours.ts';

/** Where counts do not agree. */
export interface Difference {
  /** `ledger`: what was taken in against what is stored. Else the rollup that does not add up to the raw rows. */
  readonly of: 'ledger' | 'usage_hour' | 'usage_user_day';
  readonly tenantId: string;
  /** Of the ledger, which kind of line. */
  readonly lane?: string;
  /** Hour (UTC) as an ISO instant, or local day `YYYY-MM-DD` for `usage_user_day`. */
  readonly at: string;
  /** Missing in the store (ledger), or in the rollup; below zero when there are too many. */
  readonly rows: number;
}

const SECONDS_PER_DAY = 86_400;
/** Beyond any zone's distance from UTC, either way. */
const ZONE_SECONDS = 15 * 3_600;
const MS_PER_SECOND = 1_000;
/** What is in disorder by more than this needs no longer a list. */
const MOST_DIFFERENCES = 1_000;

const whole = z.union([z.string(), z.number()]).transform(Number).refine(Number.isSafeInteger);
const ledgerRow = z.object({ tenantId: z.string(), lane: z.string(), at: whole, rows: whole });
const hourRow = z.object({ tenantId: z.string(), at: whole, rows: whole });
const dayRow = z.object({ tenantId: z.string(), at: z.string(), rows: whole });

const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";
const IN_DAYS = 'day >= toDate({start:String}) AND day <= toDate({end:String})';
const HOUR_OF_TS = "toDateTime(toStartOfHour(ts), 'UTC')";

const CPU_SHARE = `sum(${CPU_SHARE_OF_REQUEST})`;

/** Sums that must agree, side by side: of raw rows, and of the rollup. */
const HOUR_RAW = [
  'count()',
  'countIf(status >= 500)',
  'sum(bytes_in)',
  'sum(bytes_out)',
  'sum(cpu)',
  'sum(memory)',
  'sum(requests.duration)',
  CPU_SHARE,
];
const HOUR_ROLLUP = [
  'sum(hours.calls)',
  'sumIf(hours.calls, status_class >= 5)',
  'sum(bytes_in)',
  'sum(bytes_out)',
  'sum(cpu)',
  'sum(memory)',
  'sum(hours.duration)',
  'sum(cpu_share)',
];
const DAY_RAW = [
  'count()',
  'countIf(status >= 500)',
  'sum(bytes_in)',
  'sum(bytes_out)',
  'sum(cpu)',
  "uniqExactIf(toString(user_id), user_id != '')",
  'sum(memory)',
  RENDERS,
  CACHE_LOOKUPS,
  CACHE_HITS,
  CPU_SHARE,
];
const DAY_ROLLUP = [
  'sum(days.calls)',
  'sum(days.errors)',
  'sum(bytes_in)',
  'sum(bytes_out)',
  'sum(cpu)',
  "uniqExactIf(user_id, user_id != '')",
  'sum(memory)',
  'sum(renders)',
  'sum(cache_lookups)',
  'sum(cache_hits)',
  'sum(cpu_share)',
];

/** Taken in and not refused, minus raw rows; by tenant, hour and lane. */
export async function ledgerDifferences(
  store: Pick<Store, 'select'>,
  { from, to }: HourRange,
): Promise<Difference[]> {
  const raw = (lane: string) =>
    `SELECT tenant_id, '${lane}' AS lane, ${HOUR_OF_TS} AS hour, -toInt64(count()) AS counted
     FROM {{database}}.${lane} WHERE ${IN_TIME} GROUP BY tenant_id, hour`;
  const rows = await store.select({
    sql: `SELECT tenant_id AS tenantId, lane, toUnixTimestamp(hour) AS at, sum(counted) AS rows
          FROM (
            SELECT tenant_id, toString(lane) AS lane, hour, toInt64(sum(accepted)) - toInt64(sum(refused)) AS counted
            FROM {{database}}.ledger WHERE ${IN_HOURS} GROUP BY tenant_id, lane, hour
            UNION ALL ${raw('requests')}
            UNION ALL ${raw('events')}
          ) GROUP BY tenantId, lane, at HAVING rows != 0 ORDER BY at, tenantId, lane LIMIT ${MOST_DIFFERENCES}`,
    params: { from, to },
    row: ledgerRow,
    label: 'ledger.differences',
    inBackground: true,
  });
  return rows.map(({ at, ...row }) => ({ of: 'ledger', ...row, at: instant(at) }));
}

/** Raw rows minus `usage_hour`, by tenant and hour. */
export async function hourDifferences(
  store: Pick<Store, 'select'>,
  { from, to }: HourRange,
): Promise<Difference[]> {
  const rows = await store.select({
    sql: `SELECT tenant_id AS tenantId, toUnixTimestamp(hour) AS at, ${missing(HOUR_RAW.length)}
          FROM (
            SELECT tenant_id, ${HOUR_OF_TS} AS hour, ${signed('', HOUR_RAW)}
            FROM {{database}}.requests AS requests WHERE ${IN_TIME} GROUP BY tenant_id, hour
            UNION ALL
            SELECT tenant_id, hour, ${signed('-', HOUR_ROLLUP)}
            FROM {{database}}.usage_hour AS hours WHERE ${IN_HOURS} GROUP BY tenant_id, hour
          ) GROUP BY tenantId, at HAVING rows != 0 ORDER BY at, tenantId LIMIT ${MOST_DIFFERENCES}`,
    params: { from, to },
    row: hourRow,
    label: 'ledger.hour_differences',
    inBackground: true,
  });
  return rows.map(({ at, ...row }) => ({ of: 'usage_hour', ...row, at: instant(at) }));
}

/** Raw rows minus `usage_user_day`, by tenant and local day; whole days, from the first to the last, both included. */
export async function dayDifferences(
  store: Pick<Store, 'select'>,
  { start, end }: { readonly start: string; readonly end: string },
): Promise<Difference[]> {
  const rows = await store.select({
    sql: `SELECT tenant_id AS tenantId, toString(date) AS at, ${missing(DAY_RAW.length)}
          FROM (
            SELECT tenant_id, day AS date, ${signed('', DAY_RAW)}
            FROM {{database}}.requests WHERE ${IN_TIME} AND ${IN_DAYS} GROUP BY tenant_id, date
            UNION ALL
            SELECT tenant_id, day AS date, ${signed('-', DAY_ROLLUP)}
            FROM {{database}}.usage_user_day AS days WHERE ${IN_DAYS} GROUP BY tenant_id, date
          ) GROUP BY tenantId, at HAVING rows != 0 ORDER BY at, tenantId LIMIT ${MOST_DIFFERENCES}`,
    params: { start, end, ...timeOfDays(start, end) },
    row: dayRow,
    label: 'ledger.day_differences',
    inBackground: true,
  });
  return rows.map((row) => ({ of: 'usage_user_day', ...row }));
}

/** The time within which local days lie, whatever their zone; epoch seconds. */
export function timeOfDays(start: string, end: string): HourRange {
  return {
    from: Math.max(0, Date.parse(start) / MS_PER_SECOND - ZONE_SECONDS),
    to: Date.parse(end) / MS_PER_SECOND + SECONDS_PER_DAY + ZONE_SECONDS,
  };
}

function signed(sign: '' | '-', sums: readonly string[]): string {
  return sums.map((sum, index) => `${sign}toInt64(${sum}) AS d${index}`).join(', ');
}

/** The calls that are missing, which is the first sum; 1 when calls agree and another sum does not. */
function missing(sums: number): string {
  const others = Array.from({ length: sums - 1 }, (_, index) => `sum(d${index + 1}) != 0`);
  return `if(sum(d0) != 0, sum(d0), toInt64(${others.join(' OR ')})) AS rows`;
}

function instant(seconds: number): string {
  return new Date(seconds * MS_PER_SECOND).toISOString();
}
