/*
 * Latency histograms with log-linear buckets, as the rollup `usage_hour` keeps them.
 *
 * What always holds: histograms merge exactly, by adding counts; the middle of a bucket is within 1/64 (1.6 %) of every
 * duration in it, so a quantile read as the middle of its bucket is within 1.6 % of the exact one. Below 32 a bucket is
 * one microsecond. Above, a bucket is an octave's 1/32: its number is the exponent of the duration and the first five
 * bits of its mantissa.
 */
const LINEAR_BUCKETS = 32;

/** SQL of a request's bucket: as the view has it that feeds the rollup. */
export const BUCKET_OF_DURATION = `toUInt16(if(duration < ${LINEAR_BUCKETS}, duration,
  bitShiftRight(reinterpretAsUInt64(toFloat64(duration)), 47) - 32864))`;

/** The middle of a bucket, in microseconds. */
export function bucketMiddle(bucket: number): number {
  if (bucket < 2 * LINEAR_BUCKETS) {
    return bucket;
  }
  const octave = Math.floor(bucket / LINEAR_BUCKETS) - 1;
  const lowest = ((bucket % LINEAR_BUCKETS) + LINEAR_BUCKETS) * 2 ** octave;
  return lowest + (2 ** octave - 1) / 2;
}
