import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { demoCalendar, MONTH_DAYS } from './calendar.ts';

const JAKARTA = 'Asia/Jakarta';
const MONDAY = 1;

describe('demoCalendar', () => {
  it('starts on a Monday and ends on a Tuesday that is over, whatever today is', () => {
    for (let day = 0; day < 14; day += 1) {
      const now = new Date(Date.UTC(2026, 10, 15 + day, 9));
      const calendar = demoCalendar(JAKARTA, now);
      const start = Temporal.PlainDate.from(calendar.start);
      expect(start.dayOfWeek).toBe(MONDAY);
      const afterMonth = start.add({ days: MONTH_DAYS }).toZonedDateTime({ timeZone: JAKARTA });
      expect(calendar.monthEnd.getTime()).toBe(afterMonth.epochMilliseconds);
      const age = now.getTime() - calendar.monthEnd.getTime();
      expect(age).toBeGreaterThan(0);
      expect(age).toBeLessThan(7 * 86_400_000);
    }
  });

  it('on a Tuesday takes the Tuesday before, because today is not over', () => {
    expect(demoCalendar(JAKARTA, new Date('2026-11-24T05:00:00Z')).monthEnd.toISOString()).toBe(
      '2026-11-17T17:00:00.000Z',
    );
  });

  it('goes by the tenant’s day, not by UTC’s', () => {
    expect(demoCalendar(JAKARTA, new Date('2026-11-24T18:00:00Z')).monthEnd.toISOString()).toBe(
      '2026-11-24T17:00:00.000Z',
    );
  });
});
