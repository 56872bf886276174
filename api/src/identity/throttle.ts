import { problem } from '../errors/problem.ts';

/** Failures within this long count together. */
const WINDOW_MS = 15 * 60_000;
/** From one network address, whoever it tries to be: an office behind one address must be able to work. */
const MOST_PER_ADDRESS = 50;
const MAX_ENTRIES = 50_000;
const MS_PER_SECOND = 1000;

interface Failures {
  count: number;
  readonly until: number;
}

/**
 * Slows down who tries one password for many people: after a number of failures from a network address, no more
 * attempts until the first of them is fifteen minutes old. Kept in this process's memory: several replicas count
 * apart.
 */
export class AddressThrottle {
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Allows one attempt. It counts as a failure at once, so that many at the same moment are no way around the limit.
   *
   * @param address the network address it comes from
   * @returns takes the attempt back: it was no failure
   * @throws {ProblemError} `too-many-requests`, with the time to wait
   */
  begin(address: string): () => void {
    const wait = this.#wait(address);
    if (wait > 0) {
      throw problem('too-many-requests', {
        detail: `Too many failed attempts to log in. Try again in ${wait} seconds.`,
        retryAfterSeconds: wait,
      });
    }
    const failures = this.#add(address);
    return () => {
      failures.count--;
    };
  }

  /** Whole seconds until the address may try again; 0 when it may now. */
  #wait(address: string): number {
    const failures = this.#failures.get(address);
    const left = failures === undefined ? 0 : failures.until - this.#now().getTime();
    return failures === undefined || failures.count < MOST_PER_ADDRESS || left <= 0
      ? 0
      : Math.ceil(left / MS_PER_SECOND);
  }

  #add(address: string): Failures {
    const now = this.#now().getTime();
    const known = this.#failures.get(address);
    if (known !== undefined && known.until > now) {
      known.count++;
      return known;
    }
    const failures = { count: 1, until: now + WINDOW_MS };
    this.#failures.delete(address);
    this.#failures.set(address, failures);
    // The oldest come first, and end first.
    for (const [oldest, { until }] of this.#failures) {
      if (until > now && this.#failures.size <= MAX_ENTRIES) {
        break;
      }
      this.#failures.delete(oldest);
    }
    return failures;
  }
}
