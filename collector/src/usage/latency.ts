/*
 * Latency histograms with log-linear buckets, as the rollup `usage_minute` keeps them.
 *
 * What always holds: histograms merge exactly, by adding counts; a quantile read from one is within 1/64 (1.6 %) of
 * the exact quantile. Below 32 a bucket is one microsecond. Above, a bucket is an octave's 1/32: its number is the
 * exponent of the duration and the first five bits of its mantissa.
 */
const LINEAR_BUCKETS = 32;

/** Counts of requests by bucket number. */
export type LatencyHistogram = ReadonlyMap<number, number>;

/** The middle of a bucket, in microseconds. */
export function bucketMiddle(bucket: number): number {
  if (bucket < 2 * LINEAR_BUCKETS) {
    return bucket;
  }
  const octave = Math.floor(bucket / LINEAR_BUCKETS) - 1;
  const lowest = ((bucket % LINEAR_BUCKETS) + LINEAR_BUCKETS) * 2 ** octave;
  return lowest + (2 ** octave - 1) / 2;
}

/**
 * A quantile by nearest rank: the smallest duration that at least the share `q` of requests do not exceed.
 *
 * @param histogram not empty
 * @param q from 0 to 1
 * @returns microseconds; 0 for an empty histogram
 */
export function quantile(histogram: LatencyHistogram, q: number): number {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= rank) {
      return bucketMiddle(bucket);
    }
  }
  return 0;
}
