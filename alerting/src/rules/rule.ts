/*
 * A rule: when somebody is told of something, and when it is over. Data, kept as JSON and sent as it is.
 *
 * What always holds: a rule that the schema took can be evaluated, and its signal has what the rule asks of it.
 */
import { z } from 'zod';
import { INCIDENTS, NARROWINGS, STATISTICS } from '../signals/signal.ts';
import { SIGNAL_KEYS, type SignalKey, signalOf } from '../signals/signals.ts';

export const SEVERITIES = ['info', 'warning', 'critical', 'emergency'] as const;
export type Severity = (typeof SEVERITIES)[number];

const DAY_SECONDS = 86_400;
const LARGEST_VALUE = 1e12;
const LONGEST_NARROWING = 200;
const LEAST_REPEAT_SECONDS = 60;
const MOST_TIMES = 20;
const MOST_LEAST = 1_000_000;
const LEAST_SHORT_SECONDS = 300;

const value = z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE);
const seconds = z
  .int()
  .nonnegative()
  .max(7 * DAY_SECONDS);

/** What makes it bad. */
const condition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('above'), value }).strict(),
  z.object({ kind: z.literal('below'), value }).strict(),
  z
    .object({
      kind: z.enum(['rise', 'fall']),
      percent: z.number().positive().max(LARGEST_VALUE),
      than: z
        .enum(['last_week', 'window_before'])
        .describe('The same span a week ago, or the span just before'),
      least: value.default(0).describe('A comparison with less than this says nothing'),
    })
    .strict(),
  z
    .object({
      kind: z.literal('burn'),
      above: z.number().positive().max(LARGEST_VALUE).describe('In both windows at once'),
      short: seconds
        .min(LEAST_SHORT_SECONDS)
        .describe('The second window, which ends the alert soon after it is over'),
    })
    .strict(),
]);

export type Condition = z.infer<typeof condition>;

const shape = z
  .object({
    signal: z.enum(SIGNAL_KEYS as [SignalKey, ...SignalKey[]]),
    only: z
      .partialRecord(z.enum(NARROWINGS), z.string().min(1).max(LONGEST_NARROWING))
      .default({})
      .describe('One route, one meter, one kind of incident'),
    statistic: z.enum(STATISTICS).optional().describe('How the values of a window become one'),
    window: seconds.describe('Seconds that a value is made of; 0 for states'),
    least: z
      .int()
      .nonnegative()
      .max(MOST_LEAST)
      .default(0)
      .describe('With fewer calls, or cache lookups, than this in the window there is no data'),
    when: condition,
    for: seconds.default(0).describe('How long it has to last before anybody is told'),
    clear: z
      .object({
        value: value
          .optional()
          .describe('On which side it is over; the value of the condition, unless given'),
        for: seconds.default(0).describe('How long that has to last'),
      })
      .strict()
      .default({ for: 0 }),
    missing: z
      .enum(['keep', 'clear', 'fire'])
      .default('keep')
      .describe('What no data means: nothing new, that it is over, or that it is bad'),
    flapping: z
      .object({
        times: z.int().min(2).max(MOST_TIMES),
        within: seconds,
        calm: seconds.describe('How long it has to be well, once it flaps, before it is over'),
      })
      .strict()
      .default({ times: 4, within: 3_600, calm: 900 }),
    severity: z.enum(SEVERITIES),
    repeat: z
      .int()
      .min(LEAST_REPEAT_SECONDS)
      .max(7 * DAY_SECONDS)
      .nullable()
      .default(null)
      .describe('Seconds after which it is told again while it lasts and nobody has acknowledged it'),
  })
  .strict();

type Shape = z.infer<typeof shape>;

/** A rule as it is written down. */
export const ruleSchema = shape.superRefine((rule, { addIssue }) => {
  for (const [path, message] of faultsOf(rule)) {
    addIssue({ code: 'custom', path: [...path], message });
  }
});

export type Rule = z.infer<typeof ruleSchema>;
/** A rule as people give it: what has a default may be left out. */
export type RuleInput = z.input<typeof ruleSchema>;

type Fault = readonly [path: readonly string[], message: string];

/** What of a rule its signal does not have. */
function faultsOf(rule: Shape): Fault[] {
  const signal = signalOf(rule.signal);
  const { least, most } = signal.windows;
  const faults: Fault[] = [];
  const refuse = (path: readonly string[], message: string): void => void faults.push([path, message]);
  if (rule.window < least || rule.window > most) {
    refuse(
      ['window'],
      least === most ? `must be ${least} seconds for ${rule.signal}` : `must be ${least} to ${most} seconds`,
    );
  }
  if (rule.statistic !== undefined && !signal.statistics.includes(rule.statistic)) {
    refuse(
      ['statistic'],
      signal.statistics.length === 0
        ? `must be left out: ${rule.signal} is made of its whole window`
        : `must be one of ${signal.statistics.join(', ')}`,
    );
  }
  for (const by of NARROWINGS) {
    if (rule.only[by] !== undefined && signal.narrowing?.by !== by) {
      refuse(['only', by], `must be left out: ${rule.signal} is not told apart by it`);
    }
  }
  if (signal.narrowing?.required === true && rule.only[signal.narrowing.by] === undefined) {
    refuse(['only', signal.narrowing.by], 'must be given');
  }
  if (rule.only.incident !== undefined && !isIncident(rule.only.incident)) {
    refuse(['only', 'incident'], `must be one of ${INCIDENTS.join(', ')}`);
  }
  if (rule.least > 0 && signal.counted === undefined) {
    refuse(['least'], `must be left out: ${rule.signal} is not made of calls`);
  }
  return [...faults, ...faultsOfCondition(rule)];
}

function faultsOfCondition({ signal: key, when, window, clear }: Shape): Fault[] {
  const { worse, windows } = signalOf(key);
  const side = when.kind === 'below' || when.kind === 'fall' ? 'low' : 'high';
  if (worse !== 'either' && side !== worse) {
    return [[['when', 'kind'], `must watch the other side: ${key} is bad when it is ${worse}`]];
  }
  if ((key === 'budget_burn') !== (when.kind === 'burn')) {
    return [
      [
        ['when', 'kind'],
        key === 'budget_burn' ? 'must be burn' : 'must not be burn, which is of budget_burn',
      ],
    ];
  }
  if (when.kind === 'burn' && when.short >= window) {
    return [[['when', 'short'], 'must be shorter than the window']];
  }
  if ((when.kind === 'rise' || when.kind === 'fall') && windows.most === 0) {
    return [
      [['when', 'kind'], `must be above or below: ${key} is a state, with nothing before it to compare`],
    ];
  }
  const limit = limitOf(when);
  const beyond = when.kind === 'below' ? (clear.value ?? limit) < limit : (clear.value ?? limit) > limit;
  return beyond ? [[['clear', 'value'], 'must be on the good side of the value that fires']] : [];
}

/** The number beyond which a condition holds: in percent of what was before for `rise` and `fall`. */
export function limitOf(when: Condition): number {
  switch (when.kind) {
    case 'above':
    case 'below':
      return when.value;
    case 'rise':
    case 'fall':
      return when.percent;
    case 'burn':
      return when.above;
  }
}

function isIncident(text: string): boolean {
  return INCIDENTS.some((incident) => incident === text);
}
