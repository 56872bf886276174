import { expect, it } from 'vitest';
import type { RuleInput } from '../rules/rule.ts';
import { ruleWith } from '../testing/rules.ts';
import { type Judgement, judge } from './judge.ts';

const ABOVE: Partial<RuleInput> = { when: { kind: 'above', value: 80 }, clear: { value: 70 } };
const BELOW: Partial<RuleInput> = {
  signal: 'disk_free',
  when: { kind: 'below', value: 10 },
  clear: { value: 12 },
};
const RISE: Partial<RuleInput> = {
  signal: 'throughput',
  when: { kind: 'rise', percent: 50, than: 'window_before', least: 10 },
  clear: { value: 20 },
};
const FALL: Partial<RuleInput> = {
  signal: 'throughput',
  when: { kind: 'fall', percent: 50, than: 'last_week', least: 10 },
  clear: { value: 20 },
};
const BURN: Partial<RuleInput> = {
  signal: 'budget_burn',
  window: 3_600,
  when: { kind: 'burn', above: 6, short: 300 },
};

it.each<readonly [string, Partial<RuleInput>, number | null, number | null, Judgement]>([
  ['above the limit', ABOVE, 80.1, null, 'bad'],
  ['at the limit', ABOVE, 80, null, 'between'],
  ['above what clears', ABOVE, 70.1, null, 'between'],
  ['at what clears', ABOVE, 70, null, 'well'],
  ['at the limit, where nothing else clears', { when: { kind: 'above', value: 80 } }, 80, null, 'well'],
  ['no value', ABOVE, null, null, 'missing'],
  ['below the limit', BELOW, 9.9, null, 'bad'],
  ['at the lower limit', BELOW, 10, null, 'between'],
  ['below what clears', BELOW, 11.9, null, 'between'],
  ['at what clears it', BELOW, 12, null, 'well'],
  ['risen by more', RISE, 151, 100, 'bad'],
  ['risen by as much', RISE, 150, 100, 'between'],
  ['risen by what clears', RISE, 120, 100, 'well'],
  ['fallen where a rise is bad', RISE, 1, 100, 'well'],
  ['risen from too little', RISE, 100, 9, 'missing'],
  ['risen from what is just enough', RISE, 100, 10, 'bad'],
  [
    'risen from nothing',
    { ...RISE, when: { kind: 'rise', percent: 50, than: 'last_week' } },
    100,
    0,
    'missing',
  ],
  ['nothing to compare with', RISE, 100, null, 'missing'],
  ['fallen by more', FALL, 49, 100, 'bad'],
  ['fallen by as much', FALL, 50, 100, 'between'],
  ['fallen to nothing', FALL, 0, 100, 'bad'],
  ['fallen by what clears', FALL, 80, 100, 'well'],
  ['burnt in both windows', BURN, 7, 8, 'bad'],
  ['burnt in the long window only: it is over', BURN, 7, 6, 'well'],
  ['burnt in the short window only: it may be nothing', BURN, 6, 70, 'well'],
  ['burnt in a short window that nothing is known of', BURN, 7, null, 'missing'],
])('judges %s: %o, %o and %o', (_what, given, value, other, judgement) => {
  expect(judge(ruleWith(given), { at: 1, value, other })).toBe(judgement);
});
