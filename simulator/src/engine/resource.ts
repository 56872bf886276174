import type { Measured, Simulation } from './simulation.ts';
import { Tally } from './tally.ts';
import { TimeWeighted } from './time-weighted.ts';
import { WaitingLine } from './waiting-line.ts';

export interface ResourceOptions {
  /** Units there are. */
  readonly units: number;
  /** Customers who may wait; no bound unless given. */
  readonly places?: number;
  /** A customer has the units it asked for: at once, within {@link Resource.acquire}, or after it waited. */
  readonly onGrant: (customer: number) => void;
}

/**
 * Units that are held for as long as their holder likes, such as connections of a pool or buffers. Who asks while too few are
 * free waits in line; the first in line is served first, even when one behind it asks for less.
 */
export class Resource implements Measured {
  readonly held: TimeWeighted;
  /** Customers in line. */
  readonly waiting: TimeWeighted;
  /** From the request until the units are held. */
  readonly waitingTime = new Tally();

  readonly #simulation: Simulation;
  readonly #onGrant: (customer: number) => void;
  readonly #places: number;
  readonly #line = new WaitingLine();
  #units: number;
  #held = 0;
  #requests = 0;
  #refused = 0;

  constructor(simulation: Simulation, { units, places, onGrant }: ResourceOptions) {
    this.#simulation = simulation;
    this.#onGrant = onGrant;
    this.#places = places ?? Number.POSITIVE_INFINITY;
    this.#units = units;
    this.held = new TimeWeighted(simulation);
    this.waiting = new TimeWeighted(simulation);
    simulation.measure(this);
  }

  get units(): number {
    return this.#units;
  }

  /** Requests since the last reset, with those refused. */
  get requests(): number {
    return this.#requests;
  }

  /** Requests refused since the last reset. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * A customer asks for units.
   *
   * @returns false when it is refused, as too few units are free and all places in line are taken
   */
  acquire(customer: number, units = 1): boolean {
    this.#requests += 1;
    if (this.#line.length === 0 && this.#held + units <= this.#units) {
      this.#grant(customer, units, this.#simulation.now);
      return true;
    }
    if (this.#line.length >= this.#places) {
      this.#refused += 1;
      return false;
    }
    this.#line.push(customer, this.#simulation.now, units);
    this.waiting.set(this.#line.length);
    return true;
  }

  /**
   * Gives units back; those in line get theirs before this returns.
   *
   * @throws {RangeError} when more are given back than are held
   */
  release(units = 1): void {
    if (units > this.#held) {
      throw new RangeError(`${units} units were released, but only ${this.#held} are held.`);
    }
    this.#hold(this.#held - units);
    this.#serveLine();
  }

  /** From now on there are so many units. Units held beyond them are missed only once they are given back. */
  resize(units: number): void {
    this.#units = units;
    this.#serveLine();
  }

  resetStatistics(): void {
    this.held.resetStatistics();
    this.waiting.resetStatistics();
    this.waitingTime.reset();
    this.#requests = 0;
    this.#refused = 0;
  }

  #serveLine(): void {
    while (this.#line.length > 0 && this.#held + this.#line.units <= this.#units) {
      const { customer, units, since } = this.#line;
      this.#line.shift();
      this.waiting.set(this.#line.length);
      this.#grant(customer, units, since);
    }
  }

  #grant(customer: number, units: number, since: number): void {
    this.#hold(this.#held + units);
    this.waitingTime.add(this.#simulation.now - since);
    this.#onGrant(customer);
  }

  #hold(units: number): void {
    this.#held = units;
    this.held.set(units);
  }
}
