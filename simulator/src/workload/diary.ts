import type { Person } from '../population/population.ts';
import { categorical } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { HOURS_PER_DAY, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from './calendar.ts';

/** One person does not begin a session sooner than this after the last one ended. */
const SHORTEST_BREAK = 5 * MICROS_PER_MINUTE;
/** Tries within the drawn hour before another hour is drawn: an overlap should not move load out of busy hours. */
const TRIES_PER_HOUR = 6;
const HOURS_TRIED = 40;

interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** A session's person and its time since midnight. */
export interface Appointment {
  readonly person: Person;
  /** Microseconds since local midnight. */
  readonly at: number;
}

/** When everybody is busy on one day. Nobody has two sessions at once. */
export class Diary {
  readonly #busy = new Map<string, Stretch[]>();
  readonly #notBefore = new Map<string, number>();

  /** Keeps a person free of other sessions before this time of day, microseconds since midnight. */
  blockUntil(person: Person, time: number): void {
    this.#notBefore.set(person.key, time);
  }

  /**
   * Finds a person and a time of day for a session, both at random, and enters it.
   *
   * @param people who may have it
   * @param startWeights relative number of starts in each of the 24 hours
   * @param duration microseconds; the session ends before midnight
   */
  enter(
    stream: RandomStream,
    people: readonly Person[],
    startWeights: readonly number[],
    duration: number,
  ): Appointment {
    for (let hours = 0; hours < HOURS_TRIED; hours += 1) {
      const hour = categorical(stream, startWeights);
      for (let tries = 0; tries < TRIES_PER_HOUR; tries += 1) {
        const person = people[Math.floor(stream.next() * people.length)];
        const at = Math.floor((hour + stream.next()) * MICROS_PER_HOUR);
        if (person !== undefined && this.#isFree(person, at, duration)) {
          return this.#note(person, at, duration);
        }
      }
    }
    return this.#enterAnywhere(stream, people, duration);
  }

  /** For a day so full that chance finds nothing: the widest gap that anybody has. */
  #enterAnywhere(stream: RandomStream, people: readonly Person[], duration: number): Appointment {
    let best: { person: Person; gap: Stretch } | undefined;
    for (const person of people) {
      for (const gap of this.#gaps(person)) {
        if (best === undefined || gap.until - gap.from > best.gap.until - best.gap.from) {
          best = { person, gap };
        }
      }
    }
    if (best === undefined) {
      throw new RangeError('A session needs somebody to have it: the class has no people.');
    }
    const slack = Math.max(0, best.gap.until - best.gap.from - duration);
    return this.#note(best.person, Math.floor(best.gap.from + stream.next() * slack), duration);
  }

  #gaps(person: Person): Stretch[] {
    const gaps: Stretch[] = [];
    let from = this.#notBefore.get(person.key) ?? 0;
    const busy = [...(this.#busy.get(person.key) ?? [])].sort((one, other) => one.from - other.from);
    for (const stretch of [...busy, { from: HOURS_PER_DAY * MICROS_PER_HOUR, until: MICROS_PER_DAY }]) {
      gaps.push({ from, until: stretch.from });
      from = Math.max(from, stretch.until);
    }
    return gaps;
  }

  #isFree(person: Person, at: number, duration: number): boolean {
    const until = at + duration;
    return (
      until < MICROS_PER_DAY &&
      at >= (this.#notBefore.get(person.key) ?? 0) &&
      (this.#busy.get(person.key) ?? []).every(
        (other) => until + SHORTEST_BREAK <= other.from || other.until + SHORTEST_BREAK <= at,
      )
    );
  }

  #note(person: Person, at: number, duration: number): Appointment {
    const stretch = { from: at, until: at + duration };
    this.#busy.set(person.key, [...(this.#busy.get(person.key) ?? []), stretch]);
    return { person, at };
  }
}
