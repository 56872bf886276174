import { Temporal } from 'temporal-polyfill';

/** The documented month has 30 days, from a Monday to a Tuesday. */
export const MONTH_DAYS = 30;
const TUESDAY = 2;
const DAYS_IN_WEEK = 7;

/** Where the demo's history lies on the real calendar. */
export interface DemoCalendar {
  /** Local date of the month's first day, a Monday. */
  readonly start: string;
  /** The instant the documented month ends and the continuation begins. */
  readonly monthEnd: Date;
}

/**
 * Shifts the documented month by whole weeks, so that its last day is the most recent Tuesday that is over.
 *
 * @param timezone zone of the demo tenant
 * @param now the instant the demo starts
 */
export function demoCalendar(timezone: string, now: Date): DemoCalendar {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate();
  const daysSinceTuesday = (today.dayOfWeek - TUESDAY + DAYS_IN_WEEK) % DAYS_IN_WEEK || DAYS_IN_WEEK;
  const lastDay = today.subtract({ days: daysSinceTuesday });
  const monthEnd = lastDay.add({ days: 1 }).toZonedDateTime({ timeZone: timezone });
  return {
    start: lastDay.subtract({ days: MONTH_DAYS - 1 }).toString(),
    monthEnd: new Date(monthEnd.epochMilliseconds),
  };
}
