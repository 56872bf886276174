import { Temporal } from 'temporal-polyfill';

/** The documented month has 30 days, from a Monday to a Tuesday. */
export const MONTH_DAYS = 30;
const TUESDAY = 2;
const DAYS_IN_WEEK = 7;

/**
 * Shifts the documented month by whole weeks, so that its last day is the most recent Tuesday that is over.
 *
 * @param timezone zone of the demo tenant
 * @param now the instant the demo starts
 * @returns local date of the month's first day, a Monday
 */
export function monthStart(timezone: string, now: Date): string {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate();
  const daysSinceTuesday = (today.dayOfWeek - TUESDAY + DAYS_IN_WEEK) % DAYS_IN_WEEK || DAYS_IN_WEEK;
  return today.subtract({ days: daysSinceTuesday + MONTH_DAYS - 1 }).toString();
}
