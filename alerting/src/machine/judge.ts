import type { Rule } from '../rules/rule.ts';
import type { Reading } from './state.ts';

/** Bad: the condition holds. Well: what clears it holds. Between: neither, which is what hysteresis is. */
export type Judgement = 'bad' | 'well' | 'between' | 'missing';

const PERCENT = 100;

/** What a reading says of a rule. */
export function judge({ when, clear }: Rule, { value, other = null }: Reading): Judgement {
  if (value === null) {
    return 'missing';
  }
  switch (when.kind) {
    case 'above':
      return side(value, when.value, clear.value);
    case 'below':
      return side(-value, -when.value, clear.value === undefined ? undefined : -clear.value);
    case 'rise':
    case 'fall': {
      const change = changeOf(value, other, when.least);
      if (change === undefined) {
        return 'missing';
      }
      return side(when.kind === 'rise' ? change : -change, when.percent, clear.value);
    }
    case 'burn':
      return other === null ? 'missing' : side(Math.min(value, other), when.above, clear.value);
  }
}

/** In percent of what was; undefined where that says nothing. */
function changeOf(value: number, before: number | null, least: number): number | undefined {
  return before === null || before <= 0 || before < least ? undefined : (PERCENT * (value - before)) / before;
}

function side(value: number, limit: number, clear = limit): Judgement {
  if (value > limit) {
    return 'bad';
  }
  return value <= clear ? 'well' : 'between';
}
