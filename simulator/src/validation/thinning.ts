/**
 * Which samples of a long series a chart needs: of every bucket the lowest and the highest of each series, so that no peak is lost
 * and none is made up; and those that are asked for. All of them are samples as they were taken, none is a mean.
 *
 * @param series of equal lengths
 * @param buckets how many to divide the series into; a chart has no use for more than it has pixels
 * @param wanted samples to keep in any case
 * @returns indices, ascending
 */
export function samplesToDraw(
  series: readonly Float32Array[],
  buckets: number,
  wanted: readonly number[] = [],
): number[] {
  const length = Math.min(...series.map((values) => values.length));
  const size = Math.max(1, Math.ceil(length / buckets));
  const kept = new Set(wanted.filter((index) => index >= 0 && index < length));
  if (length > 0) {
    kept.add(0);
    kept.add(length - 1);
  }
  for (let from = 0; from < length; from += size) {
    const until = Math.min(from + size, length);
    for (const values of series) {
      let lowest = from;
      let highest = from;
      for (let index = from + 1; index < until; index += 1) {
        const value = values[index] ?? 0;
        lowest = value < (values[lowest] ?? 0) ? index : lowest;
        highest = value > (values[highest] ?? 0) ? index : highest;
      }
      kept.add(lowest);
      kept.add(highest);
    }
  }
  return [...kept].sort((one, other) => one - other);
}
