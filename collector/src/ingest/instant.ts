import type { Microseconds } from '../record/request-record.ts';
import { FieldFault } from './field.ts';

const MICROSECONDS_PER_MS = 1_000;
const MICROSECONDS_PER_SECOND = 1_000_000;
const MICROSECONDS_PER_MINUTE = 60 * MICROSECONDS_PER_SECOND;
const FRACTION_DIGITS = 6;
/** A sender's clock may be ahead of ours by this much. */
const MAXIMUM_AHEAD_US = 5 * MICROSECONDS_PER_MINUTE;
const MAXIMUM_AGE_DAYS = 30;
const MAXIMUM_AGE_US = MAXIMUM_AGE_DAYS * 24 * 60 * MICROSECONDS_PER_MINUTE;

/** RFC 3339, section 5.6; a space may stand for the T. */
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,20}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Epoch microseconds of a date and time with an offset, or undefined when it is none. Digits beyond the microsecond
 * are cut; a leap second is the second after it.
 */
export function parseInstant(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) {
    return undefined;
  }
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
    return undefined;
  }
  const offset = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 60 || offset >= 24 * 60 || Number(match[10] ?? 0) > 59) {
    return undefined;
  }
  const local = Date.UTC(year, month - 1, day, hour, minute, second) * MICROSECONDS_PER_MS;
  const fraction = Number((match[7] ?? '').slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0'));
  return local + fraction - (match[8] === '-' ? -offset : offset) * MICROSECONDS_PER_MINUTE;
}

function daysOf(year: number, month: number): number {
  return month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    ? 29
    : (DAYS_OF_MONTH[month - 1] ?? 0);
}

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * When an event happened: RFC 3339, or a number of milliseconds since 1970.
 *
 * @param now epoch microseconds
 * @throws {FieldFault} when it is neither, more than 5 minutes ahead of `now`, or older than 30 days
 */
export function readInstant(value: unknown, field: string, now: number): Microseconds {
  const instant = typeof value === 'string' ? parseInstant(value) : epochMilliseconds(value);
  if (instant === undefined) {
    throw new FieldFault(
      field,
      'must be a date and time with an offset (2026-01-31T08:30:00.000Z) or a number of milliseconds since 1970',
    );
  }
  if (instant > now + MAXIMUM_AHEAD_US) {
    throw new FieldFault(
      field,
      'is more than 5 minutes in the future: numbers are milliseconds; set the clock of the sender',
    );
  }
  if (instant < now - MAXIMUM_AGE_US) {
    throw new FieldFault(
      field,
      `is older than ${MAXIMUM_AGE_DAYS} days: numbers are milliseconds; import a history instead of sending it`,
    );
  }
  return wholeMicroseconds(instant);
}

/** A number known to be whole microseconds. */
export function wholeMicroseconds(value: number): Microseconds {
  return value as Microseconds;
}

function epochMilliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.round(value * MICROSECONDS_PER_MS)
    : undefined;
}
