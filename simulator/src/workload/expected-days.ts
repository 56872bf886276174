import { documented } from '../figures/figures.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { rake } from '../random/apportionment.ts';
import { CLASS_TOTALS } from './class-totals.ts';
import { isWeekendOfMonth, LAST_PERIOD, type Period } from './periods.ts';

/**
 * How much rarer each class is on a weekend day, next to the others. Documented for heavy learners (45 % of a
 * weekday, where all requests together keep 61 %); an assumption for admins.
 */
const WEEKEND_TILT: Readonly<Partial<Record<UserClass, number>>> = {
  'learner-heavy':
    documented('requests.learner-heavy.weekend') /
    100 /
    (documented('requests.days-22-30.weekend') / documented('requests.days-22-30.weekday')),
  admin: 0.6,
};

/** Expected requests of each class on each day of a period. */
export function expectedTable({ id, firstDay }: Period, perDay: readonly number[]): number[][] {
  return rake(
    perDay.map((_, day) => USER_CLASSES.map((userClass) => weekendTilt(firstDay + day, userClass))),
    perDay,
    CLASS_TOTALS[id],
  );
}

function weekendTilt(day: number, userClass: UserClass): number {
  return isWeekendOfMonth(day) ? (WEEKEND_TILT[userClass] ?? 1) : 1;
}

/** The month's last period: what a continuation goes on with. */
export interface ContinuingDay {
  /** Expected requests of each class, in the order of `USER_CLASSES`. */
  readonly weekday: readonly number[];
  readonly weekend: readonly number[];
}

/** Expected requests of a day after the month, which goes on like its last nine days. */
export function continuingDay(): ContinuingDay {
  const { firstDay, dayWeights, requests } = LAST_PERIOD;
  const factor = requests / dayWeights.reduce((sum, weight) => sum + weight, 0);
  const expected = expectedTable(
    LAST_PERIOD,
    dayWeights.map((weight) => weight * factor),
  );
  const weekend = dayWeights.findIndex((_, day) => isWeekendOfMonth(firstDay + day));
  return { weekday: expected[0] ?? [], weekend: expected[weekend] ?? [] };
}
