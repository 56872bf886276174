import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, readInstant } from './instant.ts';

const NOW = Date.UTC(2026, 10, 21, 12) * 1_000;

describe('an instant', () => {
  it('is what Date reads, to the microsecond', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true }), (date) => {
        expect(parseInstant(date.toISOString())).toBe(date.getTime() * 1_000);
      }),
    );
    expect(parseInstant('2026-11-21T12:00:00.1234567Z')).toBe(NOW + 123_456);
    expect(parseInstant('2026-11-21t19:00:00+07:00')).toBe(NOW);
    expect(parseInstant('2026-11-21 07:30:00-04:30')).toBe(NOW);
    expect(parseInstant('2026-11-21T11:59:60Z')).toBe(NOW);
    expect(parseInstant('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29) * 1_000);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T12:60:00Z',
    '2026-11-21T12:00:00',
    '2026-11-21T12:00:00+24:00',
    '2026-11-21T12:00:00+07:60',
    '2026-11-21',
    ' 2026-11-21T12:00:00Z',
    '２０26-11-21T12:00:00Z',
  ])('is not %s', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('lies between 30 days ago and 5 minutes ahead; numbers are milliseconds', () => {
    const ms = NOW / 1_000;
    const day = 86_400_000;
    expect(readInstant(ms + 0.001, 'ts', NOW)).toBe(NOW + 1);
    expect(readInstant(ms + 300_000, 'ts', NOW)).toBe(NOW + 300_000_000);
    expect(readInstant(ms - 30 * day, 'ts', NOW)).toBe((ms - 30 * day) * 1_000);
    expect(() => readInstant(ms + 300_001, 'ts', NOW)).toThrow('ts is more than 5 minutes in the future');
    expect(() => readInstant(ms - 30 * day - 1, 'ts', NOW)).toThrow('ts is older than 30 days');
    for (const value of [Number.NaN, true, null, undefined, '', {}, [1]]) {
      expect(() => readInstant(value, 'ts', NOW)).toThrow('ts must be a date and time');
    }
  });
});
