import { documented } from '../figures/figures.ts';
import { USER_CLASSES } from '../population/user-class.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from './calendar.ts';
import { type DayKind, LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from './day-curves.ts';
import { Diary } from './diary.ts';
import { workloadModel } from './model.ts';
import type { DayPlan, MonthPlan, PlanOptions } from './month-plan.ts';
import { LAST_PERIOD } from './periods.ts';
import { registrationHours } from './registrations.ts';

/** How near the weekdays of days 22 to 30 come to the documented peak and low hour, as a share of each. */
export const PEAK_TOLERANCE = 0.05;
export const LOW_TOLERANCE = 0.1;
/** Some ten redrawn days are enough as a rule. */
const MOST_REDRAWS = 400;

/** Whose each visit of a log is and when it begins. */
export interface Appointments {
  /** Index in the people. */
  readonly person: Int32Array;
  /** Microseconds since the run's first midnight. */
  readonly start: Float64Array;
}

/**
 * Gives every visit of the month its person and its time: starts follow the curve of its class, and nobody has
 * two sessions at once.
 *
 * The documented peak and low hour of days 22 to 30 are conditioned on as the documented counts are: one weekday
 * after the other has its times drawn again, and keeps those that bring the means nearer, until they are near.
 */
export function appointmentsOfMonth(plan: MonthPlan, options: PlanOptions): Appointments {
  const days = plan.days.map((day) => openDay(plan, day, options));
  const drawn = days.map((day) => drawDay(plan, day, options, 0));
  const weekdays = days.filter(({ index, weekend }) => index >= LAST_PERIOD.firstDay && !weekend);
  const counts = new Map(weekdays.map((day) => [day, countHours(plan, drawn[day.index])]));
  let miss = missOf([...counts.values()]);
  for (let redraw = 0; miss > 1 && redraw < MOST_REDRAWS; redraw += 1) {
    const day = weekdays[redraw % weekdays.length];
    if (day === undefined) {
      break;
    }
    const again = drawDay(plan, day, options, redraw + 1);
    const count = countHours(plan, again);
    const missWith = missOf([...new Map(counts).set(day, count).values()]);
    if (missWith < miss) {
      drawn[day.index] = again;
      counts.set(day, count);
      miss = missWith;
    }
  }
  const person = new Int32Array(plan.log.visits);
  const start = new Float64Array(plan.log.visits);
  for (const [index, day] of drawn.entries()) {
    for (const [number, visit] of day.visits.entries()) {
      person[visit] = day.person[number] ?? 0;
      start[visit] = index * MICROS_PER_DAY + (day.at[number] ?? 0);
    }
  }
  return { person, start };
}

/** A day of visits to be given their people and times. */
interface OpenDay extends DayPlan {
  /** Who can come, by class. */
  readonly members: readonly (readonly number[])[];
}

/** Who comes when on one day. */
interface DrawnDay {
  readonly visits: readonly number[];
  readonly person: readonly number[];
  /** Microseconds since midnight. */
  readonly at: readonly number[];
}

/** Those whose time is least free come first: registrations, as nobody comes before, then the deadline's visits. */
function openDay(
  { newcomers, drawn }: MonthPlan,
  day: DayPlan,
  { people, registeredOn }: PlanOptions,
): OpenDay {
  const rank = (visit: number): number => (newcomers.has(visit) ? 0 : drawn.has(visit) ? 1 : 2);
  const members = USER_CLASSES.map((): number[] => []);
  for (let person = 0; person < people.length; person += 1) {
    if ((registeredOn[person] ?? 0) <= day.index) {
      members[people[person] ?? 0]?.push(person);
    }
  }
  return { ...day, visits: [...day.visits].sort((one, other) => rank(one) - rank(other)), members };
}

function drawDay(
  plan: MonthPlan,
  day: OpenDay,
  { streams, people, deadline }: PlanOptions,
  draw: number,
): DrawnDay {
  const stream = streams('appointments', `${day.index}/${draw}`);
  const diary = new Diary(people.length);
  const starts = workloadModel().starts[dayKindOf(day)];
  const person: number[] = [];
  const at: number[] = [];
  for (const visit of day.visits) {
    const userClass = plan.classOf[visit] ?? 0;
    const curve = starts[userClass] ?? [];
    const members = day.members[userClass] ?? [];
    const duration = plan.log.durationOf(visit);
    const newcomer = plan.newcomers.get(visit);
    const atDeadline =
      deadline !== undefined && plan.drawn.has(visit)
        ? diary.enterWithin(stream, members, deadline, duration)
        : undefined;
    const appointment =
      newcomer === undefined
        ? (atDeadline ?? diary.enter(stream, members, curve, duration))
        : diary.enter(stream, [newcomer], registrationHours(curve), duration);
    if (newcomer !== undefined) {
      diary.blockUntil(newcomer, appointment.at + duration);
    }
    person.push(appointment.person);
    at.push(appointment.at);
  }
  return { visits: day.visits, person, at };
}

/** Requests of a day in its peak and in its low hours. */
interface HourCount {
  readonly peak: number;
  readonly low: number;
}

function countHours({ log }: MonthPlan, day: DrawnDay | undefined): HourCount {
  let peak = 0;
  let low = 0;
  for (const [number, visit] of day?.visits.entries() ?? []) {
    const start = day?.at[number] ?? 0;
    const end = log.from[visit + 1] ?? 0;
    for (let request = log.from[visit] ?? 0; request < end; request += 1) {
      const hour = (start + (log.offset[request] ?? 0)) / MICROS_PER_HOUR;
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

function dayKindOf({ phase, weekend }: DayPlan): DayKind {
  if (phase === 'setup') {
    return 'setup';
  }
  return weekend ? 'weekend' : 'weekday';
}
