/*
 * How many people were there.
 *
 * What always holds: the counts are exact for every span of whole minutes. A person's local day is kept in
 * `usage_user_day` with the first and the last request and the windows of five minutes in which there was any; what a
 * span cuts out of a day or a window is read from raw rows.
 */
import type { MinuteRange } from './range.ts';

/** A question and its parameters, but for the tenant. Its one row has the column `users`. */
export interface PeopleQuestion {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly label: string;
}

const SECONDS_PER_DAY = 86_400;
/** Longer than any local day, so that no person's day can begin before a range of this length and end after it. */
const LONGEST_DAY_SECONDS = 26 * 3_600;
/** A window of `usage_user_day`; its number is the epoch second of its beginning divided by this. */
const WINDOW_SECONDS = 300;

const TENANT = 'tenant_id = {tenant:String}';
const PEOPLE = "user_id != ''";
const IN_TIME = "ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')";
const IN_DAYS = 'day >= toDate({start:String}) AND day <= toDate({end:String})';
const OUTSIDE_WHOLE_WINDOWS = `(ts < toDateTime({firstWindow:UInt32} * ${WINDOW_SECONDS}, 'UTC')
  OR ts >= toDateTime({endWindow:UInt32} * ${WINDOW_SECONDS}, 'UTC'))`;

/**
 * Distinct people of a span. In a span longer than a day, whoever was there has the first or the last request of a
 * day inside it. Shorter spans are read from raw rows.
 */
export function activeUsers({ from, to }: MinuteRange): PeopleQuestion {
  const label = 'usage.active_users';
  if (to - from <= LONGEST_DAY_SECONDS) {
    const sql = `SELECT uniqExact(user_id) AS users FROM {{database}}.requests WHERE ${TENANT} AND ${IN_TIME} AND ${PEOPLE}`;
    return { sql, params: { from, to }, label };
  }
  return {
    sql: `SELECT uniqExact(user_id) AS users FROM (
            SELECT user_id, day, min(first_seen) AS first, max(last_seen) AS last FROM {{database}}.usage_user_day
            WHERE ${TENANT} AND ${IN_DAYS} AND ${PEOPLE} GROUP BY user_id, day)
          WHERE (first >= toDateTime({from:UInt32}, 'UTC') AND first < toDateTime({to:UInt32}, 'UTC'))
             OR (last >= toDateTime({from:UInt32}, 'UTC') AND last < toDateTime({to:UInt32}, 'UTC'))`,
    params: { from, to, ...daysAround({ from, to }) },
    label,
  };
}

/** The most distinct people within one window of five minutes (:00, :05, …), as far as it lies in the span. */
export function concurrentPeak({ from, to }: MinuteRange): PeopleQuestion {
  const firstWindow = Math.ceil(from / WINDOW_SECONDS);
  const endWindow = Math.max(firstWindow, Math.floor(to / WINDOW_SECONDS));
  // A person has a row for each day, role and part that is not merged yet: their windows are made one set first.
  const ofWholeWindows = `SELECT count() AS people FROM (
      SELECT arrayJoin(groupUniqArrayArray(windows)) AS window FROM {{database}}.usage_user_day
      WHERE ${TENANT} AND ${IN_DAYS} AND ${PEOPLE} GROUP BY user_id)
    WHERE window >= {firstWindow:UInt32} AND window < {endWindow:UInt32} GROUP BY window`;
  const ofCutWindows = `SELECT uniqExact(user_id) AS people FROM {{database}}.requests
    WHERE ${TENANT} AND ${IN_TIME} AND ${OUTSIDE_WHOLE_WINDOWS} AND ${PEOPLE} GROUP BY toStartOfFiveMinutes(ts)`;
  const cut = from % WINDOW_SECONDS !== 0 || to % WINDOW_SECONDS !== 0;
  return {
    sql: `SELECT max(people) AS users FROM (${cut ? `${ofWholeWindows} UNION ALL ${ofCutWindows}` : ofWholeWindows})`,
    params: { ...(cut && { from, to }), firstWindow, endWindow, ...daysAround({ from, to }) },
    label: 'usage.concurrent_peak',
  };
}

/** The days of the range in UTC and one on either side: wherever a tenant is, its local days are among them. */
export function daysAround({ from, to }: MinuteRange): { start: string; end: string } {
  return { start: utcDay(from - SECONDS_PER_DAY), end: utcDay(to + SECONDS_PER_DAY) };
}

/** The UTC day of an instant in epoch seconds. */
function utcDay(seconds: number): string {
  return new Date(Math.max(0, seconds) * 1000).toISOString().slice(0, 'YYYY-MM-DD'.length);
}
