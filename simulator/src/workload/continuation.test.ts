import { describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import { DAYS_PER_WEEK, dayOf, hourOf, isWeekend, startOfDay } from './calendar.ts';
import { continuation, sessionArrivals } from './continuation.ts';

function requests(from: string, to: string, seed = 1) {
  return [...continuation({ seed, from: new Date(from), to: new Date(to) })];
}

describe('continuation', () => {
  it('gives two stretches that meet the same requests as the whole, none twice', () => {
    const whole = requests('2026-01-01T00:00:00Z', '2026-01-09T03:00:00Z');
    const parts = [
      ...requests('2026-01-01T00:00:00Z', '2026-01-05T13:17:00Z'),
      ...requests('2026-01-05T13:17:00Z', '2026-01-09T03:00:00Z'),
    ];
    const identity = ({ ts, sessionId, endpoint, status, bytesOut }: (typeof whole)[number]) =>
      `${ts} ${sessionId} ${endpoint} ${status} ${bytesOut}`;
    expect(parts.map(identity)).toEqual(whole.map(identity));
    expect(new Set(whole.map(identity)).size).toBe(whole.length);
  });

  it('is sorted and within its bounds, across midnight too', () => {
    const all = requests('2026-03-01T05:30:00Z', '2026-03-08T05:30:00Z');
    for (const [index, { ts }] of all.entries()) {
      expect(ts).toBeGreaterThanOrEqual(all[index - 1]?.ts ?? Date.parse('2026-03-01T05:30:00Z') * 1000);
    }
    expect(all.at(-1)?.ts).toBeLessThan(Date.parse('2026-03-08T05:30:00Z') * 1000);
    const days = new Map<string, Set<number>>();
    for (const { sessionId, ts } of all) {
      days.set(sessionId, (days.get(sessionId) ?? new Set()).add(dayOf(ts)));
    }
    expect([...days.values()].some(({ size }) => size === 2)).toBe(true);
  });

  it('goes on at the rates of days 22 to 30', () => {
    const weeks = 26;
    const all = requests('2026-01-04T17:00:00Z', '2026-07-05T17:00:00Z');
    const onWeekdays = all.filter(({ ts }) => !isWeekend(dayOf(ts)));
    // 4,125 requests over 7 × 485 + 2 × 298 weights: 501 on a weekday, 308 on a weekend day.
    expect(onWeekdays.length / (5 * weeks) / 501.3).toBeCloseTo(1, 1);
    expect((all.length - onWeekdays.length) / (2 * weeks) / 308).toBeCloseTo(1, 1);
    const perDay = (from: number, until: number): number =>
      onWeekdays.filter(({ ts }) => hourOf(ts) >= from && hourOf(ts) < until).length /
      (5 * weeks) /
      (until - from);
    expect(Math.abs(perDay(19, 21) - 95)).toBeLessThan(5);
    expect(Math.abs(perDay(2, 6) - 8)).toBeLessThan(1.3);
  });

  it('is not conditioned: its days vary at least like a Poisson process', () => {
    const monday = dayOf(Date.parse('2026-01-05T12:00:00+07:00') * 1000);
    const counts = Array.from({ length: 200 }, (_, week) => {
      const day = monday + DAYS_PER_WEEK * week;
      const stream = createStream(5, 'test', week);
      return [...sessionArrivals({ stream, name: 't', from: startOfDay(day), until: startOfDay(day + 1) })]
        .length;
    });
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    // The index of dispersion of 200 Poisson counts is within 0.75 to 1.25 with more than 99 % probability.
    expect(variance / mean).toBeGreaterThan(0.75);
    expect(variance / mean).toBeLessThan(1.25);
  });

  it('is empty for an empty stretch, and refuses dates that are none', () => {
    expect(requests('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toEqual([]);
    expect(() => requests('2026-01-01T00:00:00Z', 'never')).toThrow(RangeError);
  });
});
