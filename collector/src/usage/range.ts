import { LocalDays } from '../record/local-day.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;
const MS_PER_SECOND = 1_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

/**
 * A span of time, half open, UTC. Usage is answered by the minute: `from` counts from the beginning of its minute, and
 * `to` to the end of its minute unless it is a whole minute itself.
 */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/** Whole local days, both included, `YYYY-MM-DD`. */
export interface DayRange {
  readonly start: string;
  readonly end: string;
}

/** A range in whole minutes, epoch seconds, half open. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** @throws {RangeError} when an instant is not valid or the range ends before it begins */
export function minuteRange({ from, to }: TimeRange): MinuteRange {
  const first = Math.floor(from.getTime() / MS_PER_MINUTE) * (MS_PER_MINUTE / MS_PER_SECOND);
  const last = Math.ceil(to.getTime() / MS_PER_MINUTE) * (MS_PER_MINUTE / MS_PER_SECOND);
  if (!(first <= last && first >= 0)) {
    throw new RangeError(
      `A range must begin before it ends, at valid instants: ${String(from)} to ${String(to)}.`,
    );
  }
  return { from: first, to: last };
}

/** @throws {RangeError} when a day is not one, or the range ends before it begins */
export function checkedDays({ start, end }: DayRange): DayRange {
  if (!(isDay(start) && isDay(end) && start <= end)) {
    throw new RangeError(`A range of days is YYYY-MM-DD to the same or a later one: "${start}" to "${end}".`);
  }
  return { start, end };
}

/** Every local day that a range touches, in order. Empty for an empty range. */
export function daysOf({ from, to }: TimeRange, timezone: string): string[] {
  if (from.getTime() >= to.getTime()) {
    return [];
  }
  const localDays = new LocalDays();
  const last = localDays.day(to.getTime() - 1, timezone);
  const days: string[] = [];
  for (let day = localDays.day(from.getTime(), timezone); day <= last; day = nextDay(day)) {
    days.push(day);
  }
  return days;
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + MS_PER_DAY).toISOString().slice(0, DAY_LENGTH);
}

function isDay(value: string): boolean {
  const instant = DAY.test(value) ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value);
}
