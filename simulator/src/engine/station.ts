import { Column, Pool } from './pool.ts';
import type { Measured, Simulation } from './simulation.ts';
import { Tally } from './tally.ts';
import { TimeWeighted, TimeWeightedSum } from './time-weighted.ts';
import { WaitingLine } from './waiting-line.ts';

export interface StationOptions {
  /** How long a customer's service takes; asked when it begins. */
  readonly service: (customer: number) => number;
  /** 1 unless given. */
  readonly servers?: number;
  /** Customers who may wait, besides those in service; no bound unless given. */
  readonly places?: number;
  /** Where a customer goes who has been served; away unless given. */
  readonly onDeparture?: (customer: number) => void;
}

/**
 * Servers, all alike, with one line before them: first come, first served. A customer is any whole number of 32 bits; the
 * station keeps nothing of one who has left.
 */
export class Station implements Measured {
  /** Customers over time: in service, in line, and both. */
  readonly busy: TimeWeighted;
  readonly waiting: TimeWeighted;
  readonly present: TimeWeightedSum;
  /** From arrival to the beginning of service. */
  readonly waitingTime = new Tally();
  /** From arrival to the end of service. */
  readonly responseTime = new Tally();

  readonly #simulation: Simulation;
  readonly #service: (customer: number) => number;
  readonly #onDeparture: ((customer: number) => void) | undefined;
  readonly #places: number;
  readonly #completion: number;
  readonly #line = new WaitingLine();
  /** Those in service. */
  readonly #jobs = new Pool();
  readonly #arrivedAt = new Column();
  #servers: number;
  #arrivals = 0;
  #blocked = 0;

  constructor(simulation: Simulation, { service, servers = 1, places, onDeparture }: StationOptions) {
    this.#simulation = simulation;
    this.#service = service;
    this.#onDeparture = onDeparture;
    this.#places = places ?? Number.POSITIVE_INFINITY;
    this.#servers = servers;
    this.busy = new TimeWeighted(simulation);
    this.waiting = new TimeWeighted(simulation);
    this.present = new TimeWeightedSum(this.busy, this.waiting);
    this.#completion = simulation.addKind((customer, job) => this.#complete(customer, job));
    simulation.measure(this);
  }

  get servers(): number {
    return this.#servers;
  }

  /** Customers who came since the last reset, with those who were turned away. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Customers who were turned away since the last reset. */
  get blocked(): number {
    return this.#blocked;
  }

  /**
   * A customer comes.
   *
   * @returns false when it is turned away, as all servers are busy and all places taken
   */
  arrive(customer: number): boolean {
    this.#arrivals += 1;
    const { now } = this.#simulation;
    if (this.#jobs.count < this.#servers) {
      this.#serve(customer, now);
      this.busy.set(this.#jobs.count);
      return true;
    }
    if (this.#line.length >= this.#places) {
      this.#blocked += 1;
      return false;
    }
    this.#line.push(customer, now);
    this.waiting.set(this.#line.length);
    return true;
  }

  /**
   * From now on there are so many servers: more begin with those in line at once; when there are fewer, services that
   * have begun are ended first.
   */
  resize(servers: number): void {
    this.#servers = servers;
    while (this.#jobs.count < servers && this.#line.length > 0) {
      this.#serveNext();
    }
    this.busy.set(this.#jobs.count);
  }

  resetStatistics(): void {
    this.busy.resetStatistics();
    this.waiting.resetStatistics();
    this.waitingTime.reset();
    this.responseTime.reset();
    this.#arrivals = 0;
    this.#blocked = 0;
  }

  #serveNext(): void {
    const { customer, since } = this.#line;
    this.#line.shift();
    this.waiting.set(this.#line.length);
    this.#serve(customer, since);
  }

  #serve(customer: number, arrivedAt: number): void {
    const job = this.#jobs.take();
    this.#arrivedAt.set(job, arrivedAt);
    this.waitingTime.add(this.#simulation.now - arrivedAt);
    this.#simulation.schedule(this.#service(customer), this.#completion, customer, job);
  }

  #complete(customer: number, job: number): void {
    this.responseTime.add(this.#simulation.now - this.#arrivedAt.get(job));
    this.#jobs.release(job);
    if (this.#line.length > 0 && this.#jobs.count < this.#servers) {
      this.#serveNext();
    } else {
      this.busy.set(this.#jobs.count);
    }
    this.#onDeparture?.(customer);
  }
}
