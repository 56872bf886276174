import { expect, it } from 'vitest';
import { CATALOGUE } from '../plans/catalogue.ts';
import { type Random, randomOf } from '../testing/random.ts';
import { PATTERNS, type Pattern, patternOf, type UsageOverTime } from './pattern.ts';

const WEEK = [1.2, 1.3, 1.2, 1.1, 1, 0.6, 0.3];
/** An office day, with little at night. */
const OFFICE_DAY = Array.from({ length: 24 }, (_, hour) => (hour >= 7 && hour < 19 ? 1 : 0.2));
/** Savings are paid in the evening, and hardly anything happens else. */
const EVENING_DAY = Array.from({ length: 24 }, (_, hour) => (hour >= 18 && hour < 21 ? 4 : 0.3));

const DAYS = 84;

function daysOf(random: Random, mean: (index: number) => number): number[] {
  return Array.from({ length: DAYS }, (_, index) =>
    random.poisson(mean(index) * (WEEK[index % 7] ?? 1) * Math.exp(0.15 * random.normal())),
  );
}

function hoursOf(days: readonly number[], shape: readonly number[]): number[] {
  const used = days.reduce((sum, value) => sum + value, 0);
  const all = shape.reduce((sum, value) => sum + value, 0);
  return shape.map((share) => (used * share) / all);
}

const KINDS: Record<Pattern, (random: Random) => UsageOverTime> = {
  steady: (random) => {
    const days = daysOf(random, () => 2_500);
    return { days, hours: hoursOf(days, OFFICE_DAY) };
  },
  peak: (random) => {
    const days = daysOf(random, () => 800);
    return { days, hours: hoursOf(days, EVENING_DAY) };
  },
  burst: (random) => {
    const burstDays = [0, 1, 2].map((month) => month * 28 + Math.floor(28 * random.uniform()));
    const days = daysOf(random, (index) => (burstDays.includes(index) ? 2_000 : 200));
    return { days, hours: hoursOf(days, OFFICE_DAY) };
  },
  growth: (random) => {
    const days = daysOf(random, (index) => 300 * 1.05 ** (index / 7));
    return { days, hours: hoursOf(days, OFFICE_DAY) };
  },
};

const ROUNDS = 100;

it.each(Object.keys(KINDS).filter((kind): kind is Pattern => kind in KINDS))(
  'tells usage of the kind %s from the others, nineteen times of twenty',
  (kind) => {
    const told = Array.from({ length: ROUNDS }, (_, seed) => patternOf(KINDS[kind](randomOf(seed + 1))));
    const right = told.filter((detected) => detected?.pattern === kind).length;
    expect(right / ROUNDS).toBeGreaterThanOrEqual(0.95);
  },
);

it('finds the days of a burst: two in a month with ten times as much', () => {
  const days = Array.from({ length: 28 }, (_, index) => (index === 10 || index === 11 ? 1_500 : 150));
  const detected = patternOf({ days, hours: hoursOf(days, OFFICE_DAY) });
  expect(detected?.pattern).toBe('burst');
  expect(detected?.burstDays).toEqual([10, 11]);
  expect(detected?.highVolume).toBe(true);
});

it('does not take a weekend or steep growth for a burst', () => {
  const closed = Array.from({ length: DAYS }, (_, index) => (index % 7 < 5 ? 500 : 0));
  expect(patternOf({ days: closed, hours: hoursOf(closed, OFFICE_DAY) })?.burstDays).toEqual([]);
  const steep = Array.from({ length: DAYS }, (_, index) => 50 + 10 * index);
  expect(patternOf({ days: steep, hours: hoursOf(steep, OFFICE_DAY) })?.pattern).toBe('growth');
});

it('names the hours that carry the most', () => {
  const { days, hours } = KINDS.peak(randomOf(1));
  expect(patternOf({ days, hours })?.peakHours).toEqual(expect.arrayContaining([18, 19, 20]));
});

it('tells nothing from two weeks less a day, or from nothing used', () => {
  const hours = Array.from({ length: 24 }, () => 1);
  expect(patternOf({ days: Array.from({ length: 13 }, () => 5), hours })).toBeUndefined();
  expect(patternOf({ days: Array.from({ length: 60 }, () => 0), hours })).toBeUndefined();
});

it('suggests plans that there are', () => {
  const known = CATALOGUE.map(({ key }) => key);
  expect(
    Object.values(PATTERNS).flatMap(({ plans }) => plans.filter((plan) => !known.includes(plan))),
  ).toEqual([]);
});
