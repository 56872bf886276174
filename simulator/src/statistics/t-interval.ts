import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { momentsOf } from './moments.ts';

/** From `low` to `high`, both included, in the unit of the values. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** An interval around a mean. */
export interface MeanInterval extends Interval {
  readonly mean: number;
  readonly halfWidth: number;
  /** Number of values it rests on. */
  readonly n: number;
}

/**
 * The interval that covers the true mean of independent observations, such as one output of each replication
 * (Student 1908; for replications, Law 2015, section 9.4.1). For observations of one run, which are correlated, it
 * would be far too narrow: use {@link batchMeans} for those.
 *
 * @param values one a replication; a single one gives an infinite half-width
 * @param confidence for example 0.95
 * @throws {RangeError} when there is no value, one is not finite, or the confidence is not between 0 and 1
 */
export function tInterval(values: ArrayLike<number>, confidence: number): MeanInterval {
  const { n, mean, variance } = momentsOf(values);
  return around(mean, Math.sqrt(variance / n), n - 1, confidence, n);
}

/**
 * The interval of a mean whose standard error is known.
 *
 * @param freedom degrees of freedom of the standard error, not necessarily whole
 */
export function around(
  mean: number,
  standardError: number,
  freedom: number,
  confidence: number,
  n: number,
): MeanInterval {
  const halfWidth = quantileOfT(freedom, confidence) * standardError;
  return n > 1
    ? { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth, n }
    : { mean, halfWidth: Infinity, low: -Infinity, high: Infinity, n };
}

/** How many standard errors an interval of this confidence reaches to each side. */
function quantileOfT(freedom: number, confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`A confidence lies between 0 and 1, for example 0.95; this one is ${confidence}.`);
  }
  return tQuantile((1 + confidence) / 2, freedom);
}
