import type { Session, Step } from '../workload/session.ts';

/** One step of a session at the time it is due. */
export interface DueStep<Owner> {
  readonly step: Step;
  readonly owner: Owner;
}

interface Live<Owner> {
  readonly session: Session;
  readonly owner: Owner;
  position: number;
}

/**
 * The steps of many sessions in the order of their times, taken lazily from an endless supply of sessions: only
 * those that have begun are held.
 */
export class Schedule<Owner> {
  readonly #arrivals: Iterator<Session, void, void>;
  readonly #admit: (session: Session) => Owner;
  /** Sessions by the time of their next step, the latest first. */
  readonly #live: Live<Owner>[] = [];
  #arriving: Session | undefined;

  /**
   * @param arrivals sessions in the order of their starts
   * @param admit called once for each session, when its first step comes near
   */
  constructor(arrivals: Iterator<Session, void, void>, admit: (session: Session) => Owner) {
    this.#arrivals = arrivals;
    this.#admit = admit;
    this.#arriving = this.#nextArrival();
  }

  /** When the next step is due, epoch microseconds; infinite when there is none. */
  get nextAt(): number {
    return Math.min(this.#arriving?.start ?? Number.POSITIVE_INFINITY, timeOf(this.#live.at(-1)));
  }

  /** The next step that is due by an instant, or undefined when none is. */
  take(until: number): DueStep<Owner> | undefined {
    while (this.#arriving !== undefined && this.#arriving.start <= until) {
      this.#insert({ session: this.#arriving, owner: this.#admit(this.#arriving), position: 0 });
      this.#arriving = this.#nextArrival();
    }
    const live = this.#live.at(-1);
    const step = live?.session.steps[live.position];
    if (live === undefined || step === undefined || timeOf(live) > until) {
      return undefined;
    }
    this.#live.pop();
    live.position += 1;
    if (live.position < live.session.steps.length) {
      this.#insert(live);
    }
    return { step, owner: live.owner };
  }

  #insert(live: Live<Owner>): void {
    const time = timeOf(live);
    let low = 0;
    let high = this.#live.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (timeOf(this.#live[middle]) > time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#live.splice(low, 0, live);
  }

  #nextArrival(): Session | undefined {
    const next = this.#arrivals.next();
    return next.done === true ? undefined : next.value;
  }
}

function timeOf<Owner>(live: Live<Owner> | undefined): number {
  const step = live?.session.steps[live.position];
  return live === undefined || step === undefined
    ? Number.POSITIVE_INFINITY
    : live.session.start + step.offset;
}
