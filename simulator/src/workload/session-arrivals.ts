import { type Person, population } from '../population/population.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { categorical, exponential } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { dayOf, HOURS_PER_DAY, isWeekend, MICROS_PER_DAY, MICROS_PER_HOUR, startOfDay } from './calendar.ts';
import type { DayKind } from './day-curves.ts';
import { workloadModel } from './model.ts';
import { durationOf, type Session, visitOf } from './session.ts';
import { VisitLog } from './visit-log.ts';
import { walk } from './walk.ts';

/** Tries to find somebody of a class who has no session at the moment. */
const TRIES_TO_FIND_FREE = 8;

/** Multiplies the documented rate of session starts, by kind of day and local hour. */
export type Load = (kind: DayKind, hour: number) => number;

export interface ArrivalOptions {
  readonly stream: RandomStream;
  /** Session ids are this and a number. */
  readonly name: string;
  /** First and last instant, epoch microseconds; the last may be infinite. */
  readonly from: number;
  readonly until: number;
  /** By how much to raise the documented rate; not at all when not given. */
  readonly load?: Load;
}

/**
 * Sessions one after the other as they start, at the rates of days 22 to 30.
 *
 * A non-homogeneous Poisson process by thinning (Lewis and Shedler 1979): candidates at the local day's highest
 * rate, each accepted with the probability of its own hour's rate to the highest.
 */
export function* sessionArrivals({
  stream,
  name,
  from,
  until,
  load = () => 1,
}: ArrivalOptions): Generator<Session, void, void> {
  const { classes, starts } = workloadModel();
  const crowd = new Crowd();
  const log = new VisitLog();
  let number = 0;
  for (let day = dayOf(from); startOfDay(day) < until; day += 1) {
    const midnight = startOfDay(day);
    const kind = isWeekend(day) ? 'weekend' : 'weekday';
    const startsByHour = Array.from({ length: HOURS_PER_DAY }, (_, hour) =>
      starts[kind].map((curve) => load(kind, hour) * (curve[hour] ?? 0)),
    );
    const rates = startsByHour.map((ofClasses) => ofClasses.reduce((sum, count) => sum + count, 0));
    const highest = Math.max(...rates);
    const meanGap = MICROS_PER_HOUR / highest;
    const end = Math.min(until, midnight + MICROS_PER_DAY);
    let at = Math.max(from, midnight) + exponential(stream, meanGap);
    for (; at < end; at += exponential(stream, meanGap)) {
      const hour = Math.floor((at - midnight) / MICROS_PER_HOUR);
      if (stream.next() * highest >= (rates[hour] ?? 0)) {
        continue;
      }
      const chosen = classes.steady[categorical(stream, startsByHour[hour] ?? [])];
      if (chosen !== undefined) {
        log.clear();
        const visit = visitOf(log, walk(log, stream, chosen.route, { limit: Number.POSITIVE_INFINITY }));
        const start = Math.floor(at);
        const person = crowd.choose(stream, chosen.userClass, start, durationOf(visit));
        number += 1;
        yield { ...visit, person, start, id: `${name}-${number}` };
      }
    }
  }
}

/** Who is busy until when. */
class Crowd {
  readonly #members = new Map<UserClass, readonly Person[]>(
    USER_CLASSES.map((userClass) => [userClass, population().filter((one) => one.userClass === userClass)]),
  );
  readonly #busyUntil = new Map<string, number>();

  /**
   * Somebody of a class at random, who has no session at the moment; when the rate is raised so far that everybody
   * has one, somebody with two devices.
   */
  choose(stream: RandomStream, userClass: UserClass, start: number, duration: number): Person {
    const members = this.#members.get(userClass) ?? [];
    let person = this.#draw(stream, members);
    for (let tries = 1; tries < TRIES_TO_FIND_FREE && this.#isBusy(person, start); tries += 1) {
      person = this.#draw(stream, members);
    }
    this.#busyUntil.set(person.key, Math.max(this.#busyUntil.get(person.key) ?? 0, start + duration));
    return person;
  }

  #draw(stream: RandomStream, members: readonly Person[]): Person {
    const person = members[Math.floor(stream.next() * members.length)];
    if (person === undefined) {
      throw new RangeError('A class without people cannot have sessions.');
    }
    return person;
  }

  #isBusy(person: Person, at: number): boolean {
    return at < (this.#busyUntil.get(person.key) ?? Number.NEGATIVE_INFINITY);
  }
}
