import { documented } from '../figures/figures.ts';
import type { Person } from '../population/population.ts';
import { USER_CLASSES } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { MICROS_PER_HOUR } from './calendar.ts';
import { type DayKind, LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from './day-curves.ts';
import { Diary } from './diary.ts';
import { workloadModel } from './model.ts';
import type { DayPlan } from './month-plan.ts';
import { LAST_PERIOD } from './periods.ts';
import { durationOf, type Session } from './session.ts';

/** People register before this hour, so that they can use their account on the same day. An assumption. */
const REGISTER_BEFORE_HOUR = 17;

/** How near the weekdays of days 22 to 30 come to the documented peak and low hour, as a share of each. */
export const PEAK_TOLERANCE = 0.05;
export const LOW_TOLERANCE = 0.1;
/** Some ten redrawn days are enough as a rule. */
const MOST_REDRAWS = 400;

/** A day of sessions to be given their people and times. */
export interface OpenDay extends DayPlan {
  /** Day of the month, counted from 0. */
  readonly index: number;
  /** Its local midnight, epoch microseconds. */
  readonly midnight: number;
  /** Who can come. */
  readonly people: readonly Person[];
}

/**
 * Gives every session of the month its person and its time: starts follow the curve of its class, and nobody has
 * two sessions at once.
 *
 * The documented peak and low hour of days 22 to 30 are conditioned on as the documented counts are: one weekday
 * after the other has its times drawn again, and keeps those that bring the means nearer, until they are near.
 *
 * @returns for each day its sessions in the order of their starts
 */
export function sessionsOfMonth(seed: number, days: readonly OpenDay[]): Session[][] {
  const month = days.map((day) => sessionsOfDay(seed, day, 0));
  const weekdays = days.filter(({ index, weekend }) => index >= LAST_PERIOD.firstDay && !weekend);
  const counts = new Map(weekdays.map((day) => [day, countHours(day, month[day.index] ?? [])]));
  let miss = missOf([...counts.values()]);
  for (let redraw = 0; miss > 1 && redraw < MOST_REDRAWS; redraw += 1) {
    const day = weekdays[redraw % weekdays.length];
    if (day === undefined) {
      break;
    }
    const sessions = sessionsOfDay(seed, day, redraw + 1);
    const count = countHours(day, sessions);
    const missWith = missOf([...new Map(counts).set(day, count).values()]);
    if (missWith < miss) {
      month[day.index] = sessions;
      counts.set(day, count);
      miss = missWith;
    }
  }
  return month;
}

/** Requests of a day in its peak and in its low hours. */
interface HourCount {
  readonly peak: number;
  readonly low: number;
}

function countHours({ midnight }: OpenDay, sessions: readonly Session[]): HourCount {
  let peak = 0;
  let low = 0;
  for (const { start, steps } of sessions) {
    for (const { offset } of steps) {
      const hour = (start - midnight + offset) / MICROS_PER_HOUR;
      peak += hour >= PEAK_FROM && hour < PEAK_UNTIL ? 1 : 0;
      low += hour >= LOW_FROM && hour < LOW_UNTIL ? 1 : 0;
    }
  }
  return { peak, low };
}

/** How far some days are from the documented hours, in units of what is tolerated. */
function missOf(days: readonly HourCount[]): number {
  const distance = (count: number, hours: number, wanted: number, tolerance: number): number =>
    Math.abs(count / (days.length * hours) / wanted - 1) / tolerance;
  const peak = days.reduce((sum, day) => sum + day.peak, 0);
  const low = days.reduce((sum, day) => sum + day.low, 0);
  return Math.max(
    distance(peak, PEAK_UNTIL - PEAK_FROM, documented('requests.days-22-30.peak-hour'), PEAK_TOLERANCE),
    distance(low, LOW_UNTIL - LOW_FROM, documented('requests.days-22-30.low-hour'), LOW_TOLERANCE),
  );
}

/** The sessions of one day; registrations first, so that nobody comes before having registered. */
function sessionsOfDay(seed: number, day: OpenDay, draw: number): Session[] {
  const stream = createStream(seed, 'appointments', `${day.index}/${draw}`);
  const diary = new Diary();
  const starts = workloadModel().starts[dayKindOf(day)];
  const newcomersFirst = [...day.visits].sort(
    (one, other) => Number(other.newcomer !== undefined) - Number(one.newcomer !== undefined),
  );
  const members = new Map(
    USER_CLASSES.map((userClass) => [
      userClass,
      day.people.filter((person) => person.userClass === userClass),
    ]),
  );
  return newcomersFirst
    .map((visit) => {
      const { userClass, newcomer, device, steps } = visit;
      const curve = starts[USER_CLASSES.indexOf(userClass)] ?? [];
      const duration = durationOf(visit);
      const { person, at } =
        newcomer === undefined
          ? diary.enter(stream, members.get(userClass) ?? [], curve, duration)
          : diary.enter(stream, [newcomer], curve.slice(0, REGISTER_BEFORE_HOUR), duration);
      if (newcomer !== undefined) {
        diary.blockUntil(newcomer, at + duration);
      }
      return { device, steps, person, start: day.midnight + at };
    })
    .sort((one, other) => one.start - other.start)
    .map((session, number) => ({ ...session, id: sessionId(seed, day.index, number) }));
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
