import { z } from 'zod';
import type { Select } from '../store/store.ts';
import { minuteRange, type TimeRange } from './range.ts';
import { whole } from './rows.ts';

const HOURS_IN_DAY = 24;

const hourRow = z.object({
  hourOfDay: z
    .int()
    .min(0)
    .max(HOURS_IN_DAY - 1),
  calls: whole,
});

/**
 * Calls by the hour of the tenant's day, all days of a span together. From the rollup of hours, so in a zone that is half
 * an hour off, an hour counts where it begins.
 *
 * @param select reads within the tenant's scope
 * @param timezone IANA name
 * @returns 24 counts
 * @throws {RangeError} for a range that is none; {StoreError}
 */
export async function callsByHourOfDay(
  select: <T>(question: Select<T>) => Promise<T[]>,
  range: TimeRange,
  timezone: string,
): Promise<number[]> {
  const { from, to } = minuteRange(range);
  const rows = await select({
    sql: `SELECT toHour(hour, {timezone:String}) AS hourOfDay, sum(hours.calls) AS calls
          FROM {{database}}.usage_hour AS hours
          WHERE tenant_id = {tenant:String} AND hour >= toDateTime({from:UInt32}, 'UTC') AND hour < toDateTime({to:UInt32}, 'UTC')
          GROUP BY hourOfDay`,
    params: { from, to, timezone },
    row: hourRow,
    label: 'usage.hours_of_day',
  });
  const calls = new Map(rows.map((row) => [row.hourOfDay, row.calls]));
  return Array.from({ length: HOURS_IN_DAY }, (_, hour) => calls.get(hour) ?? 0);
}
