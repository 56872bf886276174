import type { Rule } from '../rules/rule.ts';
import { type Judgement, judge } from './judge.ts';
import type { AlertState, Reading, Transition } from './state.ts';

const MS_PER_SECOND = 1_000;

export interface Step {
  readonly state: AlertState;
  readonly transitions: readonly Transition[];
}

/**
 * What a reading makes of a state. A reading that is not later than the last one changes nothing.
 *
 * @returns the state after it, and what changed: at most `pending` and `fired` together
 */
export function step(rule: Rule, state: AlertState, reading: Reading): Step {
  if (reading.at <= state.at) {
    return { state, transitions: [] };
  }
  const judgement = policyOf(rule, judge(rule, reading));
  return state.phase === 'firing'
    ? whileFiring(rule, state, reading, judgement)
    : whileNot(rule, state, reading, judgement);
}

/** No data is what the rule says it is. */
function policyOf({ missing }: Rule, judgement: Judgement): Judgement {
  if (judgement !== 'missing') {
    return judgement;
  }
  return missing === 'fire' ? 'bad' : missing === 'clear' ? 'well' : 'missing';
}

function whileNot(
  rule: Rule,
  state: Exclude<AlertState, { phase: 'firing' }>,
  reading: Reading,
  judgement: Judgement,
): Step {
  const { at } = reading;
  if (judgement === 'missing') {
    return { state: { ...state, at }, transitions: [] };
  }
  if (judgement !== 'bad') {
    return {
      state: { phase: 'ok', at, firings: state.firings },
      transitions: state.phase === 'pending' ? [transition('cancelled', state.since, reading)] : [],
    };
  }
  const since = state.phase === 'pending' ? state.since : at;
  const begun = state.phase === 'pending' ? [] : [transition('pending', since, reading)];
  if (at - since < rule.for * MS_PER_SECOND) {
    return { state: { phase: 'pending', at, firings: state.firings, since }, transitions: begun };
  }
  return {
    state: {
      phase: 'firing',
      at,
      firings: lastFirings(rule, state, at),
      since,
      firedAt: at,
      wellSince: null,
    },
    transitions: [...begun, transition('fired', since, reading)],
  };
}

function whileFiring(
  rule: Rule,
  state: Extract<AlertState, { phase: 'firing' }>,
  reading: Reading,
  judgement: Judgement,
): Step {
  const { at } = reading;
  if (judgement === 'missing') {
    return { state: { ...state, at }, transitions: [] };
  }
  if (judgement !== 'well') {
    return { state: { ...state, at, wellSince: null }, transitions: [] };
  }
  const wellSince = state.wellSince ?? at;
  if (at - wellSince < calmSeconds(rule, state) * MS_PER_SECOND) {
    return { state: { ...state, at, wellSince }, transitions: [] };
  }
  return {
    state: { phase: 'ok', at, firings: state.firings },
    transitions: [transition('resolved', wellSince, reading)],
  };
}

/** With the one at the instant: no more than tell whether it flaps. */
function lastFirings({ flapping }: Rule, { firings }: AlertState, at: number): number[] {
  const recent = firings.filter((firing) => firing > at - flapping.within * MS_PER_SECOND);
  return [...recent, at].slice(-flapping.times);
}

/**
 * What flaps has to be well for longer: instead of many alerts there is one that lasts, for as long as it flaps.
 *
 * @returns seconds
 */
function calmSeconds({ clear, flapping }: Rule, { firings }: AlertState): number {
  return firings.length >= flapping.times ? Math.max(clear.for, flapping.calm) : clear.for;
}

function transition(
  kind: Transition['kind'],
  since: number,
  { at, value, other = null }: Reading,
): Transition {
  return { kind, at, since, value, other };
}
