import { type Person, population } from '../population/population.ts';
import type { UserClass } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { PageCache } from './answers.ts';
import { type OpenDay, sessionsOfMonth } from './appointments.ts';
import { type DayNumber, parseStart, startOfDay } from './calendar.ts';
import { planMonth } from './month-plan.ts';
import type { SimulatedRequest } from './request.ts';
import { answered, pendingRequests } from './timeline.ts';

/** The documented month began on this Monday. */
export const DOCUMENTED_START = '2025-09-01';

/** Share of people who register on the first day; the others do on the second. An assumption. */
const REGISTER_ON_FIRST_DAY = 0.7;

export interface MonthOptions {
  /** Any safe integer. The same seed gives the same month. */
  readonly seed: number;
  /** Local date of day 1, a Monday; {@link DOCUMENTED_START} when not given. */
  readonly start?: string;
}

/**
 * The documented month: 13,880 requests of sixty people in thirty local days, every documented count met exactly.
 *
 * How counts are exact although sessions are random is said in `month-plan.ts`, how they find their times in
 * `appointments.ts`.
 *
 * @returns sorted by time; each request belongs to a session of one person, within one local day
 * @throws {StartDateError} when `start` is no Monday
 */
export function documentedMonth({ seed, start = DOCUMENTED_START }: MonthOptions): SimulatedRequest[] {
  const pages = new PageCache();
  return sessionsOfMonth(seed, openDays(seed, parseStart(start))).flatMap((sessions) =>
    pendingRequests(seed, sessions).map((pending) => answered(pending, pages)),
  );
}

/** The planned days of the month that begins on this day. */
export function openDays(seed: number, firstDay: DayNumber): OpenDay[] {
  const registrations = planRegistrations(seed);
  return planMonth(seed, registrations).map((plan, index) => ({
    ...plan,
    index,
    midnight: startOfDay(firstDay + index),
    people: [...registrations].filter(([, since]) => since <= index).map(([person]) => person),
  }));
}

/** The day, counted from 0, on which each person registers. */
function planRegistrations(seed: number): Map<Person, number> {
  const stream = createStream(seed, 'registrations');
  const days = new Map<Person, number>();
  const classesBegun = new Set<UserClass>();
  for (const person of population()) {
    // Of each class somebody is there from the first day, for its requests of that day to have an owner.
    const first = !classesBegun.has(person.userClass) || stream.next() < REGISTER_ON_FIRST_DAY;
    classesBegun.add(person.userClass);
    days.set(person, first ? 0 : 1);
  }
  return days;
}
