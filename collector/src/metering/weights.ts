/*
 * What costs are shared out by: the weights of requests, added up.
 *
 * The weight of one request, in units of 10^-7: 0.01 for being one, 0.0001 for each byte answered, and 0.001 for each percent
 * of a processor that it kept busy (its CPU time, of its duration, at most 100 %, rounded down to a millionth):
 *
 *   100,000 + 1,000 × bytes_out + ⌊1,000,000 × least(cpu, duration) ÷ greatest(duration, 1)⌋
 *
 * What always holds: sums are exact, in 128 bits; they are the same whatever they are taken by; of raw rows and of rollups
 * they are the same, for only the last part is no sum of what a rollup has, and that part has a column of its own.
 */
import { z } from 'zod';
import type { Select } from '../store/store.ts';
import { checkedDays, type DayRange, minuteRange, type TimeRange } from '../usage/range.ts';
import { usageRows } from '../usage/span.ts';
import { epochSeconds } from './metered-days.ts';
import { CPU_SHARE_OF_REQUEST } from './request-sums.ts';
import { exact } from './rows.ts';

export type WeightBy = 'endpoint' | 'user' | 'day';

/** Whole local days of a tenant, by their names and by the instants at which they begin and end. */
export interface WeightQuestion extends DayRange, TimeRange {
  readonly by: WeightBy;
  /** Leaves out what was stored after it, to the second; then raw rows are read, else the rollups. */
  readonly storedBy?: Date;
}

export interface Weight {
  /** `GET /orders/:id`, a user's id (empty: nobody was logged in), or a day `YYYY-MM-DD`. */
  readonly key: string;
  readonly calls: bigint;
  /** Units of 10^-7. */
  readonly weight: bigint;
}

const WEIGHT_OF_CALL = 100_000;
const WEIGHT_OF_BYTE = 1_000;

/** The weight of raw rows, as SQL, of whatever they are grouped by. */
export const WEIGHT_OF_REQUESTS = `toString(toUInt128(count()) * ${WEIGHT_OF_CALL} + toUInt128(sum(bytes_out)) * ${WEIGHT_OF_BYTE}
  + toUInt128(sum(${CPU_SHARE_OF_REQUEST})))`;

const weightRow = z.object({ key: z.string(), calls: exact, weight: exact });

const TENANT = 'tenant_id = {tenant:String}';
const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";
const IN_DAYS = 'day >= toDate({start:String}) AND day <= toDate({end:String})';
const STORED_BY = "stored_at <= toDateTime({storedBy:UInt32}, 'UTC')";

/** By what a row of requests, of the hours or of the days is put together. */
const KEYS = {
  endpoint: "concat(rows.method, ' ', rows.endpoint)",
  user: 'toString(rows.user_id)',
  day: 'toString(rows.day)',
} as const satisfies Record<WeightBy, string>;

/**
 * Adds up the weights of a tenant's requests.
 *
 * @param select reads within the tenant's scope
 * @throws {RangeError} for days that are none; {StoreError}
 */
export async function weights(
  select: <T>(question: Select<T>) => Promise<T[]>,
  { by, storedBy, ...span }: WeightQuestion,
): Promise<Weight[]> {
  const { sql, params } = storedBy === undefined ? rollupRows(by, span) : rawRows(span, storedBy);
  return select({
    sql: `SELECT ${KEYS[by]} AS key, sum(rows.calls) AS calls,
            toString(toUInt128(sum(rows.calls)) * ${WEIGHT_OF_CALL} + toUInt128(sum(rows.bytes_out)) * ${WEIGHT_OF_BYTE}
              + toUInt128(sum(rows.cpu_share))) AS weight
          FROM ${sql} AS rows GROUP BY key ORDER BY key`,
    params,
    row: weightRow,
    label: `metering.weights.${by}`,
  });
}

interface Rows {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number>>;
}

function rollupRows(by: WeightBy, { start, end, from, to }: DayRange & TimeRange): Rows {
  if (by === 'endpoint') {
    return usageRows(minuteRange({ from, to }));
  }
  return {
    sql: `(SELECT user_id, day, calls, bytes_out, cpu_share FROM {{database}}.usage_user_day WHERE ${TENANT} AND ${IN_DAYS})`,
    params: { ...checkedDays({ start, end }) },
  };
}

/** A row whose own day is another zone's counts on the nearest of the days, as in the bill. */
function rawRows({ start, end, from, to }: DayRange & TimeRange, storedBy: Date): Rows {
  return {
    sql: `(SELECT method, endpoint, user_id, least(greatest(requests.day, toDate({start:String})), toDate({end:String})) AS day,
            toUInt64(1) AS calls, bytes_out, ${CPU_SHARE_OF_REQUEST} AS cpu_share
          FROM {{database}}.requests AS requests WHERE ${TENANT} AND ${IN_TIME} AND ${STORED_BY})`,
    params: {
      ...checkedDays({ start, end }),
      from: epochSeconds(from),
      to: epochSeconds(to),
      storedBy: epochSeconds(storedBy),
    },
  };
}
