import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type AlertState,
  alertStateSchema,
  INITIAL_STATE,
  type Reading,
  type Transition,
} from '../machine/state.ts';
import { step } from '../machine/step.ts';
import { type Input, inputsOf } from '../rules/inputs.ts';
import type { Rule } from '../rules/rule.ts';
import { readings, rules } from '../testing/arbitraries.ts';
import { PROPERTY, PROPERTY_TIMEOUT } from '../testing/property.ts';
import { ruleWith } from '../testing/rules.ts';
import { type RequestCounts, requestWindow } from '../windows/signal-windows.ts';
import { valueAt, valuesAt } from '../windows/window.ts';
import { backtest } from './backtest.ts';

const TICK_MS = 5_000;

/** Where an evaluator keeps what it knows: all it leaves to the one that takes over. */
class Database {
  #kept = JSON.stringify(INITIAL_STATE);

  /** A state that differs in no more than the instant of its reading is not worth a row. */
  keep(state: AlertState): void {
    if (JSON.stringify({ ...this.state, at: 0 }) !== JSON.stringify({ ...state, at: 0 })) {
      this.#kept = JSON.stringify(state);
    }
  }

  get state(): AlertState {
    return alertStateSchema.parse(JSON.parse(this.#kept));
  }
}

/**
 * What live evaluation makes of readings: one round after another, by evaluators that die and are taken over from.
 *
 * @param deaths after which rounds
 */
function evaluateLive(rule: Rule, some: readonly Reading[], deaths: ReadonlySet<number>): Transition[] {
  const database = new Database();
  const told: Transition[] = [];
  let state = database.state;
  for (const [round, reading] of some.entries()) {
    const next = step(rule, state, reading);
    told.push(...next.transitions);
    database.keep(next.state);
    state = deaths.has(round) ? database.state : next.state;
  }
  return told;
}

/** Alerts as people would find them in the list: when, since when, with what, and until when. */
function alertsOf(told: readonly Transition[]) {
  return told
    .filter(({ kind }) => kind === 'fired')
    .map(({ at, since, value, other }) => ({
      at,
      since,
      value,
      other,
      resolved: told.find((later) => later.kind === 'resolved' && later.at > at)?.at ?? null,
    }));
}

function triedAlertsOf(rule: Rule, some: Iterable<Reading>) {
  return backtest(rule, some).firings.map(
    ({ fired, since, firedWith: { value, other = null }, resolved }) => ({
      at: fired,
      since,
      value,
      other,
      resolved,
    }),
  );
}

const deathsOf = fc.array(fc.nat(60), { maxLength: 6 }).map((rounds) => new Set(rounds));

it(
  'finds on the past what live evaluation said, whoever evaluated and however often it was taken over',
  PROPERTY_TIMEOUT,
  () => {
    fc.assert(
      fc.property(rules, readings, deathsOf, (rule, some, deaths) => {
        const told = evaluateLive(rule, some, deaths);
        expect(triedAlertsOf(rule, some)).toEqual(alertsOf(told));
        expect(backtest(rule, some).cancelled).toBe(told.filter(({ kind }) => kind === 'cancelled').length);
      }),
      PROPERTY,
    );
  },
);

it('adds up what fired, never more than the time there was', PROPERTY_TIMEOUT, () => {
  fc.assert(
    fc.property(rules, readings, (rule, some) => {
      const { firings, seconds, readings: count } = backtest(rule, some);
      const last = some.at(-1)?.at ?? 0;
      const spans = firings.map(({ fired, resolved }) => ((resolved ?? last) - fired) / 1_000);
      expect(seconds).toBe(spans.reduce((sum, span) => sum + span, 0));
      expect(seconds).toBeLessThanOrEqual(last / 1_000);
      expect(count).toBe(some.length);
    }),
    PROPERTY,
  );
});

/** Requests of two minutes. */
const requests: fc.Arbitrary<RequestCounts> = fc
  .tuple(fc.nat(240), fc.nat(4), fc.nat(4), fc.nat(3))
  .map(([halfSeconds, calls, errors, duration]) => ({
    at: halfSeconds * 500,
    calls,
    answers: calls,
    errors: Math.min(calls, errors),
    duration: duration * 0.1,
    lookups: 0,
    hits: 0,
    latency: [],
  }));

const arrivals = fc
  .array(requests, { maxLength: 60 })
  .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })));

const requestRules: fc.Arbitrary<Rule> = fc
  .record({
    signal: fc.constantFrom('error_rate' as const, 'response_time' as const),
    window: fc.constantFrom(10, 20, 60),
    least: fc.constantFrom(0, 5),
    limit: fc.constantFrom(0.05, 0.1, 40),
    for: fc.constantFrom(0, 10),
    compares: fc.boolean(),
    missing: fc.constantFrom('keep' as const, 'clear' as const),
  })
  .map(({ limit, compares, ...rest }) =>
    ruleWith({
      ...rest,
      when: compares
        ? { kind: 'rise', percent: limit, than: 'window_before' }
        : { kind: 'above', value: limit },
    }),
  );

it(
  'finds in samples that came late and out of order what it finds in those that came in time',
  PROPERTY_TIMEOUT,
  () => {
    const instants = Array.from({ length: 30 }, (_, index) => (index + 1) * TICK_MS);
    fc.assert(
      fc.property(requestRules, arrivals, deathsOf, (rule, [inTime, asTheyCame], deaths) => {
        const { value, other } = inputsOf(rule);
        const accumulator = (input: Input) =>
          requestWindow(
            rule.signal === 'error_rate' ? 'error_rate' : 'response_time',
            input,
            (bucket) => bucket,
          );

        const live = instants.map((at) => ({
          at,
          value: valueAt(asTheyCame, at, value, accumulator(value)),
          other: other === undefined ? null : valueAt(asTheyCame, at, other, accumulator(other)),
        }));

        const ordered = inTime.toSorted((one, later) => one.at - later.at);
        const values = [...valuesAt(ordered, instants, value, accumulator(value))];
        const others = other && [...valuesAt(ordered, instants, other, accumulator(other))];
        const past = instants.map((at, tick) => ({
          at,
          value: values[tick] ?? null,
          other: others?.[tick] ?? null,
        }));

        expect(triedAlertsOf(rule, past)).toEqual(alertsOf(evaluateLive(rule, live, deaths)));
      }),
      PROPERTY,
    );
  },
);
