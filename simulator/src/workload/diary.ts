import { categorical } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { HOURS_PER_DAY, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from './calendar.ts';

/** One person does not begin a session sooner than this after the last one ended. */
const SHORTEST_BREAK = 5 * MICROS_PER_MINUTE;
/** Tries within the drawn hour before another hour is drawn: an overlap should not move load out of busy hours. */
const TRIES_PER_HOUR = 6;
const HOURS_TRIED = 40;
/** Tries within a given time. */
const TRIES_WITHIN = 60;

/** A stretch of the day, microseconds since local midnight. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** A session's person and its time. */
export interface Appointment {
  readonly person: number;
  /** Microseconds since local midnight. */
  readonly at: number;
}

/** When everybody is busy on one day. Nobody has two sessions at once. People are numbers from 0. */
export class Diary {
  /** Of each person: begin and end of each session in turn, microseconds since local midnight. */
  readonly #busy: number[][];
  readonly #notBefore: Float64Array;

  constructor(people: number) {
    this.#busy = Array.from({ length: people }, () => []);
    this.#notBefore = new Float64Array(people);
  }

  /** Keeps a person free of other sessions before this time of day, microseconds since midnight. */
  blockUntil(person: number, time: number): void {
    this.#notBefore[person] = time;
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
    people: readonly number[],
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

  /**
   * The same for a session that begins within a given time of the day.
   *
   * @returns undefined when nobody was found free; nothing is entered then
   */
  enterWithin(
    stream: RandomStream,
    people: readonly number[],
    { from, until }: Stretch,
    duration: number,
  ): Appointment | undefined {
    for (let tries = 0; tries < TRIES_WITHIN; tries += 1) {
      const person = people[Math.floor(stream.next() * people.length)];
      const at = Math.floor(from + stream.next() * (until - from));
      if (person !== undefined && this.#isFree(person, at, duration)) {
        return this.#note(person, at, duration);
      }
    }
    return undefined;
  }

  /** For a day so full that chance finds nothing: the widest gap that anybody has. */
  #enterAnywhere(stream: RandomStream, people: readonly number[], duration: number): Appointment {
    let best: { person: number; gap: Stretch } | undefined;
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

  #gaps(person: number): Stretch[] {
    const busy = this.#busy[person] ?? [];
    const stretches: Stretch[] = [];
    for (let index = 0; index < busy.length; index += 2) {
      stretches.push({ from: busy[index] ?? 0, until: busy[index + 1] ?? 0 });
    }
    stretches.sort((one, other) => one.from - other.from);
    const gaps: Stretch[] = [];
    let from = this.#notBefore[person] ?? 0;
    for (const stretch of [...stretches, { from: HOURS_PER_DAY * MICROS_PER_HOUR, until: MICROS_PER_DAY }]) {
      gaps.push({ from, until: stretch.from });
      from = Math.max(from, stretch.until);
    }
    return gaps;
  }

  #isFree(person: number, at: number, duration: number): boolean {
    const until = at + duration;
    if (until >= MICROS_PER_DAY || at < (this.#notBefore[person] ?? 0)) {
      return false;
    }
    const busy = this.#busy[person] ?? [];
    for (let index = 0; index < busy.length; index += 2) {
      if (until + SHORTEST_BREAK > (busy[index] ?? 0) && (busy[index + 1] ?? 0) + SHORTEST_BREAK > at) {
        return false;
      }
    }
    return true;
  }

  #note(person: number, at: number, duration: number): Appointment {
    this.#busy[person]?.push(at, at + duration);
    return { person, at };
  }
}
