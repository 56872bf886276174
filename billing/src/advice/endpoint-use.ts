/** How one endpoint was used in a month: what advice on using it otherwise is computed from. */
export interface EndpointUse {
  readonly method: string;
  /** The route template. */
  readonly endpoint: string;
  readonly calls: bigint;
  readonly renders: bigint;
  /** Bytes answered as text. */
  readonly textBytesOut: bigint;
  readonly cacheLookups: bigint;
  readonly cacheHits: bigint;
  /** Microseconds of CPU time of the lookups that were misses, and of those that were hits. */
  readonly missCpu: bigint;
  readonly hitCpu: bigint;
  /** Sessions in which it was called, and the calls made in them. */
  readonly sessions: bigint;
  readonly callsInSessions: bigint;
}

/** What an endpoint has to do with a piece of advice. `amount` is in the unit that the advice says. */
export interface EndpointShare {
  readonly method: string;
  readonly endpoint: string;
  readonly amount: bigint;
}

/** Shares with the largest amount first, without those of 0. */
export function largestFirst(shares: readonly EndpointShare[]): EndpointShare[] {
  return shares
    .filter(({ amount }) => amount > 0n)
    .sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1));
}
