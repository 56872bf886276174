/*
 * Days to come, many times over: what the days so far make likely.
 *
 * The method, for what happens (calls, bytes) and for the peaks of days: a usual day is fitted (`dailyRate`); what the
 * days differed from it by, in units of its square root, is drawn anew in weeks (Künsch 1989) to make another past, to which
 * another usual day is fitted, and from which, with other weeks of differences, a scenario of the days to come is made. So
 * a scenario differs from the next by chance, and by how little the past says of what is usual. For a state (members,
 * storage), the same is done with its changes from day to day, and scenarios go on from the last one known.
 *
 * What always holds: nothing is below 0; the same past has the same scenarios.
 */
import { DAYS_FOR_WEEKDAYS, type DailyRate, dailyRate } from './daily-rate.ts';
import { seededStream } from './random.ts';
import { trendOf } from './trend.ts';

/** Enough that one in ten is told to a few hundredths of the spread. */
const SCENARIOS = 250;

const SEED = 20_260_101;
const DAYS_IN_WEEK = 7;

/** Days to come, in as many versions as there are scenarios. */
export type Scenarios = readonly (readonly number[])[];

/**
 * Scenarios of what happens on days, or of their peaks.
 *
 * @param past by day, all complete, at least one
 * @param days how many days to come
 */
export function scenariosOfDays(past: readonly number[], days: number): Scenarios {
  const { perWeek, significant } = trendOf(past);
  const trend = significant ? perWeek : 0;
  const rate = dailyRate(past, trend);
  const differences = differencesFrom(rate, past);
  const usual = past.map((_, index) => rate.expected(index));
  const random = seededStream(SEED);
  return Array.from({ length: SCENARIOS }, () => {
    const otherPast = drawn(differences, 0, past.length, random).map((difference, index) =>
      withDifference(usual[index] ?? 0, difference),
    );
    const otherRate = dailyRate(otherPast, significant ? trendOf(otherPast).perWeek : 0);
    return drawn(differences, past.length, days, random).map((difference, day) =>
      withDifference(otherRate.expected(past.length + day), difference),
    );
  });
}

/**
 * Scenarios of a state.
 *
 * @param past by day, at least one; the last value is the state now
 * @param days how many days to come
 */
export function scenariosOfState(past: readonly number[], days: number): Scenarios {
  const now = past.at(-1) ?? 0;
  const changes = past.slice(1).map((value, index) => value - (past[index] ?? 0));
  const random = seededStream(SEED);
  return Array.from({ length: SCENARIOS }, () => {
    let state = now;
    const otherChanges = drawn(changes, 0, changes.length, random);
    return drawn(otherChanges, changes.length, days, random).map((change) => {
      state = Math.max(0, state + change);
      return state;
    });
  });
}

/**
 * By day, in units of the square root of what is expected; widened by what the fit took from them, and 0 in the mean of
 * each weekday: what was usual long ago and is no longer is not chance that may come again.
 */
function differencesFrom(rate: DailyRate, past: readonly number[]): number[] {
  const widened = Math.sqrt(past.length / Math.max(1, past.length - rate.parameters));
  const differences = past.map((value, index) => {
    const expected = rate.expected(index);
    return expected > 0 ? (widened * (value - expected)) / Math.sqrt(expected) : 0;
  });
  const step = past.length < DAYS_FOR_WEEKDAYS ? 1 : DAYS_IN_WEEK;
  const means = Array.from({ length: step }, (_, weekday) => {
    const sameWeekday = differences.filter((_, index) => index % step === weekday);
    return sameWeekday.reduce((sum, value) => sum + value, 0) / sameWeekday.length;
  });
  return differences.map((difference, index) => difference - (means[index % step] ?? 0));
}

function withDifference(expected: number, difference: number): number {
  return Math.max(0, expected + Math.sqrt(expected) * difference);
}

/**
 * Values of days drawn in whole weeks, each of which begins on the weekday that it is drawn for, when the values have two
 * weeks or more; the first follows the last. 0 when there are none.
 *
 * @param from the first day that is drawn for, counted as the values' days are
 */
function drawn(values: readonly number[], from: number, length: number, random: () => number): number[] {
  const step = values.length < DAYS_FOR_WEEKDAYS ? 1 : DAYS_IN_WEEK;
  const whole = values.length - (values.length % step);
  const offset = values.length - whole;
  const result: number[] = [];
  while (result.length < length) {
    const weekday = (((from + result.length - offset) % step) + step) % step;
    const start = weekday + step * Math.floor((random() * whole) / step);
    for (let index = 0; index < DAYS_IN_WEEK && result.length < length; index += 1) {
      result.push(whole === 0 ? 0 : (values[offset + ((start + index) % whole)] ?? 0));
    }
  }
  return result;
}
