import { Column, Pool } from './pool.ts';
import type { Measured, Simulation } from './simulation.ts';
import { Tally } from './tally.ts';
import { TimeWeighted } from './time-weighted.ts';

export interface DelayOptions {
  /** How long a customer stays; asked when it comes. */
  readonly time: (customer: number) => number;
  /** Where a customer goes then; away unless given. */
  readonly onDeparture?: (customer: number) => void;
}

/** A place where nobody waits for anybody, as with as many servers as there are customers: think time, a distant service. */
export class Delay implements Measured {
  readonly present: TimeWeighted;
  /** Of those who have left. */
  readonly responseTime = new Tally();

  readonly #simulation: Simulation;
  readonly #time: (customer: number) => number;
  readonly #onDeparture: ((customer: number) => void) | undefined;
  readonly #departure: number;
  readonly #stays = new Pool();
  readonly #arrivedAt = new Column();

  constructor(simulation: Simulation, { time, onDeparture }: DelayOptions) {
    this.#simulation = simulation;
    this.#time = time;
    this.#onDeparture = onDeparture;
    this.present = new TimeWeighted(simulation);
    this.#departure = simulation.addKind((customer, stay) => this.#depart(customer, stay));
    simulation.measure(this);
  }

  arrive(customer: number): void {
    const stay = this.#stays.take();
    this.#arrivedAt.set(stay, this.#simulation.now);
    this.present.set(this.#stays.count);
    this.#simulation.schedule(this.#time(customer), this.#departure, customer, stay);
  }

  resetStatistics(): void {
    this.present.resetStatistics();
    this.responseTime.reset();
  }

  #depart(customer: number, stay: number): void {
    this.responseTime.add(this.#simulation.now - this.#arrivedAt.get(stay));
    this.#stays.release(stay);
    this.present.set(this.#stays.count);
    this.#onDeparture?.(customer);
  }
}
