/** M/M/4: what the engine is compared with is written for four servers. */
export const SERVERS = 4;

export interface Model {
  readonly seed: number;
  /** Customers a unit of time. */
  readonly arrivalRate: number;
  readonly meanService: number;
}

/** What the model comes to, however it is computed. */
export interface Outcome {
  /** Arrivals and departures. */
  readonly events: number;
  readonly meanPresent: number;
  readonly meanResponse: number;
}

/** With the seconds of processor time that it took. */
export interface Timed extends Outcome {
  readonly seconds: number;
}
