import { documented } from '../figures/figures.ts';
import {
  PEOPLE_PER_CLASS,
  roleOf,
  USER_CLASSES,
  USER_ROLES,
  type UserClass,
} from '../population/user-class.ts';
import { largestRemainder } from '../random/apportionment.ts';
import { type ActionGroup, endpointOf } from './endpoints.ts';
import { NORMAL_DAYS, type Period } from './periods.ts';
import { mapVisits, STEADY_HABITS, setupHabit, total } from './visits.ts';

/** Requests of one person's usual month, by group. */
function groupVisits(userClass: UserClass, group: ActionGroup): number {
  return total(
    mapVisits(STEADY_HABITS[userClass].visits, (action, count) =>
      endpointOf(action).group === group ? count : 0,
    ),
  );
}

function steadyWeight(userClass: UserClass): number {
  return PEOPLE_PER_CLASS[userClass] * total(STEADY_HABITS[userClass].visits);
}

/** Splits a total over some classes in proportion to weights; the other classes get nothing. */
function share(requests: number, weight: (userClass: UserClass) => number): number[] {
  return largestRemainder(requests, USER_CLASSES.map(weight));
}

const isMentor = (userClass: UserClass): boolean => roleOf(userClass) === 'mentor';

/** The documented parts of a day of days 3 to 7; they are too large, so only their proportions count. */
const NORMAL_PARTS: Readonly<Partial<Record<ActionGroup, number>>> = {
  browsing: documented('requests.days-3-7.browsing'),
  login: documented('requests.days-3-7.login'),
  booking: documented('requests.days-3-7.booking'),
  proof: documented('requests.days-3-7.proof'),
  admin: documented('requests.days-3-7.admin'),
  mentor: documented('requests.days-3-7.mentor'),
};

/** Requests of a documented group in days 3 to 7. */
export function adaptationGroup(group: ActionGroup): number {
  const parts = Object.values(NORMAL_PARTS).reduce((sum, part) => sum + part, 0);
  return (NORMAL_DAYS * documented('requests.days-3-7.per-day') * (NORMAL_PARTS[group] ?? 0)) / parts;
}

/** Week 3: the role totals are documented; classes share their role's. */
function weekThreeTotals(): number[] {
  const totals = USER_CLASSES.map(() => 0);
  for (const role of USER_ROLES) {
    const ofRole = share(documented(`requests.week-3.${role}`), (userClass) =>
      roleOf(userClass) === role ? steadyWeight(userClass) : 0,
    );
    for (const [index, count] of ofRole.entries()) {
      totals[index] = (totals[index] ?? 0) + count;
    }
  }
  return totals;
}

/** Days 1 and 2: everybody has an account to set up. */
function setupTotals(): number[] {
  return share(
    documented('requests.days-1-2'),
    (userClass) => PEOPLE_PER_CLASS[userClass] * total(setupHabit(userClass).visits),
  );
}

/**
 * Days 3 to 7: mentors and admins make as many requests as their documented parts need, the log-ins around them
 * included; the others share the rest as in week 3.
 */
function adaptationTotals(weekThree: readonly number[]): number[] {
  const workers = (group: ActionGroup, belongs: (userClass: UserClass) => boolean): number[] => {
    const classes = USER_CLASSES.filter(belongs);
    const ofGroup = classes.reduce((sum, one) => sum + PEOPLE_PER_CLASS[one] * groupVisits(one, group), 0);
    const all = classes.reduce((sum, one) => sum + steadyWeight(one), 0);
    const requests = Math.round((adaptationGroup(group) * all) / ofGroup);
    return share(requests, (userClass) => (belongs(userClass) ? steadyWeight(userClass) : 0));
  };
  const mentors = workers('mentor', isMentor);
  const admins = workers('admin', (userClass) => userClass === 'admin');
  const left = NORMAL_DAYS * documented('requests.days-3-7.per-day') - totalOf(mentors) - totalOf(admins);
  const others = share(left, (userClass) => customerWeight(userClass, weekThree, false));
  return addUp(mentors, admins, others);
}

/** The other periods: mentors reach their documented month, the others share the rest as in week 3. */
function steadyTotals(
  requests: number,
  mentorsLeft: readonly number[],
  left: number,
  weekThree: readonly number[],
): number[] {
  const mentors = mentorsLeft.map((count) => Math.round((count * requests) / left));
  const others = share(requests - totalOf(mentors), (userClass) =>
    customerWeight(userClass, weekThree, true),
  );
  return addUp(mentors, others);
}

function customerWeight(userClass: UserClass, weekThree: readonly number[], admins: boolean): number {
  const excluded = isMentor(userClass) || (!admins && userClass === 'admin');
  return excluded ? 0 : (weekThree[USER_CLASSES.indexOf(userClass)] ?? 0);
}

function totalOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function addUp(...tables: readonly (readonly number[])[]): number[] {
  return USER_CLASSES.map((_, index) => totalOf(tables.map((table) => table[index] ?? 0)));
}

/** Requests of each class in each period, in the order of `USER_CLASSES`. */
export const CLASS_TOTALS: Readonly<Record<Period['id'], readonly number[]>> = classTotals();

function classTotals(): Record<Period['id'], number[]> {
  const setup = setupTotals();
  const weekThree = weekThreeTotals();
  const adaptation = adaptationTotals(weekThree);
  const done = addUp(setup, adaptation, weekThree);
  const mentorsLeft = USER_CLASSES.map((userClass, index) =>
    userClass === 'mentor-superstar' || userClass === 'mentor-regular' || userClass === 'mentor-novice'
      ? PEOPLE_PER_CLASS[userClass] * documented(`requests.${userClass}`) - (done[index] ?? 0)
      : 0,
  );
  const weekTwo = documented('requests.week-2');
  const last = documented('requests.days-22-30');
  const second = steadyTotals(weekTwo, mentorsLeft, weekTwo + last, weekThree);
  const mentorsLast = mentorsLeft.map((count, index) => (count > 0 ? count - (second[index] ?? 0) : 0));
  return {
    'days-1-2': setup,
    'days-3-7': adaptation,
    'week-2': second,
    'week-3': weekThree,
    'days-22-30': steadyTotals(last, mentorsLast, last, weekThree),
  };
}
