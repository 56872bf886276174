/** Asia/Jakarta, the time zone of the document, has no daylight saving: every local day has 24 hours and starts at 17:00 UTC. */
const UTC_OFFSET_MS = 7 * 3_600_000;

export const MICROS_PER_MS = 1000;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;
export const HOURS_PER_DAY = 24;
export const DAYS_PER_WEEK = 7;

const MS_PER_DAY = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** 1 January 1970 was a Thursday, the fourth day of a week that begins on Monday. */
const WEEKDAY_OF_EPOCH = 3;
const SATURDAY = 5;

/** A local calendar day, counted from 1 January 1970. */
export type DayNumber = number;

/** The start date of a month cannot be used. */
export class StartDateError extends Error {
  override readonly name = 'StartDateError';
}

/**
 * The day of a date that is a Monday, as the documented month's first day must be.
 *
 * @param date `YYYY-MM-DD`
 * @throws {StartDateError} when it is no date, or no Monday; the message names the Monday before it
 */
export function parseStart(date: string): DayNumber {
  const milliseconds = DATE.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // The second test catches dates like 30 February, which some parsers roll over into March.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== date) {
    throw new StartDateError(`"${date}" is not a date. Write it as YYYY-MM-DD, for example 2025-09-01.`);
  }
  const day = milliseconds / MS_PER_DAY;
  const weekday = weekdayOf(day);
  if (weekday !== 0) {
    throw new StartDateError(
      `${date} is not a Monday, and the documented month begins on one. The Monday before it is ${dateOf(day - weekday)}.`,
    );
  }
  return day;
}

/** Day of the week, 0 for Monday to 6 for Sunday. */
function weekdayOf(day: DayNumber): number {
  return (((day + WEEKDAY_OF_EPOCH) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
}

export function isWeekend(day: DayNumber): boolean {
  return weekdayOf(day) >= SATURDAY;
}

/** The date of a day, `YYYY-MM-DD`. */
export function dateOf(day: DayNumber): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The instant a local day starts, epoch microseconds. */
export function startOfDay(day: DayNumber): number {
  return (day * MS_PER_DAY - UTC_OFFSET_MS) * MICROS_PER_MS;
}

/** The local day of an instant in epoch microseconds. */
export function dayOf(micros: number): DayNumber {
  return Math.floor((micros / MICROS_PER_MS + UTC_OFFSET_MS) / MS_PER_DAY);
}

/** The local hour of an instant in epoch microseconds, 0 to 23. */
export function hourOf(micros: number): number {
  return Math.floor((micros - startOfDay(dayOf(micros))) / MICROS_PER_HOUR);
}

/** Microseconds from midnight to a time of day, `HH:MM`. */
export function microsOfDay(time: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(':').map(Number);
  return hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE;
}
