import type { z } from 'zod';
import { hourRange, IN_HOURS } from '../ledger/hours.ts';
import type { Select } from '../store/store.ts';
import { daysAround } from './people.ts';
import { minuteRange, type TimeRange } from './range.ts';
import { totalsRow, whole } from './rows.ts';

/** Raw rows minus rollup; all zeros when they agree. */
export interface RollupDifference {
  readonly hour: {
    readonly calls: number;
    readonly errors: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
    /** Microseconds. */
    readonly duration: number;
  };
  readonly userDay: {
    readonly calls: number;
    readonly errors: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  };
}

const SECONDS_PER_DAY = 86_400;
const differenceRow = totalsRow.extend({ duration: whole });
type Totals = z.infer<typeof differenceRow>;

const TENANT = 'tenant_id = {tenant:String}';
const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";
const IN_DAYS = 'day >= toDate({start:String}) AND day <= toDate({end:String})';
const RAW_TOTALS = `count() AS calls, countIf(status >= 500) AS errors, sum(bytes_in) AS bytesIn,
  sum(bytes_out) AS bytesOut, sum(requests.duration) AS duration`;

/**
 * A tenant's raw rows minus its rollups. What is compared are the whole hours that the range touches, and the days of
 * the range in UTC and one on either side, by the day that each row carries.
 *
 * @param select reads within the tenant's scope
 * @throws {RangeError} for a range that is none; {StoreError}
 */
export async function rollupDifference(
  select: <T>(question: Select<T>) => Promise<T[]>,
  range: TimeRange,
): Promise<RollupDifference> {
  const hours = hourRange(range);
  const days = daysAround(minuteRange(range));
  const timeOfDays = {
    ...days,
    from: Math.max(0, hours.from - 3 * SECONDS_PER_DAY),
    to: hours.to + 3 * SECONDS_PER_DAY,
  };
  const [[raw], [hour], [rawDays], [userDays]] = await Promise.all([
    select({
      sql: `SELECT ${RAW_TOTALS} FROM {{database}}.requests AS requests WHERE ${TENANT} AND ${IN_TIME}`,
      params: { ...hours },
      row: differenceRow,
      label: 'usage.difference.raw',
    }),
    select({
      sql: `SELECT sum(hours.calls) AS calls, sumIf(hours.calls, status_class >= 5) AS errors, sum(bytes_in) AS bytesIn,
              sum(bytes_out) AS bytesOut, sum(hours.duration) AS duration
            FROM {{database}}.usage_hour AS hours WHERE ${TENANT} AND ${IN_HOURS}`,
      params: { ...hours },
      row: differenceRow,
      label: 'usage.difference.hour',
    }),
    select({
      sql: `SELECT ${RAW_TOTALS} FROM {{database}}.requests AS requests WHERE ${TENANT} AND ${IN_TIME} AND ${IN_DAYS}`,
      params: timeOfDays,
      row: differenceRow,
      label: 'usage.difference.raw_days',
    }),
    select({
      sql: `SELECT sum(days.calls) AS calls, sum(days.errors) AS errors, sum(bytes_in) AS bytesIn, sum(bytes_out) AS bytesOut
            FROM {{database}}.usage_user_day AS days WHERE ${TENANT} AND ${IN_DAYS}`,
      params: days,
      row: totalsRow,
      label: 'usage.difference.user_day',
    }),
  ]);
  return {
    hour: { ...minus(raw, hour), duration: (raw?.duration ?? 0) - (hour?.duration ?? 0) },
    userDay: minus(rawDays, userDays),
  };
}

function minus(
  a: Omit<Totals, 'duration'> | undefined,
  b: Omit<Totals, 'duration'> | undefined,
): RollupDifference['userDay'] {
  return {
    calls: (a?.calls ?? 0) - (b?.calls ?? 0),
    errors: (a?.errors ?? 0) - (b?.errors ?? 0),
    bytesIn: (a?.bytesIn ?? 0) - (b?.bytesIn ?? 0),
    bytesOut: (a?.bytesOut ?? 0) - (b?.bytesOut ?? 0),
  };
}
