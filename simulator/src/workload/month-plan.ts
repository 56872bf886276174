import { USER_CLASSES } from '../population/user-class.ts';
import { dealToMargins } from '../random/apportionment.ts';
import { multinomial } from '../random/distributions.ts';
import type { Streams } from '../random/streams.ts';
import { CLASS_TOTALS } from './class-totals.ts';
import { expectedTable } from './expected-days.ts';
import { type WorkloadModel, workloadModel } from './model.ts';
import { isWeekendOfMonth, PERIODS, type Period, type Phase } from './periods.ts';
import { nodeOf, type Route } from './route.ts';
import { VisitLog } from './visit-log.ts';
import { walk } from './walk.ts';

/** A deadline that draws visits together; see the incident `upload-burst`. */
export interface Deadline {
  /** Day of the month, counted from 0. */
  readonly day: number;
  /** Time over which they come, microseconds since local midnight. */
  readonly from: number;
  readonly until: number;
  /** Share of the day's sessions that come then. */
  readonly share: number;
}

/** What happens on one day of the month. */
export interface DayPlan {
  /** Day of the month, counted from 0. */
  readonly index: number;
  readonly phase: Phase;
  readonly weekend: boolean;
  /** Numbers in the plan's log. */
  readonly visits: readonly number[];
}

/** The month's visits, which have no time of day yet. */
export interface MonthPlan {
  readonly log: VisitLog;
  readonly days: readonly DayPlan[];
  /** Of each visit of the log: class, as an index in `USER_CLASSES`. */
  readonly classOf: readonly number[];
  /** Of the visits that are somebody's registration: who. */
  readonly newcomers: ReadonlyMap<number, number>;
  /** The visits that the deadline draws. */
  readonly drawn: ReadonlySet<number>;
}

export interface PlanOptions {
  readonly streams: Streams;
  /** Of each person, class and day of registration, counted from 0; all in days 1 and 2. */
  readonly people: ArrayLike<number>;
  readonly registeredOn: ArrayLike<number>;
  readonly deadline?: Deadline | undefined;
  /** Graphs to walk on. */
  readonly routes: RoutesOfPhases;
}

/** Of each phase, the graphs of the classes in the order of `USER_CLASSES`. */
export type RoutesOfPhases = Readonly<Record<Phase, readonly Route[]>>;

/** Files that somebody sends who comes for a deadline: an assumption, proof and receipt. */
const FILES_PER_DEADLINE = 2;

/**
 * The thirty days of visits: documented counts to the request, the rest scattered around what is expected.
 *
 * Where only a period's total is documented, its days share it multinomially, which is what Poisson counts do that
 * are known to add up to it. Over days and classes the requests are then dealt like cards, session by session; a
 * session is cut short, as if the visitor had left, only where a day or a class has all its requests.
 */
export function planMonth(options: PlanOptions): MonthPlan {
  return new Planner(options).plan();
}

class Planner {
  readonly #options: PlanOptions;
  readonly #model: WorkloadModel = workloadModel();
  readonly #log = new VisitLog();
  readonly #classOf: number[] = [];
  readonly #newcomers = new Map<number, number>();
  readonly #drawn = new Set<number>();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  plan(): MonthPlan {
    return {
      days: PERIODS.flatMap((period) => this.#planPeriod(period)),
      log: this.#log,
      classOf: this.#classOf,
      newcomers: this.#newcomers,
      drawn: this.#drawn,
    };
  }

  #planPeriod(period: Period): DayPlan[] {
    const { phase, firstDay, dayWeights } = period;
    const { streams, people, registeredOn, deadline } = this.#options;
    const routes = this.#options.routes[phase];
    const perDay = period.exactDays
      ? [...dayWeights]
      : multinomial(streams('days', period.id), period.requests, dayWeights);
    const perClass = [...CLASS_TOTALS[period.id]];
    const expected = expectedTable(period, perDay);
    const visits: number[][] = perDay.map(() => []);
    const walks = streams('walks', period.id);
    const deadlines = streams('deadlines', period.id);
    let due = deadlines.next();
    const note = (visit: number, day: number, userClass: number): number => {
      visits[day]?.push(visit);
      this.#classOf.push(userClass);
      return this.#log.sizeOf(visit);
    };
    const take = (day: number, userClass: number, limit: number): number => {
      const route = routeAt(routes, userClass);
      // One in so many, from a random beginning on: each with the deadline's share, and hardly a random number of them.
      due += deadline?.day === firstDay + day ? deadline.share : 0;
      const isDrawn = due >= 1;
      const visit = isDrawn
        ? walk(this.#log, deadlines, route, { limit, registered: true, opening: fileSending(route) })
        : walk(this.#log, walks, route, { limit, registered: true });
      if (isDrawn) {
        due -= 1;
        this.#drawn.add(visit);
      }
      return note(visit, day, userClass);
    };
    for (let person = 0; phase === 'setup' && person < people.length; person += 1) {
      const day = registeredOn[person] ?? 0;
      const userClass = people[person] ?? 0;
      const route = routeAt(routes, userClass);
      const limit = Math.min(perDay[day] ?? 0, perClass[userClass] ?? 0);
      const visit = walk(this.#log, walks, route, { limit, opening: [nodeOf(route, 'register.check')] });
      this.#newcomers.set(visit, person);
      const requests = note(visit, day, userClass);
      perDay[day] = (perDay[day] ?? 0) - requests;
      perClass[userClass] = (perClass[userClass] ?? 0) - requests;
    }
    const meanSize = this.#model.classes[phase].map(({ behaviour }) => behaviour.length);
    dealToMargins(streams('classes', period.id), expected, perDay, perClass, { meanSize, take });
    return visits.map((ofDay, day) => ({
      index: firstDay + day,
      phase,
      weekend: isWeekendOfMonth(firstDay + day),
      visits: ofDay,
    }));
  }
}

/** How somebody begins who comes to send files; as anybody does where the class sends none. */
export function fileSending(route: Route): readonly number[] {
  const login = nodeOf(route, 'login');
  const proof = nodeOf(route, 'proof', true);
  return login < 0 || proof < 0 ? [] : [login, ...new Array<number>(FILES_PER_DEADLINE).fill(proof)];
}

function routeAt(routes: readonly Route[], userClass: number): Route {
  const route = routes[userClass];
  if (route === undefined) {
    throw new RangeError(`There is no class ${userClass}; ${USER_CLASSES.length} are known.`);
  }
  return route;
}
