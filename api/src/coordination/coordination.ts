/** Whether state is this process's alone, shared, or ought to be shared and cannot be. */
export type CoordinationState = 'local' | 'shared' | 'degraded';

/** Text by key, for a while. It may forget at any time; it never fails a request. */
export interface Cache {
  /** Undefined when nothing is known. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /** Forgets the keys, on every replica. */
  delete(...keys: string[]): Promise<void>;
}

/** Tells every replica, this one included. At most once: who is not there does not hear it. */
export interface Bus {
  publish(channel: string, message: string): void;
  /** @returns ends the subscription */
  subscribe(channel: string, listener: (message: string) => void): () => void;
}

interface Taken {
  /** In this window, with this one. */
  readonly taken: number;
  /** Milliseconds until the window ends, more than 0. */
  readonly leftMs: number;
}

/** Counts what may be done so often in so long. It never fails a request. */
export interface Limits {
  /** Counts one more by the key; a window begins with the first that is counted, and ends so long after. */
  take(key: string, windowMs: number): Promise<Taken>;
}

/** What replicas share: through Redis where there is one, else within this process. */
export interface Coordination {
  readonly cache: Cache;
  readonly bus: Bus;
  readonly limits: Limits;
  state(): CoordinationState;
  close(): Promise<void>;
}
