/** One second of one tenant. */
export interface LiveTick {
  /** Identifies one start of the process. */
  readonly epoch: string;
  readonly seq: number;
  /** A {@link LiveTickMessage}, serialised. */
  readonly json: string;
}

/** What {@link LiveTick.json} says. */
export interface LiveTickMessage {
  /** ISO 8601, UTC, a whole second. */
  readonly timestamp: string;
  readonly epoch: string;
  readonly seq: number;
  /** Requests of the tenant's current local month, as the following three. */
  readonly api_calls: number;
  /** Data transfer, in and out, in GB of 10^9 bytes. */
  readonly data_transfer: number;
  readonly data_transfer_bytes: number;
  /** Distinct people. */
  readonly active_users: number;
  /** Distinct people of the last five minutes. */
  readonly concurrent_users: number;
  /** Percent of the cores that the process may use. */
  readonly cpu_usage: number;
  /** Percent of the memory that the process may use. */
  readonly memory_usage: number;
  /** Null while there is no price to compute it from. */
  readonly cost_estimate: number | null;
  /** Since the tick before. */
  readonly interval: {
    readonly api_calls: number;
    readonly errors: number;
    readonly bytes: number;
    readonly active_users: number;
  };
}
