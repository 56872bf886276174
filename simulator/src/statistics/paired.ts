import { momentsOf } from './moments.ts';
import { around, type MeanInterval, tInterval } from './t-interval.ts';

/** How an output changes from one scenario to another. */
export interface PairedDifference {
  /** Mean of `changed − baseline`, and its interval. */
  readonly difference: MeanInterval;
  /** Half-width that the same replications would give if their random numbers had nothing in common. */
  readonly unpairedHalfWidth: number;
  /** The half-width as a share of the unpaired one: 0.2 is an interval a fifth as wide, 1 is nothing gained. */
  readonly narrowing: number;
}

/**
 * The difference between two scenarios run with common random numbers: replication by replication, so that what both
 * have in common (a busy month, a slow upload) drops out (paired t; Law 2015, sections 10.2.1 and 11.2). The unpaired
 * half-width beside it is Welch's (1938).
 *
 * @param baseline one output of each replication
 * @param changed of the other scenario, replication for replication with the same seed
 * @throws {RangeError} when the numbers of replications differ or are below two, or a value is not finite
 */
export function pairedDifference(
  baseline: ArrayLike<number>,
  changed: ArrayLike<number>,
  confidence: number,
): PairedDifference {
  if (baseline.length !== changed.length || baseline.length < 2) {
    throw new RangeError(
      `Pairs need the same replications of both scenarios, two at least; these are ${baseline.length} and ${changed.length}.`,
    );
  }
  const differences = Float64Array.from(changed, (value, index) => value - (baseline[index] ?? Number.NaN));
  const difference = tInterval(differences, confidence);
  const unpairedHalfWidth = welchHalfWidth(baseline, changed, confidence);
  const narrowing = unpairedHalfWidth > 0 ? difference.halfWidth / unpairedHalfWidth : 1;
  return { difference, unpairedHalfWidth, narrowing };
}

function welchHalfWidth(one: ArrayLike<number>, other: ArrayLike<number>, confidence: number): number {
  const { n, variance: first } = momentsOf(one);
  const { variance: second } = momentsOf(other);
  const both = first + second;
  if (both === 0) {
    return 0;
  }
  const freedom = ((n - 1) * both ** 2) / (first ** 2 + second ** 2);
  return around(0, Math.sqrt(both / n), freedom, confidence, n).halfWidth;
}
