import { Temporal } from 'temporal-polyfill';
import { type UsagePeriod, usagePeriod } from '../usage/period.ts';
import type { ReportKind } from './report.ts';

const DAYS_IN_WEEK = 7;
/** A report of a week that could not be made on Monday is still one on Wednesday. */
const MOST_DAYS_LATE = 2;

/**
 * What a report is about that is made on a day: the day before, or the last whole week.
 *
 * @param today local day, `YYYY-MM-DD`
 */
export function reportPeriod(kind: ReportKind, today: string, timezone: string): UsagePeriod {
  const day = Temporal.PlainDate.from(today);
  const end = day.subtract({ days: kind === 'daily' ? 1 : day.dayOfWeek });
  return days(end.subtract({ days: kind === 'daily' ? 0 : DAYS_IN_WEEK - 1 }), end, timezone);
}

/** The same days of the week before. */
export function weekEarlier({ start, end, timezone }: UsagePeriod): UsagePeriod {
  const earlier = (day: string): Temporal.PlainDate =>
    Temporal.PlainDate.from(day).subtract({ days: DAYS_IN_WEEK });
  return days(earlier(start), earlier(end), timezone);
}

/** Whether a report is made on a day: one of a week on Monday, or as soon after as it can be. */
export function isDue(kind: ReportKind, today: string): boolean {
  return kind === 'daily' || Temporal.PlainDate.from(today).dayOfWeek <= 1 + MOST_DAYS_LATE;
}

function days(start: Temporal.PlainDate, end: Temporal.PlainDate, timezone: string): UsagePeriod {
  // The instant counts for named periods alone.
  return usagePeriod({ name: 'custom', start: start.toString(), end: end.toString() }, timezone, new Date(0));
}
