import type { Narrowing, Statistic } from '../signals/signal.ts';
import { type SignalKey, signalOf } from '../signals/signals.ts';
import type { Rule } from './rule.ts';

/** One number that a rule needs of a subject at an instant. */
export interface Input {
  readonly signal: SignalKey;
  readonly only: Readonly<Partial<Record<Narrowing, string>>>;
  /** Undefined where the signal is made of its whole window. */
  readonly statistic: Statistic | undefined;
  /** Seconds; 0: the state of the instant. */
  readonly window: number;
  /** How many seconds before the instant the window ends. */
  readonly ago: number;
  /** Null is read where the window has fewer calls, or lookups, than this. */
  readonly least: number;
}

/** The numbers of a rule, by what they are for. */
export interface RuleInputs {
  readonly value: Input;
  /** What the value is compared with, or the shorter window of a burn rate. */
  readonly other?: Input;
}

const WEEK_SECONDS = 604_800;

/** Which numbers have to be read to evaluate a rule. */
export function inputsOf(rule: Rule): RuleInputs {
  const value: Input = {
    signal: rule.signal,
    only: rule.only,
    statistic: rule.statistic ?? signalOf(rule.signal).statistics[0],
    window: rule.window,
    ago: 0,
    least: rule.least,
  };
  switch (rule.when.kind) {
    case 'above':
    case 'below':
      return { value };
    case 'rise':
    case 'fall':
      return {
        value,
        other: { ...value, ago: rule.when.than === 'last_week' ? WEEK_SECONDS : rule.window },
      };
    case 'burn':
      return { value, other: { ...value, window: rule.when.short } };
  }
}

/** A name by which equal inputs are one: what is read once for all rules. */
export function inputKey({ signal, only, statistic, window, ago, least }: Input): string {
  return JSON.stringify([signal, only.endpoint, only.meter, only.incident, statistic, window, ago, least]);
}
