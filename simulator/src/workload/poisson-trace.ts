import { USER_CLASSES } from '../population/user-class.ts';
import { categorical, exponential } from '../random/distributions.ts';
import { poissonTimes } from '../random/poisson-process.ts';
import type { Streams } from '../random/streams.ts';
import { assembleTrace } from './assemble.ts';
import { DAYS_PER_WEEK, MICROS_PER_DAY, MICROS_PER_HOUR } from './calendar.ts';
import { type ClassRate, classRates, type RateOptions } from './class-rates.ts';
import { classesOf } from './documented-trace.ts';
import { workloadModel } from './model.ts';
import { type Deadline, fileSending, type RoutesOfPhases } from './month-plan.ts';
import { registrationHours, shareRegisteringOn } from './registrations.ts';
import { nodeOf, type Route } from './route.ts';
import type { PeoplePerClass, RequestTrace } from './trace.ts';
import { VisitLog } from './visit-log.ts';
import { type WalkOptions, walk } from './walk.ts';

export interface PoissonTraceOptions extends RateOptions {
  readonly streams: Streams;
  readonly people: PeoplePerClass;
  readonly routes: RoutesOfPhases;
}

const WITHOUT_LIMIT: WalkOptions = { limit: Number.POSITIVE_INFINITY, registered: true };

/**
 * Sessions of each person as a non-homogeneous Poisson process, with nothing conditioned on but that everybody
 * registers. Who comes again before the last session is over has two devices open.
 *
 * Each person has streams of their own, named by class and number: with more people the first ones do what they did.
 */
export function poissonTrace(options: PoissonTraceOptions): RequestTrace {
  const classes = classesOf(options.people);
  const visits = new PoissonVisits(options);
  const rates = classRates(options);
  for (const [index, userClass] of USER_CLASSES.entries()) {
    const before = visits.people;
    for (let number = 1; number <= options.people[userClass]; number += 1) {
      visits.addPerson(before + number - 1, index, `${userClass}-${number}`, rates[index]);
    }
  }
  return assembleTrace(visits.log, visits.appointments(), classes, options.days * MICROS_PER_DAY);
}

/** The visits of one person after the other. */
class PoissonVisits {
  readonly log = new VisitLog();
  people = 0;
  readonly #person: number[] = [];
  readonly #start: number[] = [];
  readonly #options: PoissonTraceOptions;

  constructor(options: PoissonTraceOptions) {
    this.#options = options;
  }

  addPerson(person: number, userClass: number, key: string, rate: ClassRate | undefined): void {
    const { streams, rush, routes, deadline } = this.#options;
    const route = (at: number): Route => routeIn(routes, phaseAt(at, rush), userClass);
    const walks = streams('walks', key);
    const since = rush > 0 ? this.#register(person, userClass, key) : 0;
    for (const at of rate === undefined ? [] : poissonTimes(streams('arrivals', key), rate.sessions)) {
      if (at >= since) {
        this.#note(person, at, walk(this.log, walks, route(at), WITHOUT_LIMIT));
      }
    }
    if (deadline !== undefined && rate !== undefined && rate.atDeadline > 0) {
      const stream = streams('deadlines', key);
      const at = route(deadline.day * MICROS_PER_DAY);
      const opening = fileSending(at);
      for (const start of deadlineTimes(streams('deadline arrivals', key), deadline, rate.atDeadline)) {
        this.#note(person, start, walk(this.log, stream, at, { ...WITHOUT_LIMIT, opening }));
      }
    }
    this.people += 1;
  }

  appointments(): { person: Int32Array; start: Float64Array } {
    return { person: Int32Array.from(this.#person), start: Float64Array.from(this.#start) };
  }

  /** @returns when the registration is over, microseconds since the run's first midnight */
  #register(person: number, userClass: number, key: string): number {
    const { streams, rush, routes } = this.#options;
    const stream = streams('registrations', key);
    const days = Array.from({ length: rush }, (_, day) => shareRegisteringOn(day, rush));
    const curve = registrationHours(workloadModel().starts.setup[userClass] ?? []);
    const day = categorical(stream, days);
    const at = Math.floor(
      day * MICROS_PER_DAY + (categorical(stream, curve) + stream.next()) * MICROS_PER_HOUR,
    );
    const route = routeIn(routes, 'setup', userClass);
    const visit = walk(this.log, stream, route, {
      limit: Number.POSITIVE_INFINITY,
      opening: [nodeOf(route, 'register.check')],
    });
    this.#note(person, at, visit);
    return at + this.log.durationOf(visit);
  }

  #note(person: number, at: number, visit: number): void {
    this.#person[visit] = person;
    this.#start[visit] = Math.floor(at);
  }
}

/** When somebody comes for a deadline: evenly over its time, as often as a Poisson count of this mean. */
function deadlineTimes(stream: ReturnType<Streams>, { day, from, until }: Deadline, mean: number): number[] {
  const times: number[] = [];
  const gap = (until - from) / mean;
  const end = day * MICROS_PER_DAY + until;
  for (
    let at = day * MICROS_PER_DAY + from + exponential(stream, gap);
    at < end;
    at += exponential(stream, gap)
  ) {
    times.push(at);
  }
  return times;
}

function phaseAt(at: number, rush: number): keyof RoutesOfPhases {
  if (at < rush * MICROS_PER_DAY) {
    return 'setup';
  }
  return rush > 0 && at < DAYS_PER_WEEK * MICROS_PER_DAY ? 'adaptation' : 'steady';
}

function routeIn(routes: RoutesOfPhases, phase: keyof RoutesOfPhases, userClass: number): Route {
  const route = routes[phase][userClass];
  if (route === undefined) {
    throw new RangeError(`There is no class ${userClass}.`);
  }
  return route;
}
