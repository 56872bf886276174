/** The 5 of MSER-5: averages of so many observations are looked at. */
const BATCH = 5;
const FEWEST_BATCHES = 10;

/**
 * How many observations at the beginning of a series are still warming up, by MSER-5: the cut that makes the standard
 * error of what is left smallest, over averages of five (White, Cobb and Spratt 2000). Only for questions about a
 * steady state; a month starts empty on purpose, and nothing of it is deleted.
 *
 * @param series in order of time, 50 observations at least
 * @returns number of observations to delete; undefined when the best cut lies in the second half, as it does when the
 *   series is too short to show a steady state
 * @throws {RangeError} when the series is shorter than that
 */
export function warmUp(series: ArrayLike<number>): number | undefined {
  const batches = Math.floor(series.length / BATCH);
  if (batches < FEWEST_BATCHES) {
    throw new RangeError(
      `A warm-up shows in ${BATCH * FEWEST_BATCHES} observations or more; these are ${series.length}.`,
    );
  }
  // From the end on, so that each cut adds one average to those that are left (Welford 1962).
  let mean = 0;
  let squares = 0;
  let best = batches;
  let smallest = Infinity;
  for (let cut = batches - 1; cut >= 0; cut -= 1) {
    const left = batches - cut;
    const average = averageAt(series, cut * BATCH);
    const deviation = average - mean;
    mean += deviation / left;
    squares += deviation * (average - mean);
    const error = squares / left ** 2;
    // The last few averages may agree by chance, and their error says nothing.
    if (left >= BATCH && error <= smallest) {
      smallest = error;
      best = cut;
    }
  }
  return best <= batches / 2 ? best * BATCH : undefined;
}

function averageAt(series: ArrayLike<number>, start: number): number {
  let sum = 0;
  for (let index = start; index < start + BATCH; index += 1) {
    sum += series[index] ?? 0;
  }
  return sum / BATCH;
}
