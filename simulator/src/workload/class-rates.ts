import { PEOPLE_PER_CLASS, USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { type PiecewiseRate, piecewiseRate } from '../random/poisson-process.ts';
import { DAYS_PER_WEEK, HOURS_PER_DAY, MICROS_PER_HOUR } from './calendar.ts';
import { CLASS_TOTALS } from './class-totals.ts';
import type { DayKind } from './day-curves.ts';
import { continuingDay, expectedTable } from './expected-days.ts';
import { meanRequests, meanRequestsOfRegistration } from './mean-requests.ts';
import { workloadModel } from './model.ts';
import type { Deadline } from './month-plan.ts';
import { isWeekendOfMonth, MONTH_DAYS, PERIODS, type Phase } from './periods.ts';
import { registrationHours, shareRegisteringOn } from './registrations.ts';

/** First day, counted from 0, of the second week, from which on people have settled. */
const SETTLED_FROM = DAYS_PER_WEEK;
/** A month of `sessionsPerMonth`, days. */
const DAYS_PER_MONTH = 30;

/** How often somebody of a class comes. */
export interface ClassRate {
  /** Sessions of one person per microsecond, hour by hour; on the registration days those after the first. */
  readonly sessions: PiecewiseRate;
  /** Sessions of one person that the deadline draws, expected. */
  readonly atDeadline: number;
}

export interface RateOptions {
  readonly days: number;
  /** Days over which everybody registers; 0 when all have registered before. */
  readonly rush: number;
  readonly deadline?: Deadline | undefined;
  /** Given in place of the documented rate, by class. */
  readonly sessionsPerMonth: Readonly<Partial<Record<UserClass, number>>>;
}

/**
 * The documented rates: on each day, what a class asks for in the documented days like it, divided by its people and by
 * the mean length of its sessions; within the day, by the class's curve of starts. After day 30 it goes on like the
 * last period. Without a registration rush, the first week is like the second.
 */
export function classRates(options: RateOptions): ClassRate[] {
  return USER_CLASSES.map((userClass, index) => classRate(userClass, index, options));
}

function classRate(
  userClass: UserClass,
  index: number,
  { days, rush, deadline, sessionsPerMonth }: RateOptions,
): ClassRate {
  const { starts } = workloadModel();
  const perDay = Array.from({ length: days }, (_, day) =>
    day < rush ? sessionsAfterRegistration(index, rush) : sessionsOf(index, day, rush > 0),
  );
  const wanted = sessionsPerMonth[userClass];
  const factor = wanted === undefined ? 1 : wanted / documentedSessionsPerMonth(index);
  const hours = new Float64Array(days * HOURS_PER_DAY);
  let atDeadline = 0;
  for (const [day, sessions] of perDay.entries()) {
    const kind: DayKind = day < rush ? 'setup' : isWeekendOfMonth(day) ? 'weekend' : 'weekday';
    const curve = starts[kind][index] ?? [];
    const whole = curve.reduce((sum, weight) => sum + weight, 0);
    const expected = day < rush ? sessions : factor * sessions;
    const drawn = deadline?.day === day ? deadline.share : 0;
    atDeadline += drawn * expected;
    for (const [hour, weight] of curve.entries()) {
      hours[day * HOURS_PER_DAY + hour] = ((1 - drawn) * expected * weight) / whole / MICROS_PER_HOUR;
    }
  }
  return { sessions: piecewiseRate(hours, MICROS_PER_HOUR), atDeadline };
}

/** Sessions of one person of a class on a day after the registrations. */
function sessionsOf(index: number, day: number, registered: boolean): number {
  const adapting = registered && day < SETTLED_FROM;
  const like = day < SETTLED_FROM && !registered ? day + DAYS_PER_WEEK : day;
  return requestsOn(like, index) / lengthOf(adapting ? 'adaptation' : 'steady', index);
}

function documentedSessionsPerMonth(index: number): number {
  let sessions = 0;
  for (let day = SETTLED_FROM; day < MONTH_DAYS; day += 1) {
    sessions += sessionsOf(index, day, true);
  }
  return (sessions * DAYS_PER_MONTH) / (MONTH_DAYS - SETTLED_FROM);
}

function lengthOf(phase: Phase, index: number): number {
  const model = workloadModel().classes[phase][index];
  if (model === undefined) {
    throw new RangeError(`There is no class ${index}.`);
  }
  return meanRequests(model);
}

/**
 * Sessions a day of somebody who has just registered, such that with the registration itself they make the documented
 * requests of days 1 and 2. As people register at different times, they have different times left.
 */
function sessionsAfterRegistration(index: number, rush: number): number {
  const { classes, starts } = workloadModel();
  const model = classes.setup[index];
  const userClass = USER_CLASSES[index];
  if (model === undefined || userClass === undefined) {
    throw new RangeError(`There is no class ${index}.`);
  }
  const requests = (CLASS_TOTALS['days-1-2'][index] ?? 0) / PEOPLE_PER_CLASS[userClass];
  const sessions = Math.max(0, requests - meanRequestsOfRegistration(model)) / meanRequests(model);
  const curve = starts.setup[index] ?? [];
  const whole = curve.reduce((sum, weight) => sum + weight, 0);
  const registering = registrationHours(curve);
  const registeringWhole = registering.reduce((sum, weight) => sum + weight, 0);
  let daysLeft = 0;
  for (let day = 0; day < rush; day += 1) {
    for (const [hour, weight] of registering.entries()) {
      const later = curve.slice(hour + 1).reduce((sum, one) => sum + one, 0) + (curve[hour] ?? 0) / 2;
      daysLeft +=
        shareRegisteringOn(day, rush) * (weight / registeringWhole) * (later / whole + rush - 1 - day);
    }
  }
  return sessions / daysLeft;
}

let table: readonly (readonly number[])[] | undefined;

/** Documented requests of one person of a class on a day, counted from 0; after the month as in its last days. */
function requestsOn(day: number, index: number): number {
  const userClass = USER_CLASSES[index];
  table ??= documentedTable();
  const { weekday, weekend } = continuingDay();
  const requests = table[day] ?? (isWeekendOfMonth(day) ? weekend : weekday);
  return (requests[index] ?? 0) / (userClass === undefined ? 1 : PEOPLE_PER_CLASS[userClass]);
}

/** Expected requests of each class on each day of the month. */
function documentedTable(): number[][] {
  return PERIODS.flatMap((period) => {
    const whole = period.dayWeights.reduce((sum, weight) => sum + weight, 0);
    return expectedTable(
      period,
      period.dayWeights.map((weight) => (weight * period.requests) / whole),
    );
  });
}
