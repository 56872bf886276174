import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { MONTH_DAYS, monthStart } from './calendar.ts';

const JAKARTA = 'Asia/Jakarta';
const MONDAY = 1;

describe('monthStart', () => {
  it('is a Monday whose month ends on a Tuesday that is over, whatever today is', () => {
    for (let day = 0; day < 14; day += 1) {
      const now = new Date(Date.UTC(2026, 10, 15 + day, 9));
      const start = Temporal.PlainDate.from(monthStart(JAKARTA, now));
      expect(start.dayOfWeek).toBe(MONDAY);
      const afterMonth = start.add({ days: MONTH_DAYS }).toZonedDateTime({ timeZone: JAKARTA });
      const age = now.getTime() - afterMonth.epochMilliseconds;
      expect(age).toBeGreaterThan(0);
      expect(age).toBeLessThan(7 * 86_400_000);
    }
  });

  it('on a Tuesday takes the Tuesday before, because today is not over', () => {
    expect(monthStart(JAKARTA, new Date('2026-11-24T05:00:00Z'))).toBe('2026-10-19');
  });

  it('goes by the tenant’s day, not by UTC’s', () => {
    expect(monthStart(JAKARTA, new Date('2026-11-24T18:00:00Z'))).toBe('2026-10-26');
  });
});
