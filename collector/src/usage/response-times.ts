import { z } from 'zod';
import type { Select } from '../store/store.ts';
import { bucketMiddle } from './latency.ts';
import { minuteRange, type TimeRange } from './range.ts';
import { whole } from './rows.ts';
import { usageRows } from './span.ts';

/** How long requests took, milliseconds: the mean is exact, quantiles are within 1.6 %. */
export interface ResponseTimes {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

const MICROSECONDS_PER_MS = 1_000;

const timesRow = z.object({
  calls: whole,
  duration: whole,
  /** Buckets of the median, and of the 95th and 99th percentile. */
  latency: z.tuple([whole, whole, whole]),
});

/**
 * How long all requests of a span took, those of all endpoints together.
 *
 * @param select reads within the tenant's scope
 * @returns undefined when there was none
 * @throws {RangeError} for a range that is none; {StoreError}
 */
export async function responseTimes(
  select: <T>(question: Select<T>) => Promise<T[]>,
  range: TimeRange,
): Promise<ResponseTimes | undefined> {
  const { sql, params } = usageRows(minuteRange(range));
  const [row] = await select({
    sql: `SELECT sum(usage.calls) AS calls, sum(usage.duration) AS duration,
            quantilesExactWeightedArray(0.5, 0.95, 0.99)(buckets, counts) AS latency
          FROM ${sql} AS usage HAVING calls > 0`,
    params,
    row: timesRow,
    label: 'usage.response_times',
  });
  if (row === undefined) {
    return undefined;
  }
  const [p50, p95, p99] = row.latency;
  return {
    meanMs: row.duration / row.calls / MICROSECONDS_PER_MS,
    p50Ms: bucketMiddle(p50) / MICROSECONDS_PER_MS,
    p95Ms: bucketMiddle(p95) / MICROSECONDS_PER_MS,
    p99Ms: bucketMiddle(p99) / MICROSECONDS_PER_MS,
  };
}
