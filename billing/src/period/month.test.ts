import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billingMonth, dayAt, daysLater, monthAt, monthsBetween, monthsLater, startOfDay } from './month.ts';

const ZONES = ['Asia/Jakarta', 'Asia/Jayapura', 'UTC', 'America/New_York'] as const;
const HOUR_MS = 3_600_000;

describe('a month', () => {
  it.each([
    ['2026-02', 28],
    ['2028-02', 29],
    ['2100-02', 28],
    ['2026-04', 30],
    ['2026-12', 31],
  ])('%s has %s days, each once and in order', (month, count) => {
    for (const zone of ZONES) {
      const { days } = billingMonth(month, zone);
      expect(days).toHaveLength(count);
      expect(days[0]).toBe(`${month}-01`);
      expect(days.at(-1)).toBe(`${month}-${count}`);
      expect(new Set(days).size).toBe(count);
    }
  });

  it.each([
    ['Asia/Jakarta', '2026-02-28T17:00:00.000Z', '2026-03-31T17:00:00.000Z'],
    ['Asia/Jayapura', '2026-02-28T15:00:00.000Z', '2026-03-31T15:00:00.000Z'],
    ['UTC', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
    // Clocks go forward on the 8th: an hour less.
    ['America/New_York', '2026-03-01T05:00:00.000Z', '2026-04-01T04:00:00.000Z'],
  ])('begins and ends at midnight in %s', (zone, from, to) => {
    const month = billingMonth('2026-03', zone);
    expect([month.from.toISOString(), month.to.toISOString()]).toEqual([from, to]);
  });

  it('has days of 23 and of 25 hours where clocks change, and they are days', () => {
    const hours = (day: string): number =>
      (startOfDay(daysLater(day, 1), 'America/New_York').getTime() -
        startOfDay(day, 'America/New_York').getTime()) /
      HOUR_MS;
    expect([hours('2026-03-08'), hours('2026-11-01'), hours('2026-03-09')]).toEqual([23, 25, 24]);
    expect(billingMonth('2026-11', 'America/New_York').days).toHaveLength(30);
  });

  it('refuses what is no month or no zone', () => {
    expect(() => billingMonth('2026-13', 'UTC')).toThrow(RangeError);
    expect(() => billingMonth('2026-01', 'Asia/Nowhere')).toThrow(RangeError);
  });
});

describe('an instant', () => {
  it('lies in the month and on the day that each zone has then', () => {
    const instant = new Date('2028-02-29T16:30:00.000Z');
    expect(ZONES.map((zone) => [monthAt(instant, zone), dayAt(instant, zone)])).toEqual([
      ['2028-02', '2028-02-29'],
      ['2028-03', '2028-03-01'],
      ['2028-02', '2028-02-29'],
      ['2028-02', '2028-02-29'],
    ]);
  });

  it('lies in exactly the month whose bounds it is between, in any zone', () => {
    const instants = fc.date({
      min: new Date('2024-01-01T00:00:00Z'),
      max: new Date('2033-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (instant, zone) => {
        const { from, to, days } = billingMonth(monthAt(instant, zone), zone);
        return from <= instant && instant < to && days.includes(dayAt(instant, zone));
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);
});

it('follows month upon month, over years and back', () => {
  expect(monthsLater('2025-12', 1)).toBe('2026-01');
  expect(monthsLater('2026-01', -1)).toBe('2025-12');
  expect(monthsBetween('2025-11', '2027-02')).toBe(15);
  expect(monthsBetween('2026-02', '2026-01')).toBe(-1);
  expect(daysLater('2028-02-28', 1)).toBe('2028-02-29');
  for (const zone of ZONES) {
    expect(billingMonth('2026-03', zone).to).toEqual(billingMonth('2026-04', zone).from);
  }
});
