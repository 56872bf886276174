/** What the processes of this benchmark tell each other. */

/** Generator to parent: everything is stored. */
export interface Stored {
  readonly rows: number;
}

/** Server to parent: it listens. */
export interface Listening {
  readonly url: string;
  /** Access token of somebody who may export everything. */
  readonly token: string;
}

/** Parent to server: begin to watch, or tell what was seen since. */
export type Question = 'watch' | 'tell';

/** Server to parent, to both. */
export interface Seen {
  /** Resident memory when asked, megabytes. */
  readonly now: number;
  /** The most resident since it was watched, megabytes. */
  readonly most: number;
  /** How late the event loop was, the 99th percentile, milliseconds. */
  readonly delayP99: number;
  /** The same, at the most. */
  readonly delayMax: number;
}
