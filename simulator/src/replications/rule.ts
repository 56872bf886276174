import { tInterval } from '../statistics/t-interval.ts';

/** Fewer say nothing about how much replications differ. */
const INITIAL = 3;
/** Replications that must stay precise after the first precise one; from 100 on the same in percent of them. */
const LOOK_AHEAD = 5;
const LOOK_AHEAD_UNIT = 100;
/** No rule is content with fewer. */
export const FEWEST_REPLICATIONS = INITIAL + LOOK_AHEAD;
/** Early intervals are so rough that no plan reaches further than this many times the replications there are. */
const FURTHEST_PLAN = 2;

/** When replications are enough. */
export interface PrecisionRule {
  /** Half-width of the interval that is wanted, as a share of the mean: 0.01 is ±1 %. */
  readonly precision: number;
  /** Of the interval, for example 0.95. */
  readonly confidence: number;
  /** The most replications there may be, precise or not. */
  readonly budget: number;
}

export type Decision =
  /** `wanted` is an estimate of how many there must be altogether. */
  | { readonly verdict: 'more'; readonly wanted: number }
  /** `precise` says whether the precision is reached, or only the budget. */
  | { readonly verdict: 'enough'; readonly replications: number; readonly precise: boolean };

/**
 * Whether these replications are enough: every output has been precise for a while, not by chance once (the confidence
 * interval method with look-ahead; Hoad, Robinson and Davies 2010), or the budget is used up. It depends on nothing
 * but the values.
 *
 * @param outputs for each output its values by replication, all of the same number
 * @throws {RangeError} when outputs differ in length, a value is not finite, or the rule is senseless
 */
export function decide(outputs: readonly ArrayLike<number>[], rule: PrecisionRule): Decision {
  const replications = outputs[0]?.length ?? 0;
  requireSense(outputs, replications, rule);
  if (replications < INITIAL) {
    return { verdict: 'more', wanted: Math.min(rule.budget, FEWEST_REPLICATIONS) };
  }
  const first = firstPrecise(outputs, replications, rule);
  if (first !== undefined && first + lookAhead(first) <= replications) {
    return { verdict: 'enough', replications, precise: true };
  }
  if (replications >= rule.budget) {
    return { verdict: 'enough', replications, precise: first !== undefined };
  }
  const needed = first ?? replications * Math.min(FURTHEST_PLAN, excess(outputs, replications, rule) ** 2);
  const wanted = Math.max(replications + 1, Math.ceil(needed + lookAhead(needed)));
  return { verdict: 'more', wanted: Math.min(rule.budget, wanted) };
}

/**
 * The number of replications from which on all outputs have been precise without a break, looking back no further
 * than the decision needs; undefined when they are not precise now.
 */
function firstPrecise(
  outputs: readonly ArrayLike<number>[],
  replications: number,
  rule: PrecisionRule,
): number | undefined {
  let first: number | undefined;
  for (let n = replications; n >= INITIAL && excess(outputs, n, rule) <= 1; n -= 1) {
    first = n;
    if (n + lookAhead(n) <= replications) {
      break;
    }
  }
  return first;
}

/** Widest interval of the first n replications, as a multiple of the width that is wanted. */
function excess(outputs: readonly ArrayLike<number>[], n: number, rule: PrecisionRule): number {
  const ofEach = outputs.map((values) => imprecision(firstOf(values, n), rule.confidence));
  return Math.max(...ofEach) / rule.precision;
}

function lookAhead(replications: number): number {
  return Math.floor((LOOK_AHEAD * Math.max(replications, LOOK_AHEAD_UNIT)) / LOOK_AHEAD_UNIT);
}

/** Half-width of the interval as a share of the mean. */
function imprecision(values: ArrayLike<number>, confidence: number): number {
  const { mean, halfWidth } = tInterval(values, confidence);
  return halfWidth === 0 ? 0 : halfWidth / Math.abs(mean);
}

function firstOf(values: ArrayLike<number>, n: number): ArrayLike<number> {
  return values.length === n ? values : Array.from({ length: n }, (_, index) => values[index] ?? Number.NaN);
}

function requireSense(
  outputs: readonly ArrayLike<number>[],
  replications: number,
  { precision, budget }: PrecisionRule,
): void {
  if (!(precision > 0) || !(Number.isInteger(budget) && budget >= INITIAL)) {
    throw new RangeError(
      `A precision is positive and a budget a whole number from ${INITIAL} on; these are ${precision} and ${budget}.`,
    );
  }
  if (outputs.length === 0 || outputs.some((values) => values.length !== replications)) {
    throw new RangeError('A rule needs an output, and of each output a value for every replication.');
  }
}
