import { momentsOf } from './moments.ts';
import { type MeanInterval, tInterval } from './t-interval.ts';

/** More batches than 30 gain little width and cost coverage (Schmeiser 1982). */
const DEFAULT_BATCHES = 20;
const FEWEST_BATCHES = 5;
/** Standard errors by which the correlation of independent batches exceeds 0 once in twenty times. */
const ONE_SIDED_95 = 1.645;

/** The interval of a steady-state mean. */
export interface BatchMeans extends MeanInterval {
  /** Observations in a batch. */
  readonly batchSize: number;
  /** Correlation of neighbouring batch means, −1 to 1. */
  readonly correlation: number;
  /** Whether the batches are visibly correlated: the series is too short, and the interval too narrow. */
  readonly tooShort: boolean;
}

/**
 * The interval of the mean of a long, correlated series in steady state: its batches are so long that their means
 * are almost independent (non-overlapping batch means; Conway 1963, Law 2015, section 9.5.3). A rest that fills no
 * batch is left off at the beginning. Delete the warm-up first; see {@link warmUp}. For terminating runs, such as a
 * month, this is the wrong question: replicate them.
 *
 * @param series in order of time
 * @param batches 10 to 30 is advisable
 * @throws {RangeError} when there are fewer than five batches, or fewer observations than two a batch
 */
export function batchMeans(
  series: ArrayLike<number>,
  confidence: number,
  batches: number = DEFAULT_BATCHES,
): BatchMeans {
  const batchSize = Math.floor(series.length / batches);
  if (!(batches >= FEWEST_BATCHES && batchSize >= 2)) {
    throw new RangeError(
      `${series.length} observations do not make ${batches} batches: it takes ${FEWEST_BATCHES} batches of 2 or more.`,
    );
  }
  const means = new Float64Array(batches);
  const first = series.length - batches * batchSize;
  for (let batch = 0; batch < batches; batch += 1) {
    let sum = 0;
    for (let index = first + batch * batchSize; index < first + (batch + 1) * batchSize; index += 1) {
      sum += series[index] ?? 0;
    }
    means[batch] = sum / batchSize;
  }
  const correlation = neighbourCorrelation(means);
  const tooShort = correlation > ONE_SIDED_95 / Math.sqrt(batches);
  return { ...tInterval(means, confidence), batchSize, correlation, tooShort };
}

function neighbourCorrelation(values: Float64Array): number {
  const { n, mean, variance } = momentsOf(values);
  let products = 0;
  for (let index = 1; index < n; index += 1) {
    products += ((values[index - 1] ?? 0) - mean) * ((values[index] ?? 0) - mean);
  }
  return variance > 0 ? products / ((n - 1) * variance) : 0;
}
