import { Temporal } from 'temporal-polyfill';

/** A month as a tenant's calendar has it, and the instants at which it begins and ends (half open). */
export interface BillingMonth {
  /** `YYYY-MM`. */
  readonly month: string;
  /** IANA name. */
  readonly timezone: string;
  /** Every local day, `YYYY-MM-DD`, in order. A day with 23 or 25 hours is a day. */
  readonly days: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

/** @throws {RangeError} for a text that is no month, or a zone that is none */
export function billingMonth(month: string, timezone: string): BillingMonth {
  const yearMonth = Temporal.PlainYearMonth.from(month);
  const first = yearMonth.toPlainDate({ day: 1 });
  return {
    month: yearMonth.toString(),
    timezone,
    days: monthDays(month),
    from: startOfDay(first, timezone),
    to: startOfDay(first.add({ months: 1 }), timezone),
  };
}

/**
 * Every day of a month, `YYYY-MM-DD`, in order.
 *
 * @param month `YYYY-MM`
 * @throws {RangeError} for a text that is no month
 */
export function monthDays(month: string): string[] {
  const yearMonth = Temporal.PlainYearMonth.from(month);
  return Array.from(
    { length: yearMonth.daysInMonth },
    (_, index) => `${yearMonth}-${String(index + 1).padStart(2, '0')}`,
  );
}

/** The month that an instant lies in, `YYYY-MM`. */
export function monthAt(instant: Date, timezone: string): string {
  return dayAt(instant, timezone).slice(0, 'YYYY-MM'.length);
}

/** The local day of an instant, `YYYY-MM-DD`. */
export function dayAt(instant: Date, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
}

/** The month so many months later, or earlier. */
export function monthsLater(month: string, months: number): string {
  return Temporal.PlainYearMonth.from(month).add({ months }).toString();
}

/** Whole months from one to another: 0 for the same. */
export function monthsBetween(from: string, to: string): number {
  return Temporal.PlainYearMonth.from(from).until(Temporal.PlainYearMonth.from(to), { largestUnit: 'months' })
    .months;
}

/** The instant at which a local day begins. */
export function startOfDay(day: string | Temporal.PlainDate, timezone: string): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: timezone }).epochMilliseconds);
}

/** The local day so many days later. */
export function daysLater(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}
