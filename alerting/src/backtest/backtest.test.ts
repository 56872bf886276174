import { expect, it } from 'vitest';
import type { Reading } from '../machine/state.ts';
import { ruleWith } from '../testing/rules.ts';
import { backtest } from './backtest.ts';

/** Readings each ten seconds, from the tenth second on. */
function each10Seconds(...values: readonly (number | null)[]): Reading[] {
  return values.map((value, index) => ({ at: (index + 1) * 10_000, value }));
}

it('tells when a rule would have fired, for how long, and what was worst', () => {
  const rule = ruleWith({ for: 20, clear: { value: 3, for: 10 } });
  const { firings, ...rest } = backtest(rule, each10Seconds(1, 6, 7, 8, 12, 4, 2, 2, 1));
  expect(firings).toEqual([
    {
      since: 20_000,
      fired: 40_000,
      resolved: 80_000,
      seconds: 40,
      firedWith: { at: 40_000, value: 8 },
      worst: { at: 50_000, value: 12 },
      repeats: 0,
    },
  ]);
  expect(rest).toEqual({ seconds: 40, cancelled: 0, readings: 9, missing: 0 });
});

it('tells of what still lasts at the end, and of what was over before anybody was told', () => {
  const { firings, seconds, cancelled, missing } = backtest(
    ruleWith({ for: 10 }),
    each10Seconds(6, 1, null, 6, 6, 9),
  );
  expect(firings).toMatchObject([{ since: 40_000, fired: 50_000, resolved: null, seconds: 10 }]);
  expect({ seconds, cancelled, missing }).toEqual({ seconds: 10, cancelled: 1, missing: 1 });
});

it('finds the lowest value the worst where low is bad', () => {
  const rule = ruleWith({ signal: 'disk_free', when: { kind: 'below', value: 10 } });
  expect(backtest(rule, each10Seconds(9, 4, 8, 50)).firings[0]?.worst.value).toBe(4);
});

it('counts how often it would have been told again, and not at the instant at which it was over', () => {
  const rule = ruleWith({ repeat: 60 });
  const lasting = backtest(rule, each10Seconds(...Array<number>(13).fill(6)));
  expect(lasting.firings).toMatchObject([{ seconds: 120, repeats: 2 }]);
  const over = backtest(rule, each10Seconds(...Array<number>(12).fill(6), 1));
  expect(over.firings).toMatchObject([{ seconds: 120, repeats: 1 }]);
});

it('leaves out readings that are not later than the one before', () => {
  const readings = each10Seconds(6, 6, 1);
  expect(
    backtest(
      ruleWith(),
      readings.flatMap((reading) => [reading, ...readings.slice(0, 1)]),
    ),
  ).toEqual(backtest(ruleWith(), readings));
});
