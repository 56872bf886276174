import type { RandomStream } from '../../random/stream.ts';
import { Popularity } from '../popularity.ts';

const WEEK = 7 * 24 * 3600;

/** Statistics of each teacher's dashboard, in Redis. Times in seconds. */
export class Dashboards {
  readonly #storedAt: Float64Array;
  readonly #timeToLive: number;

  constructor(accounts: number, timeToLive: number) {
    this.#storedAt = new Float64Array(accounts).fill(Number.NEGATIVE_INFINITY);
    this.#timeToLive = timeToLive;
  }

  has(account: number, now: number): boolean {
    return now - (this.#storedAt[account] ?? Number.NEGATIVE_INFINITY) < this.#timeToLive;
  }

  store(account: number, now: number): void {
    this.#storedAt[account] = now;
  }
}

export interface EdgeOptions {
  readonly files: number;
  readonly popularity: number;
  readonly weeklyDownloads: number;
  /** Seconds. */
  readonly timeToLive: number;
}

/**
 * Files at an edge of the CDN. A file lives there for the time to live, however often it is asked for; so one that is asked
 * for at rate r is there with probability rT / (1 + rT) at any instant, at an even age (renewal theory; Jung, Berger and
 * Balakrishnan 2003). This is how the hour begins, as a week would be too long to warm up.
 */
export class Edge {
  readonly #popularity: Popularity;
  readonly #expires: Float64Array;
  readonly #timeToLive: number;
  readonly #choices: RandomStream;

  constructor({ files, popularity, weeklyDownloads, timeToLive }: EdgeOptions, choices: RandomStream) {
    this.#popularity = new Popularity(files, popularity);
    this.#timeToLive = timeToLive;
    this.#choices = choices;
    this.#expires = this.#popularity.shares.map((share) => {
      const wanted = (weeklyDownloads * share * timeToLive) / WEEK;
      const isThere = choices.next() < wanted / (1 + wanted);
      const left = choices.next() * timeToLive;
      return isThere ? left : 0;
    });
  }

  /** Asks for a file by popularity; one that was not there is from now on. */
  ask(now: number): boolean {
    const file = this.#popularity.draw(this.#choices);
    const isThere = now < (this.#expires[file] ?? 0);
    if (!isThere) {
      this.#expires[file] = now + this.#timeToLive;
    }
    return isThere;
  }
}
