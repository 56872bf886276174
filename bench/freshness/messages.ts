/** What the processes of this benchmark tell each other. */

export interface TenantAccess {
  readonly id: string;
  /** Access token of its administrator. */
  readonly token: string;
}

/** Server to parent: it listens. */
export interface Listening {
  readonly url: string;
  readonly tenants: readonly TenantAccess[];
}

/** Watchers to parent, when all are connected. */
export interface Watching {
  readonly sockets: number;
}

/** Watchers to parent, at the end. Times in milliseconds. */
export interface Watched {
  readonly ticks: number;
  readonly intervalP50: number;
  readonly intervalP99: number;
  readonly intervalMax: number;
  /** From the whole second that a tick is of to its arrival. */
  readonly delayP99: number;
  /** Ticks that a socket did not get, or not in order. */
  readonly missed: number;
  /** Ticks without a cost, of tenants that all have a contract. */
  readonly unpriced: number;
  /** Sockets that were closed. */
  readonly closed: number;
}

/** Server to parent, when asked: what it used since it was asked before. */
export interface ServerUse {
  /** CPU time as a share of one core. */
  readonly cpu: number;
  readonly rssMb: number;
}

/** The value below which the share `q` of values lies; they are put in order. */
export function quantileOf(values: Float64Array, q: number): number {
  values.sort();
  return values[Math.max(0, Math.ceil(q * values.length) - 1)] ?? Number.NaN;
}
