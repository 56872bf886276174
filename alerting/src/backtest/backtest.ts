import { badnessOf } from '../machine/judge.ts';
import { type AlertState, INITIAL_STATE, type Reading, type Transition } from '../machine/state.ts';
import { step } from '../machine/step.ts';
import type { Rule } from '../rules/rule.ts';

const MS_PER_SECOND = 1_000;

/** An alert that would have been. Instants are epoch milliseconds. */
export interface Firing {
  /** Since when the condition had held. */
  readonly since: number;
  readonly fired: number;
  /** Null: it still lasted at the last reading. */
  readonly resolved: number | null;
  /** From `fired` to `resolved`, or to the last reading. */
  readonly seconds: number;
  /** What was read when it fired. */
  readonly firedWith: Reading;
  /** What was worst while it lasted; what it fired with where there was no data. */
  readonly worst: Reading;
  /** How often it would have been told again, had nobody acknowledged it. */
  readonly repeats: number;
}

/** What a rule would have made of readings. */
export interface BackTest {
  readonly firings: readonly Firing[];
  /** How long it fired altogether. */
  readonly seconds: number;
  /** How often it began to be bad and was over before anybody would have been told. */
  readonly cancelled: number;
  /** Readings that counted. */
  readonly readings: number;
  /** Those of them without data, or without what they are compared with. */
  readonly missing: number;
}

/**
 * Follows a rule over readings as the live evaluation does: by the same machine.
 *
 * @param readings of one subject, in the order of their instants; one that is not later than the one before is left out
 */
export function backtest(rule: Rule, readings: Iterable<Reading>): BackTest {
  const firings: Firing[] = [];
  let state: AlertState = INITIAL_STATE;
  let lasting: Lasting | undefined;
  let cancelled = 0;
  let count = 0;
  let missing = 0;
  for (const reading of readings) {
    const next = step(rule, state, reading);
    if (next.state === state) {
      continue;
    }
    state = next.state;
    count += 1;
    missing += badnessOf(rule, reading) === undefined ? 1 : 0;
    for (const transition of next.transitions) {
      if (transition.kind === 'cancelled') {
        cancelled += 1;
      } else if (transition.kind === 'fired') {
        lasting = { transition, firedWith: reading, worst: reading };
      } else if (transition.kind === 'resolved' && lasting !== undefined) {
        firings.push(firingOf(rule, lasting, reading.at, reading.at));
        lasting = undefined;
      }
    }
    if (lasting !== undefined && isWorse(rule, reading, lasting.worst)) {
      lasting.worst = reading;
    }
  }
  if (lasting !== undefined) {
    firings.push(firingOf(rule, lasting, null, state.at));
  }
  const seconds = firings.reduce((sum, firing) => sum + firing.seconds, 0);
  return { firings, seconds, cancelled, readings: count, missing };
}

/** A firing of which the end is not known yet. */
interface Lasting {
  readonly transition: Transition;
  readonly firedWith: Reading;
  worst: Reading;
}

function firingOf(
  { repeat }: Rule,
  { transition: { since, at }, firedWith, worst }: Lasting,
  resolved: number | null,
  until: number,
): Firing {
  const lasted = until - at;
  // What is over at the instant at which it is due is not told again.
  const told = resolved === null ? lasted : lasted - 1;
  return {
    since,
    fired: at,
    resolved,
    seconds: lasted / MS_PER_SECOND,
    firedWith,
    worst,
    repeats: repeat === null ? 0 : Math.max(0, Math.floor(told / (repeat * MS_PER_SECOND))),
  };
}

function isWorse(rule: Rule, reading: Reading, than: Reading): boolean {
  const badness = badnessOf(rule, reading);
  const worst = badnessOf(rule, than);
  return badness !== undefined && (worst === undefined || badness > worst);
}
