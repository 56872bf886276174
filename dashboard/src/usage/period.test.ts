import { describe, expect, it } from 'vitest';
import {
  addDays,
  contains,
  customProblem,
  DEFAULT_PERIOD,
  dayOf,
  isWeekend,
  lengthInDays,
  liveTotalsCount,
  queryOf,
  selectionFromSearch,
} from './period.ts';

describe('selectionFromSearch', () => {
  it('reads back what queryOf writes', () => {
    for (const selection of [
      { name: 'last_7_days' },
      { name: 'custom', start: '2026-10-30', end: '2026-11-02' },
    ] as const) {
      expect(selectionFromSearch(queryOf(selection))).toEqual(selection);
    }
  });

  it('falls back on the running month for anything it cannot use', () => {
    const searches = [
      {},
      { period: 'for ever' },
      { period: 'custom' },
      { period: 'custom', start: '2026-11-02', end: '2026-11-01' },
      { period: 'custom', start: '2026-02-31', end: '2026-03-01' },
      { period: 'custom', start: 20261101, end: 20261102 },
    ];
    for (const search of searches) {
      expect(selectionFromSearch(search)).toEqual(DEFAULT_PERIOD);
    }
  });
});

describe('customProblem', () => {
  it('says what is wrong', () => {
    expect(customProblem('', '2026-11-01')).toBe('incomplete');
    expect(customProblem('2026-02-31', '2026-11-01')).toBe('incomplete');
    expect(customProblem('2026-11-02', '2026-11-01')).toBe('reversed');
    expect(customProblem('2025-10-19', '2026-11-20')).toBe('too-long');
    expect(customProblem('2025-10-20', '2026-11-20')).toBeUndefined();
    expect(customProblem('2026-11-01', '2026-11-01')).toBeUndefined();
  });
});

describe('days', () => {
  it('are those of the tenant’s wall, not of UTC', () => {
    const late = new Date('2026-11-30T17:30:00Z');
    expect(dayOf(late, 'Asia/Jakarta')).toBe('2026-12-01');
    expect(dayOf(late, 'America/New_York')).toBe('2026-11-30');
  });

  it('cross months, leap days and years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(lengthInDays('2026-02-27', '2026-03-01')).toBe(3);
  });

  it('know their weekend', () => {
    expect(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'].map(isWeekend)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('what the live feed may be shown for', () => {
  const november = { start: '2026-11-01', end: '2026-11-30', timezone: 'Asia/Jakarta' };

  it('is the running month, until it turns in the tenant’s zone', () => {
    expect(liveTotalsCount('current_month', november, new Date('2026-11-30T16:59:59Z'))).toBe(true);
    expect(liveTotalsCount('current_month', november, new Date('2026-11-30T17:00:00Z'))).toBe(false);
  });

  it('is no other span, not even one with the same days', () => {
    expect(liveTotalsCount('custom', november, new Date('2026-11-21T00:00:00Z'))).toBe(false);
    expect(liveTotalsCount('today', november, new Date('2026-11-21T00:00:00Z'))).toBe(false);
  });

  it('knows whether a span still moves', () => {
    expect(contains(november, new Date('2026-10-31T17:00:00Z'))).toBe(true);
    expect(contains(november, new Date('2026-11-30T17:00:00Z'))).toBe(false);
  });
});
