import { Temporal } from 'temporal-polyfill';

export const PERIODS = ['today', 'last_7_days', 'current_month', 'last_month', 'custom'] as const;
type PeriodName = (typeof PERIODS)[number];

/** The longest span one question may cover: 13 months, which is also how long usage is kept. */
const MAXIMUM_DAYS = 397;

/** The store's days begin in 1970 and end in 2299; the span before the one that is asked for has to lie there too. */
const FIRST_YEAR = 1972;
const LAST_YEAR = 2199;

const DAYS_IN_WEEK = 7;

/** A span of whole local days, and the instants at which it begins and ends (half open). */
export interface UsagePeriod {
  readonly name: PeriodName;
  /** First local day, `YYYY-MM-DD`. */
  readonly start: string;
  /** Last local day, inclusive. */
  readonly end: string;
  readonly timezone: string;
  readonly from: Date;
  readonly to: Date;
}

export type PeriodQuestion =
  | { readonly name: Exclude<PeriodName, 'custom'> }
  | { readonly name: 'custom'; readonly start: string; readonly end: string };

/**
 * Turns the name of a period into days and instants as the tenant's calendar has them.
 *
 * @param question which period; `custom` carries its first and last local day
 * @param timezone IANA name of the tenant's zone
 * @param now the instant that "today" is seen from
 * @throws {RangeError} when a custom span ends before it begins, is longer than {@link MAXIMUM_DAYS}, or is of years that
 *   nothing can be recorded in
 */
export function usagePeriod(question: PeriodQuestion, timezone: string, now: Date): UsagePeriod {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate();
  const [start, end] = days(question, today);
  if (start.year < FIRST_YEAR || end.year > LAST_YEAR) {
    throw new RangeError(`The period must lie in the years ${FIRST_YEAR} to ${LAST_YEAR}.`);
  }
  return span(question.name, start, end, timezone);
}

/**
 * The span of the same length just before: the month before for a month that is running (as far as the same
 * day of the month) or has ended, else as many days as the period has.
 */
export function previousPeriod(period: UsagePeriod): UsagePeriod {
  const start = Temporal.PlainDate.from(period.start);
  const end = Temporal.PlainDate.from(period.end);
  if (period.name === 'current_month') {
    const last = start.subtract({ days: 1 });
    const sameDay = last.with({ day: Math.min(end.day, last.day) });
    return span('custom', last.with({ day: 1 }), sameDay, period.timezone);
  }
  if (period.name === 'last_month') {
    const last = start.subtract({ days: 1 });
    return span('custom', last.with({ day: 1 }), last, period.timezone);
  }
  const length = start.until(end).days + 1;
  return span('custom', start.subtract({ days: length }), end.subtract({ days: length }), period.timezone);
}

function days(question: PeriodQuestion, today: Temporal.PlainDate): [Temporal.PlainDate, Temporal.PlainDate] {
  const firstOfMonth = today.with({ day: 1 });
  switch (question.name) {
    case 'today':
      return [today, today];
    case 'last_7_days':
      return [today.subtract({ days: DAYS_IN_WEEK - 1 }), today];
    case 'current_month':
      return [firstOfMonth, today];
    case 'last_month':
      return [firstOfMonth.subtract({ months: 1 }), firstOfMonth.subtract({ days: 1 })];
    case 'custom':
      return [Temporal.PlainDate.from(question.start), Temporal.PlainDate.from(question.end)];
  }
}

function span(
  name: PeriodName,
  start: Temporal.PlainDate,
  end: Temporal.PlainDate,
  timezone: string,
): UsagePeriod {
  const length = start.until(end).days + 1;
  if (length < 1) {
    throw new RangeError(`The period ends (${end}) before it begins (${start}).`);
  }
  if (length > MAXIMUM_DAYS) {
    throw new RangeError(`The period has ${length} days; at most ${MAXIMUM_DAYS} can be asked for at once.`);
  }
  return {
    name,
    start: start.toString(),
    end: end.toString(),
    timezone,
    from: startOfDay(start, timezone),
    to: startOfDay(end.add({ days: 1 }), timezone),
  };
}

function startOfDay(day: Temporal.PlainDate, timezone: string): Date {
  return new Date(day.toZonedDateTime({ timeZone: timezone }).epochMilliseconds);
}
