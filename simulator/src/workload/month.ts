import { type Person, population } from '../population/population.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { PageCache } from './answers.ts';
import { parseStart, startOfDay } from './calendar.ts';
import type { DayKind } from './day-curves.ts';
import { Diary } from './diary.ts';
import { workloadModel } from './model.ts';
import { type DayPlan, planMonth } from './month-plan.ts';
import type { SimulatedRequest } from './request.ts';
import { durationOf, type Session } from './session.ts';
import { answered, pendingRequests } from './timeline.ts';

/** The documented month began on this Monday. */
export const DOCUMENTED_START = '2025-09-01';

/** Share of people who register on the first day; the others do on the second. An assumption. */
const REGISTER_ON_FIRST_DAY = 0.7;
/** People register before this hour, so that they can use their account on the same day. An assumption. */
const REGISTER_BEFORE_HOUR = 17;

export interface MonthOptions {
  /** Any safe integer. The same seed gives the same month. */
  readonly seed: number;
  /** Local date of day 1, a Monday; {@link DOCUMENTED_START} when not given. */
  readonly start?: string;
}

/**
 * The documented month: 13,880 requests of sixty people in thirty local days, every documented count met exactly.
 *
 * How counts are exact although sessions are random is said in `month-plan.ts`.
 *
 * @returns sorted by time; each request belongs to a session of one person, within one local day
 * @throws {StartDateError} when `start` is no Monday
 */
export function documentedMonth({ seed, start = DOCUMENTED_START }: MonthOptions): SimulatedRequest[] {
  const firstDay = parseStart(start);
  const registrations = planRegistrations(seed);
  const pages = new PageCache();
  return planMonth(seed, registrations).flatMap((plan, index) => {
    const people = [...registrations].filter(([, since]) => since <= index).map(([person]) => person);
    const sessions = sessionsOfDay(seed, index, startOfDay(firstDay + index), plan, people);
    return pendingRequests(seed, sessions).map((pending) => answered(pending, pages));
  });
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

/** The sessions of one day, each with its person and its time; registrations first, so that nobody comes before. */
function sessionsOfDay(
  seed: number,
  index: number,
  midnight: number,
  plan: DayPlan,
  people: readonly Person[],
): Session[] {
  const stream = createStream(seed, 'appointments', index);
  const diary = new Diary();
  const starts = workloadModel().starts[dayKindOf(plan)];
  const newcomersFirst = [...plan.visits].sort(
    (one, other) => Number(other.newcomer !== undefined) - Number(one.newcomer !== undefined),
  );
  return newcomersFirst
    .map((visit) => {
      const { userClass, newcomer, device, steps } = visit;
      const curve = starts[USER_CLASSES.indexOf(userClass)] ?? [];
      const duration = durationOf(visit);
      const { person, at } =
        newcomer === undefined
          ? diary.enter(
              stream,
              people.filter((one) => one.userClass === userClass),
              curve,
              duration,
            )
          : diary.enter(stream, [newcomer], curve.slice(0, REGISTER_BEFORE_HOUR), duration);
      if (newcomer !== undefined) {
        diary.blockUntil(newcomer, at + duration);
      }
      return { device, steps, person, start: midnight + at };
    })
    .sort((one, other) => one.start - other.start)
    .map((session, number) => ({ ...session, id: sessionId(seed, index, number) }));
}

function dayKindOf({ phase, weekend }: DayPlan): DayKind {
  if (phase === 'setup') {
    return 'setup';
  }
  return weekend ? 'weekend' : 'weekday';
}

/** `m1-d07-0042` is the 42nd session of day 7 in the month of seed 1. */
function sessionId(seed: number, dayIndex: number, number: number): string {
  return `m${seed}-d${String(dayIndex + 1).padStart(2, '0')}-${String(number + 1).padStart(4, '0')}`;
}
