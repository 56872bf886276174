import type { FigureId } from '../figures/figures.ts';
import {
  PEOPLE_PER_CLASS,
  roleOf,
  USER_CLASSES,
  USER_ROLES,
  type UserClass,
} from '../population/user-class.ts';
import { hourlyRequests, LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from './day-curves.ts';
import { ACTIONS, type Action, type ActionGroup, endpointOf } from './endpoints.ts';
import type { Selection } from './expected-actions.ts';
import { continuingDay } from './expected-days.ts';
import { NORMAL_DAYS, PERIODS, type Period } from './periods.ts';
import { STEADY_HABITS } from './visits.ts';
import { MEAN_VISIT_MINUTES } from './walk.ts';

/** What wins where figures contradict each other: a figure gives way to those of an earlier rank. */
export const PRIORITIES = {
  days: '1: exact totals of days',
  weeks: '2: totals of weeks and periods',
  roles: '3: totals of roles',
  logs: '4: logs of classes',
  parts: '5: parts, which count as proportions',
} as const;

/** A figure, what is used in its place, its rank, and why the two differ where no note says so. */
export interface Rule {
  readonly figure: FigureId;
  readonly used: number;
  readonly rank: keyof typeof PRIORITIES;
  readonly exact?: true;
  readonly because?: string;
}

/** Adds up expected requests. */
type Expected = (selection: Selection) => number;

/** A rule for every figure of the requests, in the order of the document. */
export function reconciliationRules(expected: Expected): Rule[] {
  return [
    ...firstWeek(expected),
    ...secondWeek(expected),
    ...thirdWeek(expected),
    ...lastDays(expected),
    ...mentors(expected),
    ...learners(expected),
    ...browsers(expected),
    ...countsElsewhere(expected),
  ];
}

const ofGroup = (...groups: ActionGroup[]): Action[] =>
  ACTIONS.filter((action) => groups.includes(endpointOf(action).group));
const ofRole = (role: string): UserClass[] => USER_CLASSES.filter((userClass) => roleOf(userClass) === role);
const requestsOf = (period: Period['id']): number => PERIODS.find(({ id }) => id === period)?.requests ?? 0;
const percentMore = (later: number, earlier: number): number => (later / earlier - 1) * 100;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function firstWeek(expected: Expected): Rule[] {
  const setup = (['registration', 'login', 'profile', 'browsing', 'mentor'] as const).map(
    (group): Rule => ({
      figure: `requests.days-1-2.${group}`,
      used: expected({ period: 'days-1-2', actions: ofGroup(group) }),
      rank: 'parts',
    }),
  );
  const normal = (['browsing', 'login', 'booking', 'proof', 'admin', 'mentor'] as const).map(
    (group): Rule => ({
      figure: `requests.days-3-7.${group}`,
      used: expected({ period: 'days-3-7', actions: ofGroup(group) }) / NORMAL_DAYS,
      rank: 'parts',
    }),
  );
  return [
    { figure: 'requests.days-1-2', used: requestsOf('days-1-2'), rank: 'weeks', exact: true },
    ...setup,
    {
      figure: 'requests.days-3-7.per-day',
      used: requestsOf('days-3-7') / NORMAL_DAYS,
      rank: 'weeks',
      exact: true,
    },
    ...normal,
  ];
}

function secondWeek(expected: Expected): Rule[] {
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
  const weights = PERIODS.find(({ id }) => id === 'week-2')?.dayWeights ?? [];
  return [
    { figure: 'requests.week-2', used: sum(weights), rank: 'days', exact: true },
    ...days.map(
      (day, index): Rule => ({
        figure: `requests.week-2.${day}`,
        used: weights[index] ?? 0,
        rank: 'days',
        exact: true,
      }),
    ),
    {
      figure: 'requests.week-2.growth',
      used: percentMore(requestsOf('week-2'), requestsOf('days-1-2') + requestsOf('days-3-7')),
      rank: 'parts',
    },
    {
      figure: 'requests.week-2.sessions-started',
      used: expected({ period: 'week-2', actions: ['session.start'] }),
      rank: 'parts',
    },
  ];
}

function thirdWeek(expected: Expected): Rule[] {
  return [
    { figure: 'requests.week-3', used: requestsOf('week-3'), rank: 'weeks', exact: true },
    {
      figure: 'requests.week-3.growth',
      used: percentMore(requestsOf('week-3'), requestsOf('week-2')),
      rank: 'parts',
    },
    ...USER_ROLES.map(
      (role): Rule => ({
        figure: `requests.week-3.${role}`,
        used: expected({ period: 'week-3', classes: ofRole(role) }),
        rank: 'roles',
        exact: true,
      }),
    ),
    {
      figure: 'requests.week-3.bookings',
      used: expected({ period: 'week-3', actions: ['booking'] }),
      rank: 'parts',
    },
  ];
}

function lastDays(expected: Expected): Rule[] {
  const { weekday, weekend } = continuingDay();
  const hours = hourlyRequests('weekday');
  const perHour = (from: number, until: number): number =>
    sum(hours.map((ofClass) => sum(ofClass.slice(from, until)))) / (until - from);
  return [
    { figure: 'requests.days-22-30', used: requestsOf('days-22-30'), rank: 'weeks', exact: true },
    {
      figure: 'requests.days-22-30.growth',
      used: percentMore(requestsOf('days-22-30'), requestsOf('week-3')),
      rank: 'parts',
    },
    { figure: 'requests.days-22-30.weekday', used: sum(weekday), rank: 'parts' },
    { figure: 'requests.days-22-30.weekend', used: sum(weekend), rank: 'parts' },
    { figure: 'requests.days-22-30.peak-hour', used: perHour(PEAK_FROM, PEAK_UNTIL), rank: 'parts' },
    { figure: 'requests.days-22-30.low-hour', used: perHour(LOW_FROM, LOW_UNTIL), rank: 'parts' },
    ...(['verifications.days-22-30', 'uploads.days-22-30'] as const).map(
      (id): Rule => ({
        figure: id,
        used: expected({
          period: 'days-22-30',
          actions:
            id === 'uploads.days-22-30'
              ? ACTIONS.filter((action) => endpointOf(action).kind === 'upload')
              : ['payment.verify'],
        }),
        rank: 'parts',
      }),
    ),
  ];
}

const MENTOR_NOTE =
  'the days of registration and of trying out have proportions of their own; with the total met, some come out higher and some lower';
const MENTOR_ACTIONS = {
  login: 'login',
  'session-start': 'session.start',
  schedule: 'schedule.set',
  'course-create': 'course.create',
} as const;
const SUPERSTAR_ACTIONS = {
  'sessions-list': 'sessions.list',
  'session-end': 'session.end',
  'own-profile': 'own.profile',
} as const;

function mentors(expected: Expected): Rule[] {
  const each = (userClass: UserClass, actions?: readonly Action[]): number =>
    expected({ classes: [userClass], ...(actions && { actions }) }) / PEOPLE_PER_CLASS[userClass];
  const ofClass = (userClass: 'mentor-superstar' | 'mentor-regular' | 'mentor-novice'): Rule[] => [
    { figure: `requests.${userClass}`, used: each(userClass), rank: 'logs', exact: true },
    ...keysOf(MENTOR_ACTIONS).map(
      (name): Rule => ({
        figure: `requests.${userClass}.${name}`,
        used: each(userClass, [MENTOR_ACTIONS[name]]),
        rank: 'parts',
        because: MENTOR_NOTE,
      }),
    ),
  ];
  return [
    ...ofClass('mentor-superstar'),
    ...keysOf(SUPERSTAR_ACTIONS).map(
      (name): Rule => ({
        figure: `requests.mentor-superstar.${name}`,
        used: each('mentor-superstar', [SUPERSTAR_ACTIONS[name]]),
        rank: 'parts',
        because: MENTOR_NOTE,
      }),
    ),
    ...ofClass('mentor-regular'),
    ...ofClass('mentor-novice'),
  ];
}

const LEARNER_ACTIONS = {
  login: ['login'],
  courses: ['courses.list', 'courses.search', 'course.detail'],
  mentors: ['mentors.list', 'mentor.detail'],
  booking: ['booking'],
  proof: ['proof'],
  review: ['review'],
  profile: ['profile.update'],
} as const satisfies Readonly<Record<string, readonly Action[]>>;
/** Local hours of the documented day of heavy learners. */
const LEARNER_HOURS = { morning: [7, 9], lunch: [12, 14], evening: [19, 22] } as const;
const SHAPE_NOTE =
  'a day of 55 such calls makes 1,650 a month where the log has 533; only the shape of the day is used';

function learners(expected: Expected): Rule[] {
  const heavy = USER_CLASSES.indexOf('learner-heavy');
  const hours = hourlyRequests('weekday')[heavy] ?? [];
  const { weekday, weekend } = continuingDay();
  return [
    ...(['learner-heavy', 'learner-regular'] as const).flatMap((userClass) =>
      keysOf(LEARNER_ACTIONS).map(
        (name): Rule => ({
          figure: `requests.${userClass}.${name}`,
          used:
            expected({ classes: [userClass], actions: LEARNER_ACTIONS[name] }) / PEOPLE_PER_CLASS[userClass],
          rank: 'logs',
        }),
      ),
    ),
    ...keysOf(LEARNER_HOURS).map(
      (name): Rule => ({
        figure: `requests.learner-heavy.${name}`,
        used: sum(hours.slice(...LEARNER_HOURS[name])) / PEOPLE_PER_CLASS['learner-heavy'],
        rank: 'parts',
        because: SHAPE_NOTE,
      }),
    ),
    {
      figure: 'requests.learner-heavy.weekend',
      used: (100 * (weekend[heavy] ?? 0)) / (weekday[heavy] ?? 1),
      rank: 'parts',
      because: 'totals of days and classes are raked together, which moves it a little',
    },
  ];
}

const BROWSER_ACTIONS = {
  courses: ['courses.list'],
  mentors: ['mentors.list'],
  search: ['courses.search'],
  detail: ['course.detail', 'mentor.detail'],
  registration: ofGroup('registration'),
} as const satisfies Readonly<Record<string, readonly Action[]>>;

function browsers(expected: Expected): Rule[] {
  const { mobile, bounce } = STEADY_HABITS.browser;
  return [
    ...keysOf(BROWSER_ACTIONS).map(
      (name): Rule => ({
        figure: `requests.browser.${name}`,
        used: expected({ classes: ['browser'], actions: BROWSER_ACTIONS[name] }),
        rank: 'logs',
      }),
    ),
    { figure: 'requests.browser.mobile', used: 100 * mobile, rank: 'parts' },
    { figure: 'requests.browser.visit', used: MEAN_VISIT_MINUTES, rank: 'parts' },
    { figure: 'requests.browser.bounce', used: 100 * bounce, rank: 'parts' },
  ];
}

function countsElsewhere(expected: Expected): Rule[] {
  return [
    {
      figure: 'security.failed-logins',
      used: expected({ actions: ['login.failed'] }),
      rank: 'parts',
      because: 'a share of all log-ins, which follow from the totals',
    },
  ];
}

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table).filter((key): key is Key => key in table);
}
