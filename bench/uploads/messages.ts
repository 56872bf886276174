/** What the processes of this benchmark tell each other. */

/** Server to parent: it listens. */
export interface Listening {
  readonly url: string;
  /** Access token of a mentor. */
  readonly token: string;
}

/** Parent to server: begin to watch memory, or tell what was seen since. */
export type Question = 'watch' | 'tell';

/** Server to parent, to both. Megabytes. */
export interface Memory {
  /** Resident, when asked. */
  readonly now: number;
  /** The most resident since it was watched. */
  readonly most: number;
  /** Of what is resident outside of V8's heap, in buffers: the most. */
  readonly buffers: number;
}
