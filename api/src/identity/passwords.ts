import { hash, verify } from '@node-rs/argon2';
import { problem } from '../errors/problem.ts';

/**
 * argon2id with 19 MiB, two passes and one lane: the first choice of OWASP's Password Storage Cheat Sheet, and the
 * library's default algorithm and version. Written out so that a new version of the library changes nothing.
 */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Characters. Long enough for any passphrase, short enough not to be work. */
export const LONGEST_PASSWORD = 1024;

/** Hashing runs on libuv's four threads, which files and name look-ups need as well. */
const CONCURRENT = 2;
/** With tens of milliseconds each, whoever is further back would wait for more than two seconds. */
const MOST_WAITING = 100;

/** Hashes and checks passwords, a few at a time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  /**
   * @returns the hash in PHC format
   * @throws {ProblemError} `overloaded` when too many wait
   */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normal(password), ARGON2));
  }

  /**
   * Checks a password against a hash. Without a hash it does the same work and says no, so that the time taken does
   * not tell whether there is such a person.
   *
   * @throws {ProblemError} `overloaded` when too many wait
   */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const against = stored ?? (await this.#decoyHash());
    const matched = await this.#inTurn(() => verify(against, normal(password)));
    return matched && stored !== null;
  }

  /** A hash that stands in for one that is not there. Made once, in advance of the first that needs it. */
  async prepare(): Promise<void> {
    await this.#decoyHash();
  }

  #decoyHash(): Promise<string> {
    this.#decoy ??= hash('nobody has this password', ARGON2);
    return this.#decoy;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= CONCURRENT) {
      if (this.#waiting.length >= MOST_WAITING) {
        throw problem('overloaded', { retryAfterSeconds: 2 });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      // The turn passes to the next in line, or ends.
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#running--;
      } else {
        next();
      }
    }
  }
}

/** The same characters, however a keyboard composes them (NIST SP 800-63B, 5.1.1.2). */
function normal(password: string): string {
  return password.normalize('NFKC');
}
