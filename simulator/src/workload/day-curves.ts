import { documented } from '../figures/figures.ts';
import { roleOf, USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { rake } from '../random/apportionment.ts';
import { continuingDay } from './expected-days.ts';

/** Days differ by when people come: registration days, working days, weekends. */
export type DayKind = 'setup' | 'weekday' | 'weekend';

/** The documented peak, 19:00-21:00, and low, 02:00-06:00. */
export const PEAK_FROM = 19;
export const PEAK_UNTIL = 21;
export const LOW_FROM = 2;
export const LOW_UNTIL = 6;

/**
 * Relative number of requests in each hour of a working day, for the hours that the document says nothing
 * about: an assumption, with its humps before work, at noon and in the evening where heavy learners have theirs.
 */
const WEEKDAY_SHAPE = [
  10, 9, 0, 0, 0, 0, 10, 17, 17, 13, 13, 13, 18, 17, 13, 13, 14, 16, 22, 0, 0, 30, 19, 13,
] as const;
/** Weekends start later and keep less of the evening: an assumption. */
const WEEKEND_SHAPE = [
  9, 7, 4, 4, 4, 4, 5, 8, 12, 15, 17, 17, 16, 16, 15, 15, 16, 17, 19, 26, 26, 20, 14, 10,
] as const;
/** Registration peaks at noon (the document's "registration peak" of memory on day 1): otherwise an assumption. */
const SETUP_SHAPE = [
  4, 3, 2, 2, 2, 2, 5, 12, 22, 30, 36, 44, 48, 40, 34, 30, 28, 28, 32, 44, 42, 28, 16, 8,
] as const;

/** What heavy learners do in an hour of their day; between the documented spans an assumption. */
const MORNING = documented('requests.learner-heavy.morning') / 2;
const LUNCH = documented('requests.learner-heavy.lunch') / 2;
const EVENING = documented('requests.learner-heavy.evening') / 3;
const LEARNER_SHAPE = [
  0.4,
  0.3,
  0.2,
  0.2,
  0.2,
  0.2,
  1,
  MORNING,
  MORNING,
  1.4,
  1.2,
  1.2,
  LUNCH,
  LUNCH,
  1.4,
  1.4,
  1.6,
  2,
  4,
  EVENING,
  EVENING,
  EVENING,
  2.5,
  1,
];
/** Browsers peak at 20:00-22:00; so do those who seldom come. */
const BROWSER_SHAPE = [3, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 4, 4, 4, 5, 6, 9, 13, 13, 6, 4];
const MENTOR_SHAPE = [1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 6, 6, 6, 7, 7, 7, 6, 6, 8, 8, 6, 4, 2];
/** Office hours, and a last look in the evening. */
const ADMIN_SHAPE = [0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 1, 4, 9, 10, 10, 9, 5, 8, 9, 9, 8, 5, 2, 4, 4, 2, 1, 0.4];

/**
 * Expected requests of each class in each hour of a day like those of days 22 to 30 (a registration day: any
 * scale), classes in the order of `USER_CLASSES`. The sum over the classes is the documented day curve, the sum over
 * the hours the class's expected day; within that, classes keep to the hours that they prefer.
 */
export function hourlyRequests(kind: DayKind): number[][] {
  const { weekday, weekend } = continuingDay();
  const perClass = kind === 'weekend' ? weekend : weekday;
  const day = sum(perClass);
  return rake(
    USER_CLASSES.map(preference),
    perClass,
    kind === 'weekday' ? weekdayCurve(day) : scaled(kind, day),
  );
}

/** The documented peak and low hours as they are, the other hours sharing what is left of the day. */
function weekdayCurve(day: number): number[] {
  const fixed = WEEKDAY_SHAPE.map((_, hour) => {
    if (hour >= PEAK_FROM && hour < PEAK_UNTIL) {
      return documented('requests.days-22-30.peak-hour');
    }
    return hour >= LOW_FROM && hour < LOW_UNTIL ? documented('requests.days-22-30.low-hour') : 0;
  });
  const scale = (day - sum(fixed)) / sum(WEEKDAY_SHAPE);
  return fixed.map((count, hour) => count + scale * (WEEKDAY_SHAPE[hour] ?? 0));
}

function scaled(kind: 'setup' | 'weekend', day: number): number[] {
  const shape = kind === 'setup' ? SETUP_SHAPE : WEEKEND_SHAPE;
  return shape.map((count) => (count * day) / sum(shape));
}

function preference(userClass: UserClass): readonly number[] {
  switch (roleOf(userClass)) {
    case 'learner':
      return LEARNER_SHAPE;
    case 'mentor':
      return MENTOR_SHAPE;
    case 'admin':
      return ADMIN_SHAPE;
    default:
      return BROWSER_SHAPE;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
