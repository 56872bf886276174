import { EventQueue } from './event-queue.ts';

/** What happens at an event; `a` and `b` are what it was scheduled with. */
export type Handler = (a: number, b: number) => void;

/** Something that keeps statistics over time. */
export interface Measured {
  /** Forgets what was measured before now, as at the end of a warm-up; the state stays. */
  resetStatistics(): void;
}

/**
 * A clock and the events to come. Time is in any unit, the same throughout a model. A handler is registered once and known
 * by a whole number, its kind; an event is a time, a kind and two whole numbers (32 bits).
 */
export class Simulation {
  /** A typed array, as a field with fractions would take memory at each change. */
  readonly #clock = new Float64Array(1);
  readonly #queue = new EventQueue();
  readonly #handlers: Handler[] = [];
  readonly #measured: Measured[] = [];
  #stopped = false;

  /** The time of the event that is handled, or that a run ended at. */
  get now(): number {
    return this.#clock[0] ?? 0;
  }

  /** Events that are still to come. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Registers what happens at events of a new kind. Its number is to be kept, for {@link schedule}. */
  addKind(handler: Handler): number {
    return this.#handlers.push(handler) - 1;
  }

  /**
   * An event `delay` from now.
   *
   * @returns a handle for {@link reschedule} and {@link cancel}, good until the event happens
   * @throws {RangeError} when the delay is negative, infinite or not a number
   */
  schedule(delay: number, kind: number, a = 0, b = 0): number {
    if (!(delay >= 0 && delay < Number.POSITIVE_INFINITY)) {
      throw impossible(`${delay} from now`);
    }
    return this.#queue.push(this.now + delay, kind, a, b);
  }

  /**
   * As {@link schedule}, at a time instead of after a delay.
   *
   * @throws {RangeError} when the time has passed, is infinite or not a number
   */
  scheduleAt(at: number, kind: number, a = 0, b = 0): number {
    this.#refusePast(at);
    return this.#queue.push(at, kind, a, b);
  }

  /**
   * Gives an event that is still to come another time.
   *
   * @throws {RangeError} as {@link scheduleAt}
   */
  reschedule(handle: number, at: number): void {
    this.#refusePast(at);
    this.#queue.move(handle, at);
  }

  /** An event that is still to come will not happen. */
  cancel(handle: number): void {
    this.#queue.remove(handle);
  }

  /**
   * Calls at given instants, each before anything else happens at that instant: to look at the state, or for what is
   * planned. Only the next instant waits among the events, however many there are.
   *
   * @param instants rising or equal, none before now
   * @param call with the index of the instant; `now` is the instant
   * @throws {RangeError} when the instants do not rise or begin before now
   */
  atInstants(instants: ArrayLike<number>, call: (index: number) => void): void {
    let last = this.now;
    for (let index = 0; index < instants.length; index += 1) {
      const instant = instants[index] ?? Number.NaN;
      if (!(instant >= last)) {
        throw new RangeError(`Instant ${index} is ${instant} and comes after ${last}; instants must rise.`);
      }
      last = instant;
    }
    const kind = this.addKind((index) => {
      const following = instants[index + 1];
      if (following !== undefined) {
        this.#queue.pushFirst(following, kind, index + 1, 0);
      }
      call(index);
    });
    const first = instants[0];
    if (first !== undefined) {
      this.#queue.pushFirst(first, kind, 0, 0);
    }
  }

  /** From now on {@link resetStatistics} resets this, too. Stations see to it themselves. */
  measure(measured: Measured): void {
    this.#measured.push(measured);
  }

  /** The end of a warm-up: all that keeps statistics of this simulation begins anew. */
  resetStatistics(): void {
    for (const measured of this.#measured) {
      measured.resetStatistics();
    }
  }

  /**
   * Handles events until the time is `until`, with those at that very time, or until there are no more, or {@link stop} is
   * called. It may be called again, to go on.
   *
   * @returns how many events were handled
   */
  run(until = Number.POSITIVE_INFINITY): number {
    const queue = this.#queue;
    const handlers = this.#handlers;
    const clock = this.#clock;
    let handled = 0;
    this.#stopped = false;
    while (!this.#stopped && queue.pop(until)) {
      clock[0] = queue.at;
      handled += 1;
      const handler = handlers[queue.kind];
      if (handler === undefined) {
        throw new RangeError(`There is no kind ${queue.kind} of events; addKind gives their numbers.`);
      }
      handler(queue.a, queue.b);
    }
    if (!this.#stopped && until < Number.POSITIVE_INFINITY) {
      clock[0] = Math.max(this.now, until);
    }
    return handled;
  }

  /** The run ends after the event that is handled now. */
  stop(): void {
    this.#stopped = true;
  }

  #refusePast(at: number): void {
    if (!(at >= this.now && at < Number.POSITIVE_INFINITY)) {
      throw impossible(`at ${at}, as it is ${this.now} now`);
    }
  }
}

function impossible(when: string): RangeError {
  return new RangeError(`An event cannot be scheduled ${when}.`);
}
