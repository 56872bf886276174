import { describe, expect, it } from 'vitest';
import { previousPeriod, usagePeriod } from './period.ts';

const NOW = new Date('2026-11-21T20:30:00Z');

describe('usagePeriod', () => {
  it('takes today from the clock on the tenant’s wall, not from UTC', () => {
    const jakarta = usagePeriod({ name: 'today' }, 'Asia/Jakarta', NOW);
    const newYork = usagePeriod({ name: 'today' }, 'America/New_York', NOW);
    expect(jakarta.start).toBe('2026-11-22');
    expect(newYork.start).toBe('2026-11-21');
    expect(jakarta.from.toISOString()).toBe('2026-11-21T17:00:00.000Z');
    expect(jakarta.to.toISOString()).toBe('2026-11-22T17:00:00.000Z');
  });

  it('gives the running month up to today and the last month whole', () => {
    const current = usagePeriod({ name: 'current_month' }, 'Asia/Jakarta', NOW);
    const last = usagePeriod({ name: 'last_month' }, 'Asia/Jakarta', NOW);
    expect([current.start, current.end]).toEqual(['2026-11-01', '2026-11-22']);
    expect([last.start, last.end]).toEqual(['2026-10-01', '2026-10-31']);
  });

  it('gives seven days, today included', () => {
    const period = usagePeriod({ name: 'last_7_days' }, 'UTC', NOW);
    expect([period.start, period.end]).toEqual(['2026-11-15', '2026-11-21']);
  });

  it('keeps a day of 23 hours where clocks go forward', () => {
    const period = usagePeriod(
      { name: 'custom', start: '2026-03-08', end: '2026-03-08' },
      'America/New_York',
      NOW,
    );
    expect(period.to.getTime() - period.from.getTime()).toBe(23 * 3_600_000);
  });

  it('refuses a span that ends before it begins, is too long, or names no day', () => {
    const custom = (start: string, end: string) => () =>
      usagePeriod({ name: 'custom', start, end }, 'UTC', NOW);
    expect(custom('2026-02-02', '2026-02-01')).toThrow(/ends .* before it begins/);
    expect(custom('2024-01-01', '2026-02-01')).toThrow(/at most 397/);
    expect(custom('2026-02-30', '2026-03-01')).toThrow(RangeError);
  });

  it.each(['0001-01-01', '1971-12-31', '2200-01-01', '9999-12-31'])(
    'refuses %s: nothing is of that year',
    (day) => {
      expect(() => usagePeriod({ name: 'custom', start: day, end: day }, 'UTC', NOW)).toThrow(/1972 to 2199/);
    },
  );

  it.each(['1972-01-01', '2199-12-31'])('has a span before it that can be asked for as well: %s', (day) => {
    const period = usagePeriod({ name: 'custom', start: day, end: day }, 'Asia/Jakarta', NOW);
    expect(previousPeriod(period).from.getTime()).toBeGreaterThan(0);
  });
});

describe('previousPeriod', () => {
  it('compares a running month with the same days of the month before', () => {
    const previous = previousPeriod(usagePeriod({ name: 'current_month' }, 'UTC', NOW));
    expect([previous.start, previous.end]).toEqual(['2026-10-01', '2026-10-21']);
  });

  it('stops at the end of a shorter month', () => {
    const march31 = usagePeriod({ name: 'current_month' }, 'UTC', new Date('2026-03-31T12:00:00Z'));
    expect(previousPeriod(march31).end).toBe('2026-02-28');
  });

  it('compares a finished month with the whole month before', () => {
    const previous = previousPeriod(usagePeriod({ name: 'last_month' }, 'UTC', NOW));
    expect([previous.start, previous.end]).toEqual(['2026-09-01', '2026-09-30']);
  });

  it('compares any other span with as many days just before', () => {
    const previous = previousPeriod(usagePeriod({ name: 'last_7_days' }, 'UTC', NOW));
    expect([previous.start, previous.end]).toEqual(['2026-11-08', '2026-11-14']);
  });
});
