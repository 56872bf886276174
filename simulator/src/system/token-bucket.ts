/** Calls that a client may make at once, and those that it gains each second. Assumptions: nobody reads as fast. */
const CAPACITY = 30;
const REFILL = 1;

/** Allows each client bursts up to a capacity and a steady rate beyond it, by one bucket of tokens a client. */
export class TokenBuckets {
  readonly #tokens: Float32Array;
  readonly #since: Float64Array;

  constructor(clients: number) {
    this.#tokens = new Float32Array(clients).fill(CAPACITY);
    this.#since = new Float64Array(clients);
  }

  /** Takes a token for a call. @returns whether there was one */
  allows(now: number, client: number): boolean {
    const since = this.#since[client] ?? 0;
    const tokens = Math.min(CAPACITY, (this.#tokens[client] ?? 0) + (now - since) * REFILL);
    this.#since[client] = now;
    const allowed = tokens >= 1;
    this.#tokens[client] = allowed ? tokens - 1 : tokens;
    return allowed;
  }
}
