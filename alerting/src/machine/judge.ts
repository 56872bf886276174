import { limitOf, type Rule } from '../rules/rule.ts';
import type { Reading } from './state.ts';

/** Bad: the condition holds. Well: what clears it holds. Between: neither, which is what hysteresis is. */
export type Judgement = 'bad' | 'well' | 'between' | 'missing';

const PERCENT = 100;

/** What a reading says of a rule. */
export function judge(rule: Rule, reading: Reading): Judgement {
  const badness = badnessOf(rule, reading);
  if (badness === undefined) {
    return 'missing';
  }
  const sign = signOf(rule);
  const limit = limitOf(rule.when);
  if (badness > sign * limit) {
    return 'bad';
  }
  return badness <= sign * (rule.clear.value ?? limit) ? 'well' : 'between';
}

/**
 * How bad a reading is: more is worse, in the unit of the condition's limit.
 *
 * @returns undefined where there is no data, or nothing to compare it with
 */
export function badnessOf({ when }: Rule, { value, other = null }: Reading): number | undefined {
  if (value === null) {
    return undefined;
  }
  switch (when.kind) {
    case 'above':
      return value;
    case 'below':
      return -value;
    case 'rise':
      return changeOf(value, other, when.least);
    case 'fall':
      return negated(changeOf(value, other, when.least));
    case 'burn':
      return other === null ? undefined : Math.min(value, other);
  }
}

/** Limits of `below` are of the value itself, which is the worse the lower it is. */
function signOf({ when }: Rule): 1 | -1 {
  return when.kind === 'below' ? -1 : 1;
}

/** In percent of what was; undefined where that says nothing. */
function changeOf(value: number, before: number | null, least: number): number | undefined {
  return before === null || before <= 0 || before < least ? undefined : (PERCENT * (value - before)) / before;
}

function negated(change: number | undefined): number | undefined {
  return change === undefined ? undefined : -change;
}
