/** How many buckets are kept before those at rest are forgotten. */
const MAXIMUM_BUCKETS = 10_000;
const MS_PER_SECOND = 1_000;

interface Bucket {
  tokens: number;
  /** Epoch milliseconds. */
  at: number;
}

export interface Rate {
  /** Events a second. */
  readonly eventsPerSecond: number;
  /** Events at once. */
  readonly burst: number;
}

/**
 * Rates by key. A batch is taken whole when the bucket holds as many tokens as it has events, or is full: a batch
 * larger than the burst is taken too, and then paid off before the next.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Takes a batch, or nothing.
   *
   * @returns whole seconds to wait before it would be taken; 0 when it was
   */
  take(key: string, events: number, rate: Rate): number {
    const bucket = this.#bucket(key, rate);
    const missing = Math.min(events, rate.burst) - bucket.tokens;
    if (missing > 0) {
      return Math.max(1, Math.ceil(missing / rate.eventsPerSecond));
    }
    bucket.tokens -= events;
    return 0;
  }

  /** Whole seconds before even one event would be taken; 0 when one would. Takes nothing. */
  wait(key: string, rate: Rate): number {
    return this.take(key, 0, rate);
  }

  #bucket(key: string, { eventsPerSecond, burst }: Rate): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      const full = { tokens: burst, at: now };
      this.#forgetRested(now);
      this.#buckets.set(key, full);
      return full;
    }
    const gained = (Math.max(0, now - bucket.at) / MS_PER_SECOND) * eventsPerSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.at = now;
    return bucket;
  }

  /** The oldest untouched first; a key that comes back after that begins with a full bucket. */
  #forgetRested(now: number): void {
    if (this.#buckets.size < MAXIMUM_BUCKETS) {
      return;
    }
    for (const [key, { tokens, at }] of this.#buckets) {
      if (tokens >= 0 && now - at > MS_PER_SECOND) {
        this.#buckets.delete(key);
      }
    }
  }
}
