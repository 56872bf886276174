/*
 * How many people were there.
 *
 * What always holds: the counts are exact for every span of whole minutes. Whole windows of five minutes are kept in
 * `usage_user_day` with each person's local day; of a window that a span cuts, raw rows tell who was there inside it.
 */
import type { MinuteRange } from './range.ts';

/** A question and its parameters, but for the tenant. Its one row has `activeUsers` and `concurrentPeak`. */
export interface PeopleQuestion {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number>>;
}

const SECONDS_PER_DAY = 86_400;
/** A window of `usage_user_day`; its number is the epoch second of its beginning divided by this. */
const WINDOW_SECONDS = 300;

const OF_PEOPLE = "tenant_id = {tenant:String} AND user_id != ''";

/**
 * Distinct people of a span, and the most of them within one window of five minutes (:00, :05, …), as far as it lies
 * in the span.
 */
export function peopleOf({ from, to }: MinuteRange): PeopleQuestion {
  const firstWindow = Math.ceil(from / WINDOW_SECONDS);
  const endWindow = Math.max(firstWindow, Math.floor(to / WINDOW_SECONDS));
  const cut = from % WINDOW_SECONDS !== 0 || to % WINDOW_SECONDS !== 0;
  // Window 0 stands for the span: each person is in it once. A person has a row for each day, role and part that is
  // not merged yet; their windows are made one set first.
  const inWholeWindows = `
    SELECT user_id, arrayJoin(if(empty(inside), inside, arrayPushBack(inside, toUInt32(0)))) AS window FROM (
      SELECT user_id,
        arrayFilter(one -> one >= {firstWindow:UInt32} AND one < {endWindow:UInt32}, groupUniqArrayArray(windows)) AS inside
      FROM {{database}}.usage_user_day
      WHERE ${OF_PEOPLE} AND day >= toDate({start:String}) AND day <= toDate({end:String}) GROUP BY user_id)`;
  const inCutWindows = `
    SELECT user_id, arrayJoin([toUInt32(intDiv(toUnixTimestamp(ts), ${WINDOW_SECONDS})), toUInt32(0)]) AS window
    FROM {{database}}.requests
    WHERE ${OF_PEOPLE} AND ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')
      AND (ts < toDateTime({firstWindow:UInt32} * ${WINDOW_SECONDS}, 'UTC')
        OR ts >= toDateTime({endWindow:UInt32} * ${WINDOW_SECONDS}, 'UTC'))`;
  const byWindow = cut
    ? `SELECT window, uniqExact(user_id) AS people FROM (${inWholeWindows} UNION ALL ${inCutWindows}) GROUP BY window`
    : `SELECT window, count() AS people FROM (${inWholeWindows}) GROUP BY window`;
  return {
    sql: `SELECT maxIf(people, window = 0) AS activeUsers, maxIf(people, window != 0) AS concurrentPeak FROM (${byWindow})`,
    params: { ...(cut && { from, to }), firstWindow, endWindow, ...daysAround({ from, to }) },
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
