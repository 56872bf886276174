/** Number, mean and variance of some observations. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Unbiased (divided by n − 1); 0 for a single observation. */
  readonly variance: number;
}

/**
 * Mean and variance in one pass, without the loss of digits of a sum of squares (Welford 1962).
 *
 * @throws {RangeError} when there is no value, or one is not a finite number
 */
export function momentsOf(values: ArrayLike<number>): Moments {
  if (values.length === 0) {
    throw new RangeError('There is nothing to take a mean of: give at least one value.');
  }
  let mean = 0;
  let squares = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      throw new RangeError(`Value ${index} is ${value}: a mean needs finite numbers.`);
    }
    const deviation = value - mean;
    mean += deviation / (index + 1);
    squares += deviation * (value - mean);
  }
  const n = values.length;
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}
