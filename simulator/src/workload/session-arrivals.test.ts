import { describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import { DAYS_PER_WEEK, dayOf, hourOf, isWeekend, startOfDay } from './calendar.ts';
import type { Session } from './session.ts';
import { sessionArrivals } from './session-arrivals.ts';

/** A Monday. */
const MONDAY = dayOf(Date.parse('2026-01-05T12:00:00+07:00') * 1000);

function arrivals(firstDay: number, days: number, part = 0): Session[] {
  const stream = createStream(5, 'test', part);
  return [
    ...sessionArrivals({ stream, name: 't', from: startOfDay(firstDay), until: startOfDay(firstDay + days) }),
  ];
}

describe('sessionArrivals', () => {
  const weeks = 26;
  const sessions = arrivals(MONDAY, weeks * DAYS_PER_WEEK);

  it('come in order and within their bounds, each with a name of its own', () => {
    const starts = sessions.map(({ start }) => start);
    expect([...starts].sort((one, other) => one - other)).toEqual(starts);
    expect(starts[0]).toBeGreaterThanOrEqual(startOfDay(MONDAY));
    expect(starts.at(-1)).toBeLessThan(startOfDay(MONDAY + weeks * DAYS_PER_WEEK));
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(sessions.length);
  });

  it('ask as often as in days 22 to 30', () => {
    const times = sessions.flatMap(({ start, steps }) => steps.map(({ offset }) => start + offset));
    const onWeekdays = times.filter((time) => !isWeekend(dayOf(time)));
    // 4,125 requests over 7 × 485 + 2 × 298 weights: 501 on a weekday, 308 on a weekend day.
    expect(onWeekdays.length / (5 * weeks) / 501.3).toBeCloseTo(1, 1);
    expect((times.length - onWeekdays.length) / (2 * weeks) / 308).toBeCloseTo(1, 1);
    const perHour = (from: number, until: number): number =>
      onWeekdays.filter((time) => hourOf(time) >= from && hourOf(time) < until).length /
      (5 * weeks) /
      (until - from);
    expect(Math.abs(perHour(19, 21) - 95)).toBeLessThan(5);
    expect(Math.abs(perHour(2, 6) - 8)).toBeLessThan(1.3);
  });

  it('vary from day to day at least like a Poisson process: no count is conditioned on', () => {
    const counts = Array.from(
      { length: 200 },
      (_, week) => arrivals(MONDAY + DAYS_PER_WEEK * week, 1, week).length,
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    // The index of dispersion of 200 Poisson counts is within 0.75 to 1.25 with more than 99 % probability.
    expect(variance / mean).toBeGreaterThan(0.75);
    expect(variance / mean).toBeLessThan(1.25);
  });
});
