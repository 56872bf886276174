import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalDays } from './local-day.ts';

const ZONES = [
  'Asia/Jakarta',
  'UTC',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Africa/Casablanca',
];
const FROM = Date.UTC(2023, 0, 1);
const TO = Date.UTC(2027, 0, 1);
const formats = new Map(
  ZONES.map((timeZone) => [timeZone, new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })]),
);

describe('local days', () => {
  it('are what Intl says, whatever was asked before', () => {
    const days = new LocalDays();
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: FROM, max: TO }),
        fc.array(fc.integer({ min: -100_000_000, max: 100_000_000 }), { maxLength: 8 }),
        (zone, at, steps) => {
          for (const instant of [at, ...steps.map((step) => at + step)]) {
            expect(days.day(instant, zone)).toBe(formats.get(zone)?.format(instant));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are right on every minute around a change of the clocks', () => {
    const days = new LocalDays();
    const zone = 'America/New_York';
    const around = [Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)];
    for (const start of around) {
      for (let minute = 0; minute < 2 * 24 * 60; minute += 1) {
        const instant = start + minute * 60_000;
        expect(days.day(instant, zone)).toBe(formats.get(zone)?.format(instant));
      }
    }
  });

  it('refuse a zone that does not exist', () => {
    expect(() => new LocalDays().day(0, 'Asia/Atlantis')).toThrow(RangeError);
  });
});
