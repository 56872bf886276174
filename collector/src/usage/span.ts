/*
 * The rows that add up to the usage of a span of whole minutes.
 *
 * What always holds: every request of the span is in exactly one of the rows. Whole hours come from the rollup
 * `usage_hour`; the minutes before the first whole hour and after the last come from raw rows. Spans of whole local
 * days have no such minutes where the zone is a whole number of hours from UTC, and at most three quarters of an hour
 * of them at each end elsewhere.
 */
import { type HourRange, SECONDS_PER_HOUR } from '../ledger/hours.ts';
import { CPU_SHARE_OF_REQUEST } from '../metering/request-sums.ts';
import { BUCKET_OF_DURATION } from './latency.ts';
import type { MinuteRange } from './range.ts';

/** A table expression with its parameters, but for the tenant. */
export interface UsageRows {
  /**
   * Columns: endpoint, method, status_class, calls, bytes_in, bytes_out, duration, cpu, cpu_share, and the histogram of
   * latency as buckets and counts. To be given a name.
   */
  readonly sql: string;
  readonly params: Readonly<Record<string, number>>;
}

/** The tenant's rows of a span. */
export function usageRows({ from, to }: MinuteRange): UsageRows {
  const { from: firstHour, to: endHour } = wholeHours({ from, to });
  const hours = `SELECT endpoint, method, status_class, calls, bytes_in, bytes_out, duration, cpu, cpu_share,
      mapKeys(latency) AS buckets, mapValues(latency) AS counts
    FROM {{database}}.usage_hour WHERE tenant_id = {tenant:String}
      AND hour >= toDateTime({firstHour:UInt32}, 'UTC') AND hour < toDateTime({endHour:UInt32}, 'UTC')`;
  const edges = `SELECT endpoint, method, toUInt8(intDiv(status, 100)) AS status_class, toUInt64(1) AS calls, bytes_in,
      bytes_out, duration, cpu, ${CPU_SHARE_OF_REQUEST} AS cpu_share, [${BUCKET_OF_DURATION}] AS buckets, [toUInt64(1)] AS counts
    FROM {{database}}.requests WHERE tenant_id = {tenant:String}
      AND ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')
      AND (ts < toDateTime({firstHour:UInt32}, 'UTC') OR ts >= toDateTime({endHour:UInt32}, 'UTC'))`;
  return firstHour === from && endHour === to
    ? { sql: `(${hours})`, params: { firstHour, endHour } }
    : { sql: `(${hours} UNION ALL ${edges})`, params: { from, to, firstHour, endHour } };
}

/** The whole hours inside a span; empty, at the first one after its beginning, when there is none. */
function wholeHours({ from, to }: MinuteRange): HourRange {
  const first = Math.ceil(from / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  return { from: first, to: Math.max(first, Math.floor(to / SECONDS_PER_HOUR) * SECONDS_PER_HOUR) };
}
