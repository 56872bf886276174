/** What the benchmark asks of an application under test. */
export type Question = 'begin' | 'end';

/** What it used between a `begin` and its `end`. */
export interface Used {
  /** CPU time of all its threads, microseconds. */
  readonly cpu: number;
  /** Milliseconds, how late the event loop was. */
  readonly delayP99: number;
}
