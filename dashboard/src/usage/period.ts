import type { DayRange, PeriodName, UsageQuery } from '../api/contract.ts';

/** In the order in which the picker shows them. */
export const PERIOD_NAMES: readonly PeriodName[] = [
  'current_month',
  'last_month',
  'last_7_days',
  'today',
  'custom',
];

/** The longest span that can be asked for: 13 months, which is also how long usage is kept. */
export const MAXIMUM_DAYS = 397;

const MS_PER_DAY = 86_400_000;
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;
const SATURDAY = 6;
const SUNDAY = 0;

/** What the picker says. Days are `YYYY-MM-DD` in the tenant's zone, `end` inclusive. */
export type PeriodSelection =
  | { readonly name: Exclude<PeriodName, 'custom'> }
  | { readonly name: 'custom'; readonly start: string; readonly end: string };

export const DEFAULT_PERIOD: PeriodSelection = { name: 'current_month' };

/** The selection that a page's query string names; the default where it names none, or no valid one. */
export function selectionFromSearch(search: Readonly<Record<string, unknown>>): PeriodSelection {
  const { period, start, end } = search;
  const name = PERIOD_NAMES.find((candidate) => candidate === period);
  if (name === undefined) {
    return DEFAULT_PERIOD;
  }
  if (name !== 'custom') {
    return { name };
  }
  if (typeof start !== 'string' || typeof end !== 'string' || customProblem(start, end) !== undefined) {
    return DEFAULT_PERIOD;
  }
  return { name, start, end };
}

/** The selection as query parameters, of the page and of the API alike. */
export function queryOf(selection: PeriodSelection): UsageQuery & Record<string, string> {
  return selection.name === 'custom'
    ? { period: selection.name, start: selection.start, end: selection.end }
    : { period: selection.name };
}

export type CustomProblem = 'incomplete' | 'reversed' | 'too-long';

/** What is wrong with a span that somebody typed, or undefined when it can be asked for. */
export function customProblem(start: string, end: string): CustomProblem | undefined {
  if (!isDay(start) || !isDay(end)) {
    return 'incomplete';
  }
  if (end < start) {
    return 'reversed';
  }
  return lengthInDays(start, end) > MAXIMUM_DAYS ? 'too-long' : undefined;
}

/** The calendar day that an instant falls on in a zone. */
export function dayOf(instant: Date, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * MS_PER_DAY).toISOString().slice(0, DAY_LENGTH);
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const MONTH_LENGTH = 'YYYY-MM'.length;

export function isWeekend(day: string): boolean {
  const weekday = new Date(day).getUTCDay();
  return weekday === SATURDAY || weekday === SUNDAY;
}

/** Days from `start` to `end`, both counted. */
export function lengthInDays(start: string, end: string): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / MS_PER_DAY) + 1;
}

/** Whether a span of days has `instant` in it, so that its numbers still move. */
export function contains(range: DayRange, instant: Date): boolean {
  const today = dayOf(instant, range.timezone);
  return range.start <= today && today <= range.end;
}

/**
 * Whether totals of the live feed, which count the running month, are totals of this period too: only when the period
 * is the running month and the tick belongs to the same month as the period.
 */
export function liveTotalsCount(period: PeriodName, range: DayRange, tick: Date): boolean {
  return period === 'current_month' && monthOf(dayOf(tick, range.timezone)) === monthOf(range.start);
}

function monthOf(day: string): string {
  return day.slice(0, MONTH_LENGTH);
}

function isDay(text: string): boolean {
  // A day that does not exist (31 February) is parsed as another one: it does not come back as it went in.
  return DAY_PATTERN.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}
