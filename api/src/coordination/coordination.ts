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

export interface Allowance {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Whole seconds; 0 when allowed. */
  readonly retryAfterSeconds: number;
}

/** Counts what may be done so often in so long. */
export interface Limits {
  /** Takes one from the allowance of the key. */
  take(key: string, limit: { readonly most: number; readonly windowSeconds: number }): Promise<Allowance>;
  /** Gives the whole allowance back. */
  reset(key: string): Promise<void>;
}

/** What replicas share: through Redis where there is one, else within this process. */
export interface Coordination {
  readonly cache: Cache;
  readonly bus: Bus;
  readonly limits: Limits;
  state(): CoordinationState;
  close(): Promise<void>;
}
