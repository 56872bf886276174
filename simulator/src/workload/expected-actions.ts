import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { CLASS_TOTALS } from './class-totals.ts';
import { ACTIONS, type Action } from './endpoints.ts';
import { habitsOf } from './habits.ts';
import { PERIODS, type Period } from './periods.ts';
import { total } from './visits.ts';

/** Which requests are meant: those of all periods, classes and actions where nothing is said. */
export interface Selection {
  readonly period?: Period['id'];
  readonly classes?: readonly UserClass[];
  readonly actions?: readonly Action[];
}

/**
 * Requests that the documented month is expected to hold: the totals of classes in periods, which are exact, split by
 * the habits that the behaviour graphs are fitted to. Token renewals take a little of each.
 *
 * @returns a function that adds up those of a selection
 */
export function expectedActions(): (selection: Selection) => number {
  const cells = PERIODS.flatMap(({ id, phase }) => {
    const habits = habitsOf(phase);
    return USER_CLASSES.flatMap((userClass, index) => {
      const { visits } = habits[userClass];
      const scale = (CLASS_TOTALS[id][index] ?? 0) / total(visits);
      return ACTIONS.map((action) => ({
        period: id,
        userClass,
        action,
        requests: scale * (visits[action] ?? 0),
      }));
    });
  });
  return ({ period, classes, actions }) =>
    cells
      .filter(
        (cell) =>
          (period === undefined || cell.period === period) &&
          (classes === undefined || classes.includes(cell.userClass)) &&
          (actions === undefined || actions.includes(cell.action)),
      )
      .reduce((sum, { requests }) => sum + requests, 0);
}
