/** What the server tells when it is asked how it is. */
export interface ServerStatus {
  readonly accepted: number;
  readonly stored: number;
  readonly inSpool: number;
  readonly lost: number;
  /** Bytes. */
  readonly rss: number;
  /** All threads, since the process started. */
  readonly cpuMicroseconds: number;
}

/** How the generator sends. */
export interface Load {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  readonly eventsPerBatch: number;
  /** Batches a second over all connections; without it each connection sends as fast as it is answered. */
  readonly batchesPerSecond?: number;
}

/** What the generator saw. */
export interface LoadResult {
  /** Events answered for, by what became of them. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Batches that were answered with anything but 202. */
  readonly failed: number;
  /** From the first batch to the last answer. */
  readonly seconds: number;
  /** Milliseconds from a batch's turn to its answer. */
  readonly ackP50: number;
  readonly ackP99: number;
  /** Of the generator. */
  readonly cpuMicroseconds: number;
}
