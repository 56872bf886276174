/** What is counted between two samples, and begins anew after each. */
export class MinuteCounts {
  requests = 0;
  files = 0;
  hits = 0;
  lookups = 0;
  answers = 0;
  /** Answers that took longer than {@link SLOW_MS}. */
  slow = 0;
  /** Calls refused by the rate limit. */
  refused = 0;
  /** The most connections that were open at once. */
  mostConnections = 0;

  /** @param connections that are open now */
  reset(connections: number): void {
    this.requests = 0;
    this.files = 0;
    this.hits = 0;
    this.lookups = 0;
    this.answers = 0;
    this.slow = 0;
    this.refused = 0;
    this.mostConnections = connections;
  }
}

/** Twice the documented target of 500 ms. */
export const SLOW_MS = 1000;
