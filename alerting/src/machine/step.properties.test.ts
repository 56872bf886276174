import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rule } from '../rules/rule.ts';
import { readings, rules } from '../testing/arbitraries.ts';
import { PROPERTY, PROPERTY_TIMEOUT } from '../testing/property.ts';
import { ruleWith } from '../testing/rules.ts';
import { type Judgement, judge } from './judge.ts';
import { type AlertState, alertStateSchema, INITIAL_STATE, type Reading, type Transition } from './state.ts';
import { step } from './step.ts';

/** One reading, and what it made. */
interface Told {
  readonly reading: Reading;
  readonly before: AlertState;
  readonly after: AlertState;
  readonly transitions: readonly Transition[];
}

function follow(rule: Rule, some: readonly Reading[]): Told[] {
  let state: AlertState = INITIAL_STATE;
  return some.map((reading) => {
    const before = state;
    const { state: after, transitions } = step(rule, before, reading);
    state = after;
    return { reading, before, after, transitions };
  });
}

function transitionsOf(told: readonly Told[], ...kinds: readonly Transition['kind'][]): Transition[] {
  const all = told.flatMap(({ transitions }) => transitions);
  return kinds.length === 0 ? all : all.filter(({ kind }) => kinds.includes(kind));
}

/** What a reading comes to by the rule's word on missing data; `keep`: nothing new. */
function judged(rule: Rule, reading: Reading): Judgement | 'keep' {
  const judgement = judge(rule, reading);
  if (judgement !== 'missing') {
    return judgement;
  }
  return { keep: 'keep' as const, clear: 'well' as const, fire: 'bad' as const }[rule.missing];
}

function holds(property: (rule: Rule, some: readonly Reading[]) => void): void {
  fc.assert(fc.property(rules, readings, property), PROPERTY);
}

/** Seconds between instants. */
function secondsBetween(from: number, to: number): number {
  return (to - from) / 1_000;
}

it('never fires twice without a resolve between, nor resolves what does not fire', PROPERTY_TIMEOUT, () => {
  holds((rule, some) => {
    const kinds = transitionsOf(follow(rule, some), 'fired', 'resolved').map(({ kind }) => kind);
    expect(kinds).toEqual(kinds.map((_, index) => (index % 2 === 0 ? 'fired' : 'resolved')));
  });
});

it('begins to be pending once before it fires or is cancelled', PROPERTY_TIMEOUT, () => {
  holds((rule, some) => {
    const kinds = transitionsOf(follow(rule, some), 'pending', 'fired', 'cancelled').map(({ kind }) => kind);
    expect(kinds.filter((_, index) => index % 2 === 0).every((kind) => kind === 'pending')).toBe(true);
    expect(kinds.filter((_, index) => index % 2 === 1).every((kind) => kind !== 'pending')).toBe(true);
  });
});

it('says the phase that its transitions say', PROPERTY_TIMEOUT, () => {
  const phases = { pending: 'pending', cancelled: 'ok', fired: 'firing', resolved: 'ok' } as const;
  holds((rule, some) => {
    for (const { before, after, transitions } of follow(rule, some)) {
      const last = transitions.at(-1);
      expect(after.phase).toBe(last === undefined ? before.phase : phases[last.kind]);
    }
  });
});

it('changes nothing between the value that fires and the one that clears', PROPERTY_TIMEOUT, () => {
  holds((rule, some) => {
    for (const { reading, before, after, transitions } of follow(rule, some)) {
      if (judged(rule, reading) === 'between') {
        expect(after.phase).toBe(before.phase === 'firing' ? 'firing' : 'ok');
        expect(transitions.filter(({ kind }) => kind !== 'cancelled')).toEqual([]);
      }
    }
  });
});

it('fires at the first reading at which it has been bad for as long as it has to', PROPERTY_TIMEOUT, () => {
  holds((rule, some) => {
    // Independent of the machine's states: since when every reading that says anything has been bad.
    let badSince: number | undefined;
    for (const { reading, before, transitions } of follow(rule, some)) {
      const judgement = judged(rule, reading);
      if (judgement === 'bad') {
        badSince ??= reading.at;
      } else if (judgement !== 'keep') {
        badSince = undefined;
      }
      if (before.phase === 'firing') {
        continue;
      }
      const lasted = judgement === 'bad' && badSince !== undefined && secondsBetween(badSince, reading.at);
      const fired = transitions.find(({ kind }) => kind === 'fired');
      expect(fired !== undefined).toBe(lasted !== false && lasted >= rule.for);
      expect(fired?.since).toBe(fired && badSince);
    }
  });
});

it(
  'is over at the first reading at which it has been well for as long as it has to',
  PROPERTY_TIMEOUT,
  () => {
    holds((rule, some) => {
      let wellSince: number | undefined;
      const firings: number[] = [];
      for (const { reading, before, transitions } of follow(rule, some)) {
        const judgement = judged(rule, reading);
        if (before.phase === 'firing') {
          if (judgement === 'well') {
            wellSince ??= reading.at;
          } else if (judgement !== 'keep') {
            wellSince = undefined;
          }
          const last = firings.at(-1) ?? 0;
          const recent = firings.filter((at) => secondsBetween(at, last) < rule.flapping.within);
          const flaps = recent.length >= rule.flapping.times;
          const needed = flaps ? Math.max(rule.clear.for, rule.flapping.calm) : rule.clear.for;
          const lasted =
            judgement === 'well' && wellSince !== undefined && secondsBetween(wellSince, reading.at);
          const resolved = transitions.find(({ kind }) => kind === 'resolved');
          expect(resolved !== undefined).toBe(lasted !== false && lasted >= needed);
          expect(resolved?.since).toBe(resolved && wellSince);
        }
        if (transitions.some(({ kind }) => kind === 'fired')) {
          firings.push(reading.at);
          wellSince = undefined;
        }
      }
    });
  },
);

it('takes no data as the rule says: as nothing, as over, or as bad', PROPERTY_TIMEOUT, () => {
  fc.assert(
    fc.property(rules, readings, (rule, some) => {
      const told = follow(rule, some);
      const limit = rule.when.kind === 'above' || rule.when.kind === 'below';
      for (const { reading, before, after, transitions } of told) {
        if (judge(rule, reading) === 'missing' && rule.missing === 'keep') {
          expect(transitions).toEqual([]);
          expect(after).toEqual({ ...before, at: reading.at });
        }
      }
      if (limit && rule.missing !== 'keep') {
        // As if a value had been read that is far on that side.
        const bad = (rule.missing === 'fire') === (rule.when.kind === 'above') ? 1e9 : -1e9;
        const filled = some.map((reading) => (reading.value === null ? { ...reading, value: bad } : reading));
        expect(told.map(({ after }) => after)).toEqual(follow(rule, filled).map(({ after }) => after));
      }
    }),
    PROPERTY,
  );
});

it('makes nothing of a reading that is not later than the last, whatever it says', PROPERTY_TIMEOUT, () => {
  const late = fc.record({ after: fc.nat(60), seconds: fc.nat(60), value: fc.nat(8), other: fc.nat(8) });
  fc.assert(
    fc.property(rules, readings, fc.array(late, { maxLength: 20 }), (rule, some, repeats) => {
      const disordered = some.flatMap((reading, index) => [
        reading,
        ...repeats
          .filter(({ after }) => after === index)
          .map(({ seconds, value, other }) => ({ at: reading.at - seconds * 1_000, value, other })),
      ]);
      expect(transitionsOf(follow(rule, disordered))).toEqual(transitionsOf(follow(rule, some)));
    }),
    PROPERTY,
  );
});

it('goes on from a state that was kept as JSON as if it had never been away', PROPERTY_TIMEOUT, () => {
  holds((rule, some) => {
    let state: AlertState = INITIAL_STATE;
    const kept: Transition[] = [];
    for (const reading of some) {
      const next = step(rule, state, reading);
      kept.push(...next.transitions);
      state = alertStateSchema.parse(JSON.parse(JSON.stringify(next.state)));
      expect(state).toEqual(next.state);
    }
    expect(kept).toEqual(transitionsOf(follow(rule, some)));
  });
});

it('remembers no more firings than tell whether it flaps', PROPERTY_TIMEOUT, () => {
  holds((rule, some) => {
    for (const { after } of follow(rule, some)) {
      expect(after.firings.length).toBeLessThanOrEqual(rule.flapping.times);
    }
  });
});

it('fires a bounded number of times, however it flaps', PROPERTY_TIMEOUT, () => {
  const turns = fc.array(fc.constantFrom(1, 9, 9), { maxLength: 80 });
  const flapping = fc.record({
    times: fc.integer({ min: 2, max: 4 }),
    within: fc.constantFrom(60, 120, 300),
    calm: fc.constantFrom(20, 60),
  });
  fc.assert(
    fc.property(flapping, turns, (given, values) => {
      const rule = ruleWith({ flapping: given });
      const told = follow(
        rule,
        values.map((value, index) => ({ at: (index + 1) * 5_000, value })),
      );
      const fired = transitionsOf(told, 'fired').map(({ at }) => at);
      // One that flaps has been well for as long as calm is before it fires again.
      const most = given.times + Math.floor(given.within / given.calm);
      for (const [index, at] of fired.entries()) {
        const together = fired.slice(index).filter((later) => secondsBetween(at, later) < given.within);
        expect(together.length).toBeLessThanOrEqual(most);
      }
    }),
    PROPERTY,
  );
});

it('is one alert that lasts when it is bad and well by turns for a day', () => {
  const turns = Array.from({ length: 17_280 }, (_, index) => ({
    at: (index + 1) * 5_000,
    value: index % 2 === 0 ? 9 : 1,
  }));
  const told = follow(ruleWith(), turns);
  expect(transitionsOf(told, 'fired')).toHaveLength(4);
  expect(told.at(-1)?.after.phase).toBe('firing');
});
