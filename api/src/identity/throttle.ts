import { problem } from '../errors/problem.ts';

/** Failures within this long count together. */
const WINDOW_MS = 15 * 60_000;
/** At one person's e-mail address from one network address. */
const MOST_PER_PERSON = 5;
/** From one network address, whoever it tries to be: an office behind one address must be able to work. */
const MOST_PER_ADDRESS = 50;
const MAX_ENTRIES = 50_000;
const MS_PER_SECOND = 1000;

interface Failures {
  count: number;
  readonly until: number;
}

/** One attempt to log in, counted as a failure until it is known to be none. */
export interface Attempt {
  /** The password was right: the person's earlier mistakes are forgotten, the address's other ones are not. */
  succeeded(): void;
  /** It never came to a judgement. */
  withdrawn(): void;
}

/**
 * Slows down the guessing of passwords: after a number of failures, no more attempts until the first of them is
 * fifteen minutes old. By e-mail and network address together, so that nobody can lock another person out from
 * elsewhere. Kept in this process's memory: several replicas count apart.
 */
export class LoginThrottle {
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Allows one attempt. It counts at once, so that many at the same moment are no way around the limit.
   *
   * @param email as it was normalised
   * @param address the network address it comes from
   * @throws {ProblemError} `too-many-requests`, with the time to wait
   */
  begin(email: string, address: string): Attempt {
    const person = `${address} ${email}`;
    const wait = Math.max(this.#wait(person, MOST_PER_PERSON), this.#wait(address, MOST_PER_ADDRESS));
    if (wait > 0) {
      throw problem('too-many-requests', {
        detail: `Too many failed attempts to log in. Try again in ${wait} seconds.`,
        retryAfterSeconds: wait,
      });
    }
    this.#add(person);
    this.#add(address);
    return {
      succeeded: () => {
        this.#failures.delete(person);
        this.#takeBack(address);
      },
      withdrawn: () => {
        this.#takeBack(person);
        this.#takeBack(address);
      },
    };
  }

  /** Whole seconds until the key may try again; 0 when it may now. */
  #wait(key: string, most: number): number {
    const failures = this.#failures.get(key);
    const left = failures === undefined ? 0 : failures.until - this.#now().getTime();
    return failures === undefined || failures.count < most || left <= 0 ? 0 : Math.ceil(left / MS_PER_SECOND);
  }

  #add(key: string): void {
    const now = this.#now().getTime();
    const failures = this.#failures.get(key);
    if (failures !== undefined && failures.until > now) {
      failures.count++;
      return;
    }
    this.#failures.delete(key);
    this.#failures.set(key, { count: 1, until: now + WINDOW_MS });
    // The oldest come first, and end first.
    for (const [oldest, { until }] of this.#failures) {
      if (until > now && this.#failures.size <= MAX_ENTRIES) {
        break;
      }
      this.#failures.delete(oldest);
    }
  }

  #takeBack(key: string): void {
    const failures = this.#failures.get(key);
    if (failures !== undefined) {
      failures.count--;
    }
  }
}
