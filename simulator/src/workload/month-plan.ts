import type { Person } from '../population/population.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { dealToMargins } from '../random/apportionment.ts';
import { multinomial } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { CLASS_TOTALS } from './class-totals.ts';
import { expectedTable } from './expected-days.ts';
import { workloadModel } from './model.ts';
import { isWeekendOfMonth, PERIODS, type Phase } from './periods.ts';
import { type Visit, walk } from './session.ts';

/** A session that has no time of day yet. */
interface PlannedVisit extends Visit {
  readonly userClass: UserClass;
  /** Whose it is, where that is settled: a registration. */
  readonly newcomer?: Person;
}

/** What happens on one day of the month. */
export interface DayPlan {
  readonly phase: Phase;
  readonly weekend: boolean;
  readonly visits: readonly PlannedVisit[];
}

/**
 * The thirty days of sessions: documented counts to the request, the rest scattered around what is expected.
 *
 * Where only a period's total is documented, its days share it multinomially, which is what Poisson counts do that
 * are known to add up to it. Over days and classes the requests are then dealt like cards, session by session; a
 * session is cut short, as if the visitor had left, only where a day or a class has all its requests.
 *
 * @param registrations for each person the day, counted from 0, of the registration; both in days 1 and 2
 */
export function planMonth(seed: number, registrations: ReadonlyMap<Person, number>): DayPlan[] {
  return PERIODS.flatMap((period) => {
    const { phase, firstDay, dayWeights } = period;
    const models = workloadModel().classes[phase];
    const perDay = period.exactDays
      ? [...dayWeights]
      : multinomial(createStream(seed, 'days', period.id), period.requests, dayWeights);
    const perClass = [...CLASS_TOTALS[period.id]];
    const expected = expectedTable(period, perDay);
    const visits: PlannedVisit[][] = perDay.map(() => []);
    const walks = createStream(seed, 'walks', period.id);
    const take = (day: number, column: number, limit: number, newcomer?: Person): number => {
      const model = models[column];
      if (model === undefined) {
        throw new RangeError(`There is no class ${column}.`);
      }
      const visit = walk(walks, model.behaviour, {
        limit,
        ...(newcomer === undefined ? { registered: true } : { first: 'register.check' }),
      });
      visits[day]?.push({ ...visit, userClass: model.userClass, ...(newcomer && { newcomer }) });
      return visit.steps.length;
    };
    for (const [person, day] of phase === 'setup' ? registrations : []) {
      const column = USER_CLASSES.indexOf(person.userClass);
      const requests = take(day, column, Math.min(perDay[day] ?? 0, perClass[column] ?? 0), person);
      perDay[day] = (perDay[day] ?? 0) - requests;
      perClass[column] = (perClass[column] ?? 0) - requests;
    }
    dealToMargins(createStream(seed, 'classes', period.id), expected, perDay, perClass, {
      meanSize: models.map(({ behaviour }) => behaviour.length),
      take,
    });
    return visits.map((ofDay, day) => ({ phase, weekend: isWeekendOfMonth(firstDay + day), visits: ofDay }));
  });
}
