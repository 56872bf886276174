import { tInterval } from '../statistics/t-interval.ts';

/** Fewer say nothing about how much replications differ. */
const INITIAL = 3;
/** Replications that must stay precise after the first precise one; from 100 on the same in percent of them. */
const LOOK_AHEAD = 5;
const LOOK_AHEAD_UNIT = 100;
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
  const { precision, confidence, budget } = rule;
  if (!(precision > 0) || !(Number.isInteger(budget) && budget >= INITIAL)) {
    throw new RangeError(
      `A precision is positive and a budget a whole number from ${INITIAL} on; these are ${precision} and ${budget}.`,
    );
  }
  const replications = outputs[0]?.length ?? 0;
  if (outputs.length === 0 || outputs.some((values) => values.length !== replications)) {
    throw new RangeError(
      'A rule needs one output at least, and of each output a value for every replication.',
    );
  }
  if (replications < INITIAL) {
    return { verdict: 'more', wanted: INITIAL };
  }
  const worst = (n: number): number =>
    Math.max(...outputs.map((values) => imprecision(firstOf(values, n), confidence) / precision));
  let precise = replications + 1;
  while (precise > INITIAL && lookAhead(precise) > replications - precise && worst(precise - 1) <= 1) {
    precise -= 1;
  }
  if (precise <= replications && lookAhead(precise) <= replications - precise) {
    return { verdict: 'enough', replications, precise: true };
  }
  if (replications >= budget) {
    return { verdict: 'enough', replications, precise: precise <= replications };
  }
  const needed =
    precise <= replications ? precise : replications * Math.min(FURTHEST_PLAN, worst(replications) ** 2);
  const wanted = Math.max(replications + 1, Math.ceil(needed) + lookAhead(needed));
  return { verdict: 'more', wanted: Math.min(budget, wanted) };
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
