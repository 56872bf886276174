import { expect, it } from 'vitest';
import { ruleWith } from '../testing/rules.ts';
import { inputKey, inputsOf } from './inputs.ts';
import { type RuleInput, ruleSchema } from './rule.ts';

/** A rule that is taken, for what is wrong to be put into. */
const TAKEN: RuleInput = {
  signal: 'error_rate',
  window: 300,
  when: { kind: 'above', value: 5 },
  severity: 'critical',
};
const STATE: Partial<RuleInput> = { signal: 'budget_used', window: 0 };
const BURN: RuleInput = {
  ...TAKEN,
  signal: 'budget_burn',
  window: 3_600,
  when: { kind: 'burn', above: 14, short: 300 },
};

/** Paths of the faults, as text. */
function faultsOf(given: unknown): string[] {
  const { success, error } = ruleSchema.safeParse(given);
  return success ? [] : error.issues.map(({ path }) => path.join('.'));
}

it('takes a rule with no more than it needs, and gives the rest', () => {
  expect(ruleSchema.parse(TAKEN)).toEqual({
    ...TAKEN,
    only: {},
    least: 0,
    for: 0,
    clear: { for: 0 },
    missing: 'keep',
    flapping: { times: 4, within: 3_600, calm: 900 },
    repeat: null,
  });
});

it.each<readonly [string, string, unknown]>([
  ['a signal that there is not', 'signal', { ...TAKEN, signal: 'heat' }],
  ['a severity that there is not', 'severity', { ...TAKEN, severity: 'bad' }],
  ['no window', 'window', { ...TAKEN, window: undefined }],
  ['a window shorter than the signal has', 'window', { ...TAKEN, window: 5 }],
  ['a window of what is a state', 'window', { ...TAKEN, ...STATE, window: 60 }],
  ['a window that is text', 'window', { ...TAKEN, window: '300' }],
  ['a time before now', 'for', { ...TAKEN, for: -1 }],
  ['a statistic of what is made of its whole window', 'statistic', { ...TAKEN, statistic: 'mean' }],
  ['a statistic that there is not', 'statistic', { ...TAKEN, signal: 'cpu_used', statistic: 'median' }],
  ['a meter of what has none', 'only.meter', { ...TAKEN, only: { meter: 'api_calls' } }],
  [
    'an incident that there is not',
    'only.incident',
    { ...TAKEN, signal: 'security_incidents', only: { incident: 'rain' } },
  ],
  ['the side that is good', 'when.kind', { ...TAKEN, when: { kind: 'below', value: 5 } }],
  [
    'a comparison of a state',
    'when.kind',
    { ...TAKEN, ...STATE, when: { kind: 'rise', percent: 5, than: 'last_week' } },
  ],
  ['a limit that is no number', 'when.value', { ...TAKEN, when: { kind: 'above', value: Number.NaN } }],
  [
    'a burn rate of what is no budget',
    'when.kind',
    { ...TAKEN, when: { kind: 'burn', above: 2, short: 300 } },
  ],
  ['a budget that burns by a limit', 'when.kind', { ...BURN, when: { kind: 'above', value: 2 } }],
  [
    'a short window that is not the shorter',
    'when.short',
    { ...BURN, when: { kind: 'burn', above: 2, short: 3_600 } },
  ],
  ['a short window of nothing', 'when.short', { ...BURN, when: { kind: 'burn', above: 2, short: 0 } }],
  ['a rule that is over where it is bad', 'clear.value', { ...TAKEN, clear: { value: 6 } }],
  ['the same of burn rates', 'clear.value', { ...BURN, clear: { value: 15 } }],
  [
    'the same on the other side',
    'clear.value',
    { ...TAKEN, signal: 'disk_free', when: { kind: 'below', value: 10 }, clear: { value: 9 } },
  ],
  [
    'the same of comparisons',
    'clear.value',
    {
      ...TAKEN,
      signal: 'throughput',
      when: { kind: 'fall', percent: 50, than: 'last_week' },
      clear: { value: 51 },
    },
  ],
  ['so many calls of what is not made of calls', 'least', { ...TAKEN, signal: 'cpu_used', least: 10 }],
  ['a fraction of a call', 'least', { ...TAKEN, least: 1.5 }],
  ['a repetition each second', 'repeat', { ...TAKEN, repeat: 1 }],
  ['what no rule has', '', { ...TAKEN, colour: 'red' }],
])('refuses %s, and names the field %s', (_what, path, given) => {
  expect(faultsOf(given)).toContain(path);
});

it('says of each fault what is allowed instead', () => {
  const { error } = ruleSchema.safeParse({ ...TAKEN, window: 5 });
  expect(error?.issues.map(({ message }) => message)).toEqual(['must be 10 to 21600 seconds']);
});

it('asks for one number, for two to compare, and for two windows of a burn rate', () => {
  expect(inputsOf(ruleWith({ least: 20 }))).toEqual({
    value: { signal: 'error_rate', only: {}, statistic: undefined, window: 300, ago: 0, least: 20 },
  });
  const week = ruleWith({ signal: 'throughput', when: { kind: 'fall', percent: 50, than: 'last_week' } });
  expect(inputsOf(week).other).toEqual({ ...inputsOf(week).value, ago: 604_800 });
  const before = ruleWith({
    signal: 'throughput',
    when: { kind: 'rise', percent: 50, than: 'window_before' },
  });
  expect(inputsOf(before).other).toEqual({ ...inputsOf(before).value, ago: 300 });
  expect(inputsOf(ruleSchema.parse(BURN)).other?.window).toBe(300);
});

it('reads a sampled signal by its mean unless told otherwise', () => {
  const given = { signal: 'cpu_used', when: { kind: 'above', value: 80 } } as const;
  expect(inputsOf(ruleWith(given)).value.statistic).toBe('mean');
  expect(inputsOf(ruleWith({ ...given, statistic: 'maximum' })).value.statistic).toBe('maximum');
});

it('has one name for equal inputs, and another for each other', () => {
  const keys = [
    ruleWith(),
    ruleWith({ when: { kind: 'above', value: 9 }, severity: 'info' }),
    ruleWith({ least: 9 }),
    ruleWith({ window: 60 }),
    ruleWith({ only: { endpoint: '/a' } }),
    ruleWith({ signal: 'response_time' }),
  ].map((rule) => inputKey(inputsOf(rule).value));
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(5);
});
