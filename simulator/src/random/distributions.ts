import type { RandomStream } from './stream.ts';

/** A draw from the exponential distribution of this mean. */
export function exponential(stream: RandomStream, mean: number): number {
  return -mean * Math.log(stream.next());
}

/** A draw from the standard normal distribution (Box and Muller's transform, one of its pair). */
export function standardNormal(stream: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(stream.next()));
  return radius * Math.cos(2 * Math.PI * stream.next());
}

/**
 * A draw from the lognormal distribution with this mean (of the draws themselves, not of their logarithms).
 *
 * @param variation standard deviation divided by mean
 */
export function logNormal(stream: RandomStream, mean: number, variation: number): number {
  return mean * logNormalFactor(stream, spreadOf(variation));
}

/** Of a lognormal with mean 1: standard deviation and half the variance of the logarithms. */
export interface Spread {
  readonly deviation: number;
  readonly halfVariance: number;
}

/** The spread of a lognormal with this standard deviation divided by its mean. */
export function spreadOf(variation: number): Spread {
  const variance = Math.log(1 + variation * variation);
  return { deviation: Math.sqrt(variance), halfVariance: variance / 2 };
}

/** A draw from the lognormal distribution with mean 1 and this spread: {@link logNormal} for many draws. */
export function logNormalFactor(stream: RandomStream, spread: Spread): number {
  return Math.exp(spread.deviation * standardNormal(stream) - spread.halfVariance);
}

/**
 * The index of one category, drawn in proportion to the weights.
 *
 * @param weights not negative, at least one positive
 * @throws {RangeError} when no weight is positive
 */
export function categorical(stream: RandomStream, weights: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < weights.length; index += 1) {
    total += weights[index] ?? 0;
  }
  let remaining = stream.next() * total;
  let last = -1;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    if (weight > 0) {
      last = index;
      remaining -= weight;
      if (remaining < 0) {
        return index;
      }
    }
  }
  if (last < 0) {
    throw new RangeError('A category can only be drawn when at least one weight is positive.');
  }
  return last;
}

/**
 * `count` draws over categories: what independent Poisson counts of these rates are, given that they add up
 * to `count`.
 */
export function multinomial(stream: RandomStream, count: number, weights: readonly number[]): number[] {
  const counts = weights.map(() => 0);
  for (let draw = 0; draw < count; draw += 1) {
    const category = categorical(stream, weights);
    counts[category] = (counts[category] ?? 0) + 1;
  }
  return counts;
}
