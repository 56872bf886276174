import { type BackTest, backtest, inputsOf, type Reading, type Rule } from '@riwayat/alerting';
import type { Parameters } from '../calibration/parameter.ts';
import type { AlertEvent, MonthRun } from '../run/month-run.ts';
import { monthWatches, simulateMonth } from '../run/simulate-month.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { follow, secondsOf } from '../system/alerts.ts';
import { parseStart, startOfDay } from '../workload/calendar.ts';
import { MonthSignals } from './month-signals.ts';
import type { NamedRule } from './rule-file.ts';

/** This module, as worker threads are told to load it. */
export const TRIALS_MODULE = new URL(import.meta.url);

/** Which rules are tried on which months. */
export interface TrialsJob {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  /** Null: those that the documented month has its alerts by. */
  readonly rules: readonly NamedRule[] | null;
}

/** When a rule fired. Instants are seconds since the month's first midnight. */
export interface TrialFiring {
  readonly since: number;
  readonly fired: number;
  /** Null: it lasted to the end of the month. */
  readonly resolved: number | null;
  readonly seconds: number;
  readonly worst: number | null;
}

/** What a rule made of one month. */
export interface MonthTrial {
  /** Of rules of the documented month. */
  readonly kind: AlertEvent['kind'] | null;
  readonly name: string;
  readonly rule: Rule;
  readonly fired: number;
  readonly seconds: number;
  /** Firings, ends and repetitions: what somebody is told, if nobody acknowledges anything. */
  readonly notifications: number;
  /** Of replication 0 only. */
  readonly firings: readonly TrialFiring[];
}

const MICROS_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;

/**
 * Simulates a month and follows rules over it.
 *
 * @public loaded by its name, in worker threads
 */
export function replicate(
  { scenario, parameters, seed, rules }: TrialsJob,
  replication: number,
): MonthTrial[] {
  const run = simulateMonth({ scenario, parameters, seed, replication });
  const trials = rules === null ? documented(run, scenario, parameters) : tried(run, scenario, rules);
  return trials.map((trial) => (replication === 0 ? trial : { ...trial, firings: [] }));
}

function documented(run: MonthRun, scenario: Scenario, parameters: Parameters): MonthTrial[] {
  return monthWatches(run, scenario, parameters).map(([monthRule, signal]) => {
    const { kind, rule } = monthRule;
    return trialOf({ kind, name: kind, rule }, follow(monthRule, signal), secondsOf);
  });
}

function tried(run: MonthRun, scenario: Scenario, rules: readonly NamedRule[]): MonthTrial[] {
  const signals = new MonthSignals(run, scenario);
  const begins = startOfDay(parseStart(scenario.start)) / MICROS_PER_MS;
  const { instants } = signals;
  return rules.map(({ name, rule }) => {
    const inputs = inputsOf(rule);
    const values = signals.values(inputs.value);
    const others = inputs.other && signals.values(inputs.other);
    const readings = instants.map(
      (at, place): Reading => ({ at, value: values[place] ?? null, other: others?.[place] ?? null }),
    );
    return trialOf(
      { kind: null, name, rule },
      backtest(rule, readings),
      (instant) => (instant - begins) / MS_PER_SECOND,
    );
  });
}

function trialOf(
  about: Pick<MonthTrial, 'kind' | 'name' | 'rule'>,
  { firings, seconds }: BackTest,
  secondsAt: (instant: number) => number,
): MonthTrial {
  const ended = firings.filter(({ resolved }) => resolved !== null).length;
  return {
    ...about,
    fired: firings.length,
    seconds,
    notifications: firings.length + ended + firings.reduce((sum, { repeats }) => sum + repeats, 0),
    firings: firings.map(({ since, fired, resolved, seconds: lasted, worst }) => ({
      since: secondsAt(since),
      fired: secondsAt(fired),
      resolved: resolved === null ? null : secondsAt(resolved),
      seconds: lasted,
      worst: worst.value,
    })),
  };
}
