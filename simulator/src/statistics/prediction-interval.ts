import { momentsOf } from './moments.ts';
import { around, type Interval } from './t-interval.ts';

/** Anscombe's constant: the square root of a Poisson count plus this has almost the same variance at every mean. */
const ANSCOMBE = 3 / 8;
/** What rounding may have added to a whole number. */
const ROUNDING = 1e-9;

/** Where one further observation is expected. */
export interface PredictionInterval extends Interval {
  readonly mean: number;
  /** Number of values it rests on. */
  readonly n: number;
}

/**
 * The interval that holds one further observation of a quantity that scatters about evenly, such as the documented
 * month beside simulated ones: Student's t with √(1 + 1/n) (Hahn and Meeker 1991, section 4.7).
 *
 * @param values independent observations, one a replication; a single one gives an infinite interval
 * @throws {RangeError} as {@link tInterval} does
 */
export function predictionInterval(values: ArrayLike<number>, confidence: number): PredictionInterval {
  const { n, mean, variance } = momentsOf(values);
  const { low, high } = around(mean, Math.sqrt(variance * (1 + 1 / n)), n - 1, confidence, n);
  return { mean, low, high, n };
}

/**
 * The interval that holds one further count of events. Counts are whole, not negative, and skewed when they are
 * small, so that Student's t reaches below 0 and not far enough above. Two remedies:
 *
 * With enough replications (39 for 95 %), order statistics: of n + 1 exchangeable counts, the last lies below the
 * r-th smallest of the others with probability r / (n + 1) at most, whatever the distribution (Wilks 1941). With fewer
 * the smallest and the largest do not reach far enough, and Student's t is taken on the square roots (Anscombe
 * 1948), where a count scatters evenly; the ends are turned back and rounded outwards.
 *
 * @param counts one a replication, not negative; a single one gives an interval without upper end
 * @throws {RangeError} when a count is negative, and as {@link tInterval} does
 */
export function countPredictionInterval(counts: ArrayLike<number>, confidence: number): PredictionInterval {
  const { n, mean } = momentsOf(counts);
  const sorted = Float64Array.from(counts).sort();
  if ((sorted[0] ?? 0) < 0) {
    throw new RangeError(`A count of events is not negative; this one is ${sorted[0]}.`);
  }
  const rank = Math.floor(((n + 1) * (1 - confidence)) / 2 + ROUNDING);
  if (rank >= 1) {
    return { mean, low: sorted[rank - 1] ?? 0, high: sorted[n - rank] ?? 0, n };
  }
  const roots = predictionInterval(
    sorted.map((count) => Math.sqrt(count + ANSCOMBE)),
    confidence,
  );
  return {
    mean,
    low: Math.max(0, Math.floor(countAt(Math.max(0, roots.low)) + ROUNDING)),
    high: Math.max(0, Math.ceil(countAt(roots.high) - ROUNDING)),
    n,
  };
}

function countAt(root: number): number {
  return root ** 2 - ANSCOMBE;
}
