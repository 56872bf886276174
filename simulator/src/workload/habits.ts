import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { rake } from '../random/apportionment.ts';
import { adaptationGroup, CLASS_TOTALS } from './class-totals.ts';
import { ACTIONS, type ActionGroup, endpointOf } from './endpoints.ts';
import type { Phase } from './periods.ts';
import { type Habit, mapVisits, STEADY_HABITS, setupHabit, total } from './visits.ts';

/** Most sessions that a log-in is spread over, where people also come without one. */
const SESSIONS_PER_LOGIN = 1.12;

const GROUPS: readonly ActionGroup[] = [...new Set(ACTIONS.map((action) => endpointOf(action).group))];

/** What each class does in each phase. */
export function habitsOf(phase: Phase): Readonly<Record<UserClass, Habit>> {
  switch (phase) {
    case 'setup':
      return byClass(setupHabit);
    case 'adaptation':
      return adaptationHabits();
    case 'steady':
      return STEADY_HABITS;
  }
}

/**
 * Days 3 to 7: the usual habits, tilted until the documented groups of requests have their documented
 * proportions, given how many requests each class makes. Groups that the document does not list keep their share.
 */
function adaptationHabits(): Record<UserClass, Habit> {
  const rows = CLASS_TOTALS['days-3-7'];
  const usual = USER_CLASSES.map((userClass, index) => {
    const { visits } = STEADY_HABITS[userClass];
    const scale = (rows[index] ?? 0) / total(visits);
    return GROUPS.map(
      (group) =>
        scale * total(mapVisits(visits, (action, count) => (endpointOf(action).group === group ? count : 0))),
    );
  });
  const usualColumns = GROUPS.map((_, column) => usual.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const documentedColumns = GROUPS.map(adaptationGroup);
  const unlisted = usualColumns.reduce(
    (sum, count, column) => sum + ((documentedColumns[column] ?? 0) > 0 ? 0 : count),
    0,
  );
  const all = rows.reduce((sum, count) => sum + count, 0);
  const columns = GROUPS.map((_, column) => {
    const listed = documentedColumns[column] ?? 0;
    return listed > 0 ? listed * (1 - unlisted / all) : (usualColumns[column] ?? 0);
  });
  const raked = rake(usual, rows, columns);
  return byClass((userClass) => {
    const row = USER_CLASSES.indexOf(userClass);
    const steady = STEADY_HABITS[userClass];
    const visits = mapVisits(steady.visits, (action, count) => {
      const column = GROUPS.indexOf(endpointOf(action).group);
      const before = usual[row]?.[column] ?? 0;
      return before > 0 ? (count * (raked[row]?.[column] ?? 0)) / before : 0;
    });
    const usualLogins = steady.visits.login ?? 0;
    const perLogin = usualLogins > 0 ? Math.min(steady.sessions / usualLogins, SESSIONS_PER_LOGIN) : 0;
    const sessions = Math.max(
      (steady.sessions * total(visits)) / total(steady.visits),
      (visits.login ?? 0) * perLogin,
    );
    return { ...steady, visits, sessions };
  });
}

function byClass<Value>(value: (userClass: UserClass) => Value): Record<UserClass, Value> {
  return {
    'mentor-superstar': value('mentor-superstar'),
    'mentor-regular': value('mentor-regular'),
    'mentor-novice': value('mentor-novice'),
    'learner-heavy': value('learner-heavy'),
    'learner-regular': value('learner-regular'),
    browser: value('browser'),
    occasional: value('occasional'),
    admin: value('admin'),
    inactive: value('inactive'),
  };
}
