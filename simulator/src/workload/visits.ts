import { documented } from '../figures/figures.ts';
import { PEOPLE_PER_CLASS, type UserClass } from '../population/user-class.ts';
import { ACTIONS, type Action } from './endpoints.ts';

/** Expected number of times that somebody takes each action; relative where a documented total is larger. */
export type Visits = Readonly<Partial<Record<Action, number>>>;

/** What a class does in a phase. */
export interface Habit {
  /** Sessions in the same time as the visits. */
  readonly sessions: number;
  readonly visits: Visits;
  /** How sessions begin, as shares. */
  readonly entry: Visits;
  /** Share of sessions that end after their first page. */
  readonly bounce: number;
  /** Share of sessions on a mobile device. */
  readonly mobile: number;
}

const BOUNCE = documented('requests.browser.bounce') / 100;
const MOBILE = documented('requests.browser.mobile') / 100;
/** Mentors and admins work at a desk: an assumption. */
const MOBILE_AT_WORK = 0.25;
const BROWSERS = PEOPLE_PER_CLASS.browser;

/** Failed log-ins for each one that succeeds: 234 for the 1,750 or so of this model's month. */
const FAILED_SHARE = documented('security.failed-logins') / 1750;

const MENTOR_ENTRY: Visits = { login: 1 - FAILED_SHARE, 'login.failed': FAILED_SHARE };
const CUSTOMER_ENTRY: Visits = {
  login: 0.55,
  'login.failed': 0.05,
  'courses.list': 0.24,
  'mentors.list': 0.1,
  'courses.search': 0.06,
};
const VISITOR_ENTRY: Visits = {
  'courses.list': 0.5,
  'mentors.list': 0.2,
  'courses.search': 0.12,
  'course.detail': 0.12,
  'mentor.detail': 0.06,
};

/** Share of sessions that end with a log-out instead of an idle time-out: an assumption. */
const LOGOUT_SHARE = 0.45;
/** The superstars' look at their session list and their own profile, per documented request of theirs. */
const LISTS_PER_REQUEST =
  documented('requests.mentor-superstar.sessions-list') / documented('requests.mentor-superstar');
const PROFILES_PER_REQUEST =
  documented('requests.mentor-superstar.own-profile') / documented('requests.mentor-superstar');

interface MentorLog {
  readonly requests: number;
  readonly logins: number;
  readonly taught: number;
  readonly schedules: number;
  readonly courses: number;
}

/** A mentor's month. Only superstars have a documented split; the others' lists and profiles are in proportion. */
function mentorHabit(log: MentorLog): Habit {
  const listed: Visits = {
    login: log.logins,
    'sessions.list': log.requests * LISTS_PER_REQUEST,
    'session.start': log.taught,
    'session.end': log.taught,
    'own.profile': log.requests * PROFILES_PER_REQUEST,
    'schedule.set': log.schedules,
    'course.create': log.courses,
  };
  const unlisted = log.requests - total(listed) - log.logins * (FAILED_SHARE + LOGOUT_SHARE);
  return {
    sessions: log.logins,
    visits: {
      ...listed,
      'login.failed': log.logins * FAILED_SHARE,
      logout: log.logins * LOGOUT_SHARE,
      // What the document does not list of a mentor's requests goes to the public pages and the profile.
      'courses.list': unlisted * 0.4,
      'course.detail': unlisted * 0.35,
      'profile.view': unlisted * 0.15,
      'profile.update': unlisted * 0.1,
    },
    entry: MENTOR_ENTRY,
    bounce: 0,
    mobile: MOBILE_AT_WORK,
  };
}

interface LearnerLog {
  readonly logins: number;
  readonly courses: number;
  readonly mentors: number;
  readonly bookings: number;
  readonly proofs: number;
  readonly reviews: number;
  readonly profiles: number;
}

/** A learner's month: the listed actions, and what an application does around them (an assumption). */
function learnerHabit(log: LearnerLog): Habit {
  return {
    // A few sessions look around and leave without a log-in.
    sessions: log.logins * 1.12,
    visits: {
      login: log.logins,
      'login.failed': log.logins * FAILED_SHARE,
      logout: log.logins * LOGOUT_SHARE,
      'courses.list': log.courses * 0.45,
      'courses.search': log.courses * 0.14,
      'course.detail': log.courses * 0.41,
      'mentors.list': log.mentors * 0.58,
      'mentor.detail': log.mentors * 0.42,
      'bookings.list': log.bookings * 3.4,
      booking: log.bookings,
      proof: log.proofs,
      review: log.reviews,
      'profile.view': log.profiles * 2,
      'profile.update': log.profiles,
    },
    entry: CUSTOMER_ENTRY,
    bounce: 0,
    mobile: MOBILE,
  };
}

/** A usual month of one person of each class. */
export const STEADY_HABITS: Readonly<Record<UserClass, Habit>> = {
  'mentor-superstar': mentorHabit({
    requests: documented('requests.mentor-superstar'),
    logins: documented('requests.mentor-superstar.login'),
    taught: documented('requests.mentor-superstar.session-start'),
    schedules: documented('requests.mentor-superstar.schedule'),
    courses: documented('requests.mentor-superstar.course-create'),
  }),
  'mentor-regular': mentorHabit({
    requests: documented('requests.mentor-regular'),
    logins: documented('requests.mentor-regular.login'),
    taught: documented('requests.mentor-regular.session-start'),
    schedules: documented('requests.mentor-regular.schedule'),
    courses: documented('requests.mentor-regular.course-create'),
  }),
  'mentor-novice': mentorHabit({
    requests: documented('requests.mentor-novice'),
    logins: documented('requests.mentor-novice.login'),
    taught: documented('requests.mentor-novice.session-start'),
    schedules: documented('requests.mentor-novice.schedule'),
    courses: documented('requests.mentor-novice.course-create'),
  }),
  'learner-heavy': learnerHabit({
    logins: documented('requests.learner-heavy.login'),
    courses: documented('requests.learner-heavy.courses'),
    mentors: documented('requests.learner-heavy.mentors'),
    bookings: documented('requests.learner-heavy.booking'),
    proofs: documented('requests.learner-heavy.proof'),
    reviews: documented('requests.learner-heavy.review'),
    profiles: documented('requests.learner-heavy.profile'),
  }),
  'learner-regular': learnerHabit({
    logins: documented('requests.learner-regular.login'),
    courses: documented('requests.learner-regular.courses'),
    mentors: documented('requests.learner-regular.mentors'),
    bookings: documented('requests.learner-regular.booking'),
    proofs: documented('requests.learner-regular.proof'),
    reviews: documented('requests.learner-regular.review'),
    profiles: documented('requests.learner-regular.profile'),
  }),
  browser: {
    // One visit a day each: an assumption; with the documented actions it makes visits of seven pages.
    sessions: 30,
    visits: {
      'courses.list': documented('requests.browser.courses') / BROWSERS,
      'mentors.list': documented('requests.browser.mentors') / BROWSERS,
      'courses.search': documented('requests.browser.search') / BROWSERS,
      'course.detail': (documented('requests.browser.detail') / BROWSERS) * 0.6,
      'mentor.detail': (documented('requests.browser.detail') / BROWSERS) * 0.4,
      // Registrations beyond the own one of days 1 and 2: forms begun and given up.
      'register.check': (documented('requests.browser.registration') / BROWSERS) * 0.35,
      'register.rejected': (documented('requests.browser.registration') / BROWSERS) * 0.12,
      login: 5,
      'login.failed': 5 * FAILED_SHARE,
      logout: 1.2,
    },
    entry: VISITOR_ENTRY,
    bounce: BOUNCE,
    mobile: MOBILE,
  },
  // The document gives these three classes a total only; what they do is an assumption.
  occasional: {
    sessions: 20,
    visits: {
      login: 14,
      'login.failed': 14 * FAILED_SHARE,
      logout: 4.5,
      'courses.list': 34,
      'courses.search': 10,
      'course.detail': 28,
      'mentors.list': 19,
      'mentor.detail': 13,
      'bookings.list': 5,
      booking: 1.5,
      proof: 1.5,
      review: 1,
      'profile.view': 3,
      'profile.update': 1,
    },
    entry: CUSTOMER_ENTRY,
    bounce: BOUNCE / 2,
    mobile: MOBILE,
  },
  admin: {
    sessions: 26,
    visits: {
      login: 26,
      'login.failed': 26 * FAILED_SHARE,
      logout: 15,
      'payments.list': 30,
      'payment.verify': 30,
      'users.list': 9,
      'courses.list': 4,
    },
    entry: MENTOR_ENTRY,
    bounce: 0,
    mobile: MOBILE_AT_WORK,
  },
  inactive: {
    sessions: 12,
    visits: {
      login: 3,
      'login.failed': 3 * FAILED_SHARE,
      'courses.list': 26,
      'course.detail': 14,
      'mentors.list': 13,
      'mentor.detail': 6,
    },
    entry: VISITOR_ENTRY,
    bounce: BOUNCE,
    mobile: MOBILE,
  },
};

/** Of the registration requests of days 1 and 2: checks of the form while it is filled in, refusals, the rest. */
const REGISTRATION = documented('requests.days-1-2.registration') / documented('population.total');
const REGISTER_REFUSED = 0.7;
const REGISTER_VERIFY = 1.9;
const SETUP_LOGIN = documented('requests.days-1-2.login') / documented('population.total');
const SETUP_PROFILE = documented('requests.days-1-2.profile') / documented('population.total');
const CUSTOMERS =
  documented('population.total') - documented('population.mentors') - documented('population.admins');
const SETUP_BROWSING = documented('requests.days-1-2.browsing') / CUSTOMERS;
const SETUP_MENTOR = documented('requests.days-1-2.mentor') / documented('population.mentors');

/** Days 1 and 2 of one person: registration, first log-ins, profile and photo; mentors set up, customers look around. */
export function setupHabit(userClass: UserClass): Habit {
  const logins = SETUP_LOGIN * (1 - FAILED_SHARE);
  const steady = STEADY_HABITS[userClass];
  const mentor = userClass.startsWith('mentor');
  const visits: Visits = {
    'register.check': REGISTRATION - REGISTER_REFUSED - 1 - REGISTER_VERIFY,
    'register.rejected': REGISTER_REFUSED,
    register: 1,
    'register.verify': REGISTER_VERIFY,
    login: logins,
    'login.failed': SETUP_LOGIN * FAILED_SHARE,
    'profile.view': SETUP_PROFILE * 0.35,
    'profile.update': SETUP_PROFILE * 0.35,
    'profile.photo': SETUP_PROFILE * 0.3,
    ...(mentor
      ? {
          'course.create': SETUP_MENTOR * 0.3,
          'schedule.set': SETUP_MENTOR * 0.4,
          'own.profile': SETUP_MENTOR * 0.3,
        }
      : {}),
    ...(mentor || userClass === 'admin'
      ? {}
      : {
          'courses.list': SETUP_BROWSING * 0.5,
          'course.detail': SETUP_BROWSING * 0.2,
          'mentors.list': SETUP_BROWSING * 0.3,
        }),
  };
  const registering = 1 / logins;
  return {
    ...steady,
    sessions: logins,
    visits,
    entry: {
      'register.check': registering,
      login: (1 - registering) * (1 - FAILED_SHARE),
      'login.failed': (1 - registering) * FAILED_SHARE,
    },
    bounce: 0,
  };
}

/** Requests of a habit. */
export function total(visits: Visits): number {
  return Object.values(visits).reduce((sum, count) => sum + count, 0);
}

/** The same actions with other counts. */
export function mapVisits(visits: Visits, map: (action: Action, count: number) => number): Visits {
  const mapped: Partial<Record<Action, number>> = {};
  for (const action of ACTIONS) {
    const count = visits[action];
    if (count !== undefined) {
      mapped[action] = map(action, count);
    }
  }
  return mapped;
}
