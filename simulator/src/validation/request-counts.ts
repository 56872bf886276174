import type { FigureId } from '../figures/figures.ts';
import { roleOf, USER_CLASSES, USER_ROLES, type UserClass, type UserRole } from '../population/user-class.ts';
import { HOURS_PER_DAY } from '../workload/calendar.ts';
import { LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from '../workload/day-curves.ts';
import { ACTIONS, type Action, type ActionGroup, endpointOf } from '../workload/endpoints.ts';
import { isWeekendOfMonth, MONTH_DAYS, NORMAL_DAYS } from '../workload/periods.ts';
import type { RequestTrace } from '../workload/trace.ts';

const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_DAY = 86_400;
const PERCENT = 100;

/** Stretches of days, counted from 0, the second not included. */
const SETUP = [0, 2] as const;
const NORMAL = [2, 7] as const;
const WEEK_1 = [0, 7] as const;
const WEEK_2 = [7, 14] as const;
const WEEK_3 = [14, 21] as const;
const LAST = [21, 30] as const;
type Stretch = readonly [from: number, until: number];

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The groups of which the document counts the parts of days 1 and 2, and of a day of days 3 to 7. */
const SETUP_PARTS = ['registration', 'login', 'profile', 'browsing', 'mentor'] as const;
const NORMAL_PARTS = ['browsing', 'login', 'booking', 'proof', 'admin', 'mentor'] as const;

const SUPERSTAR_ACTIONS = {
  login: ['login'],
  'sessions-list': ['sessions.list'],
  'session-start': ['session.start'],
  'session-end': ['session.end'],
  'own-profile': ['own.profile'],
  schedule: ['schedule.set'],
  'course-create': ['course.create'],
} as const satisfies Record<string, readonly Action[]>;

const MENTOR_ACTIONS = {
  login: ['login'],
  'session-start': ['session.start'],
  schedule: ['schedule.set'],
  'course-create': ['course.create'],
} as const satisfies Record<string, readonly Action[]>;

const LEARNER_ACTIONS = {
  login: ['login'],
  courses: ['courses.list', 'courses.search', 'course.detail'],
  mentors: ['mentors.list', 'mentor.detail'],
  booking: ['booking'],
  proof: ['proof'],
  review: ['review'],
  profile: ['profile.update', 'profile.photo'],
} as const satisfies Record<string, readonly Action[]>;

const BROWSER_ACTIONS = {
  courses: ['courses.list'],
  mentors: ['mentors.list'],
  search: ['courses.search'],
  detail: ['course.detail', 'mentor.detail'],
  registration: ['register.check', 'register.rejected', 'register', 'register.verify'],
} as const satisfies Record<string, readonly Action[]>;

const GROUP_OF: readonly ActionGroup[] = ACTIONS.map((action) => endpointOf(action).group);
const ROLE_OF: readonly UserRole[] = USER_CLASSES.map(roleOf);

/**
 * What the documented month counts of requests, asked of a trace of it: counts as counts, parts of days 3 to 7 a
 * day, actions of a class a person, shares in percent.
 */
export function requestCounts(trace: RequestTrace): Map<FigureId, number> {
  const tally = new Tally(trace);
  const week1 = tally.requests(WEEK_1);
  const week2 = tally.requests(WEEK_2);
  const counts = new Map<FigureId, number>([
    ['requests.days-1-2', tally.requests(SETUP)],
    ['requests.days-3-7.per-day', tally.requests(NORMAL) / NORMAL_DAYS],
    ['requests.week-2', week2],
    ['requests.week-2.growth', growth(week2, week1)],
    ['requests.week-2.sessions-started', tally.actions(['session.start'], WEEK_2)],
    ['requests.week-3', tally.requests(WEEK_3)],
    ['requests.week-3.bookings', tally.actions(['booking'], WEEK_3)],
    ['requests.days-22-30', tally.requests(LAST)],
    ['requests.days-22-30.weekday', tally.meanDay(LAST, false)],
    ['requests.days-22-30.weekend', tally.meanDay(LAST, true)],
    ['requests.days-22-30.peak-hour', tally.weekdayHours(PEAK_FROM, PEAK_UNTIL)],
    ['requests.days-22-30.low-hour', tally.weekdayHours(LOW_FROM, LOW_UNTIL)],
    ['security.failed-logins', tally.actions(['login.failed'], [0, MONTH_DAYS])],
    ['requests.browser.mobile', mobileShare(trace, 'browser')],
  ]);
  for (const [index, day] of WEEKDAYS.entries()) {
    counts.set(`requests.week-2.${day}`, tally.requests([WEEK_2[0] + index, WEEK_2[0] + index + 1]));
  }
  for (const role of USER_ROLES) {
    counts.set(`requests.week-3.${role}`, tally.ofRole(role, WEEK_3));
  }
  for (const group of SETUP_PARTS) {
    counts.set(`requests.days-1-2.${group}`, tally.ofGroup(group, SETUP));
  }
  for (const group of NORMAL_PARTS) {
    counts.set(`requests.days-3-7.${group}`, tally.ofGroup(group, NORMAL) / NORMAL_DAYS);
  }
  for (const mentor of ['mentor-superstar', 'mentor-regular', 'mentor-novice'] as const) {
    counts.set(`requests.${mentor}`, tally.aPerson(mentor));
  }
  for (const [name, actions] of entries(SUPERSTAR_ACTIONS)) {
    counts.set(`requests.mentor-superstar.${name}`, tally.aPerson('mentor-superstar', actions));
  }
  for (const [name, actions] of entries(MENTOR_ACTIONS)) {
    counts.set(`requests.mentor-regular.${name}`, tally.aPerson('mentor-regular', actions));
    counts.set(`requests.mentor-novice.${name}`, tally.aPerson('mentor-novice', actions));
  }
  for (const [name, actions] of entries(LEARNER_ACTIONS)) {
    counts.set(`requests.learner-heavy.${name}`, tally.aPerson('learner-heavy', actions));
    counts.set(`requests.learner-regular.${name}`, tally.aPerson('learner-regular', actions));
  }
  for (const [name, actions] of entries(BROWSER_ACTIONS)) {
    counts.set(`requests.browser.${name}`, tally.ofClass('browser', actions));
  }
  return counts;
}

/** Requests by day, action and class, counted in one pass. */
class Tally {
  readonly #people = USER_CLASSES.map(() => 0);
  readonly #days = new Float64Array(MONTH_DAYS);
  readonly #weekdayHours = new Float64Array(HOURS_PER_DAY);
  /** By day and action, by day and class, by class and action. */
  readonly #actions = new Float64Array(MONTH_DAYS * ACTIONS.length);
  readonly #classes = new Float64Array(MONTH_DAYS * USER_CLASSES.length);
  readonly #habits = new Float64Array(USER_CLASSES.length * ACTIONS.length);

  constructor({ at, action, session, sessions, people }: RequestTrace) {
    for (const userClass of people) {
      this.#people[userClass] = (this.#people[userClass] ?? 0) + 1;
    }
    for (let i = 0; i < at.length; i += 1) {
      const second = at[i] ?? 0;
      const day = Math.floor(second / SECONDS_PER_DAY);
      if (day >= MONTH_DAYS) {
        // A scenario may be longer than the documented month, of which these are the questions.
        break;
      }
      const taken = action[i] ?? 0;
      const userClass = people[sessions.person[session[i] ?? 0] ?? 0] ?? 0;
      add(this.#days, day);
      add(this.#actions, day * ACTIONS.length + taken);
      add(this.#classes, day * USER_CLASSES.length + userClass);
      add(this.#habits, userClass * ACTIONS.length + taken);
      if (day >= LAST[0] && !isWeekendOfMonth(day)) {
        add(this.#weekdayHours, Math.floor((second % SECONDS_PER_DAY) / SECONDS_PER_HOUR));
      }
    }
  }

  requests([from, until]: Stretch): number {
    return sum(this.#days.subarray(from, until));
  }

  /** Mean requests of the stretch's weekdays, or of its weekend days. */
  meanDay([from, until]: Stretch, weekend: boolean): number {
    const days = [...this.#days.subarray(from, until)].filter(
      (_, index) => isWeekendOfMonth(from + index) === weekend,
    );
    return sum(days) / days.length;
  }

  /** Requests an hour, on the weekdays of days 22 to 30, between two hours. */
  weekdayHours(from: number, until: number): number {
    let weekdays = 0;
    for (let day: number = LAST[0]; day < LAST[1]; day += 1) {
      weekdays += isWeekendOfMonth(day) ? 0 : 1;
    }
    return sum(this.#weekdayHours.subarray(from, until)) / (until - from) / weekdays;
  }

  actions(actions: readonly Action[], stretch: Stretch): number {
    return this.#overDays(this.#actions, ACTIONS.length, stretch, (index) =>
      actions.some((action) => ACTIONS[index] === action),
    );
  }

  ofGroup(group: ActionGroup, stretch: Stretch): number {
    return this.#overDays(this.#actions, ACTIONS.length, stretch, (index) => GROUP_OF[index] === group);
  }

  ofRole(role: UserRole, stretch: Stretch): number {
    return this.#overDays(this.#classes, USER_CLASSES.length, stretch, (index) => ROLE_OF[index] === role);
  }

  /** Requests of a class in the month, of some actions or of all. */
  ofClass(userClass: UserClass, actions: readonly Action[] = ACTIONS): number {
    const row = USER_CLASSES.indexOf(userClass) * ACTIONS.length;
    return actions.reduce((total, action) => total + (this.#habits[row + ACTIONS.indexOf(action)] ?? 0), 0);
  }

  /** The same of one person. */
  aPerson(userClass: UserClass, actions: readonly Action[] = ACTIONS): number {
    const people = this.#people[USER_CLASSES.indexOf(userClass)] ?? 0;
    return people === 0 ? 0 : this.ofClass(userClass, actions) / people;
  }

  #overDays(
    table: Float64Array,
    width: number,
    [from, until]: Stretch,
    belongs: (column: number) => boolean,
  ): number {
    let total = 0;
    for (let index = from * width; index < until * width; index += 1) {
      total += belongs(index % width) ? (table[index] ?? 0) : 0;
    }
    return total;
  }
}

/** Percent of a class's sessions that are on a mobile device. */
function mobileShare({ sessions, people }: RequestTrace, userClass: UserClass): number {
  const wanted = USER_CLASSES.indexOf(userClass);
  let all = 0;
  let mobile = 0;
  for (let i = 0; i < sessions.person.length; i += 1) {
    if (people[sessions.person[i] ?? 0] === wanted) {
      all += 1;
      mobile += sessions.mobile[i] ?? 0;
    }
  }
  return all === 0 ? 0 : (PERCENT * mobile) / all;
}

function growth(now: number, before: number): number {
  return before === 0 ? 0 : PERCENT * (now / before - 1);
}

function add(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}

function entries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  const pairs: [Key, Value][] = [];
  for (const key in record) {
    pairs.push([key, record[key]]);
  }
  return pairs;
}
