import { EventQueue } from './event-queue.ts';
import { Column, Pool } from './pool.ts';
import type { Measured, Simulation } from './simulation.ts';
import { Tally } from './tally.ts';
import { TimeWeighted } from './time-weighted.ts';

/** In a typed array, as in fields of their own each change would take memory. */
const VIRTUAL = 0;
const CHANGED = 1;
const NUMBERS = 2;
const NONE = -1;

export interface ProcessorSharingOptions {
  /** Work of a customer: how long it would take if it had a core to itself; asked when it comes. */
  readonly work: (customer: number) => number;
  /** 1 unless given; a part of a core counts as that. */
  readonly cores?: number;
  /** Where a customer goes whose work is done; away unless given. */
  readonly onDeparture?: (customer: number) => void;
}

/**
 * Cores shared evenly, as a CPU is: each of n customers is worked on at rate min(1, cores / n). In virtual time, which runs
 * at that rate, everyone's work ends at its arrival plus its work; so one heap of ends is kept and one event, whatever n is
 * (Demers, Keshav and Shenker 1989, "Analysis and simulation of a fair queueing algorithm").
 */
export class ProcessorSharing implements Measured {
  /** Customers over time. */
  readonly present: TimeWeighted;
  /** Cores at work over time. */
  readonly busy: TimeWeighted;
  readonly responseTime = new Tally();

  readonly #simulation: Simulation;
  readonly #work: (customer: number) => number;
  readonly #onDeparture: ((customer: number) => void) | undefined;
  readonly #completion: number;
  /** In virtual time. */
  readonly #ends = new EventQueue();
  readonly #jobs = new Pool();
  readonly #arrivedAt = new Column();
  readonly #numbers = new Float64Array(NUMBERS);
  #cores: number;
  #nextEvent = NONE;

  constructor(simulation: Simulation, { work, cores = 1, onDeparture }: ProcessorSharingOptions) {
    this.#simulation = simulation;
    this.#work = work;
    this.#onDeparture = onDeparture;
    this.#cores = cores;
    this.present = new TimeWeighted(simulation);
    this.busy = new TimeWeighted(simulation);
    this.#completion = simulation.addKind(() => this.#complete());
    simulation.measure(this);
  }

  get cores(): number {
    return this.#cores;
  }

  /** @throws {RangeError} when the customer's work is negative or not a number */
  arrive(customer: number): void {
    this.#advance();
    const work = this.#work(customer);
    if (!(work >= 0)) {
      throw new RangeError(`A customer's work cannot be ${work}.`);
    }
    const job = this.#jobs.take();
    this.#arrivedAt.set(job, this.#simulation.now);
    this.#ends.push((this.#numbers[VIRTUAL] ?? 0) + work, 0, customer, job);
    this.#share();
  }

  /** From now on there are so many cores; with none, work rests. */
  resize(cores: number): void {
    this.#advance();
    this.#cores = cores;
    this.#share();
  }

  resetStatistics(): void {
    this.present.resetStatistics();
    this.busy.resetStatistics();
    this.responseTime.reset();
  }

  #complete(): void {
    this.#nextEvent = NONE;
    this.#ends.pop(Number.POSITIVE_INFINITY);
    const { a: customer, b: job } = this.#ends;
    // Not by advancing, so that rounding cannot leave a rest. An empty station begins anew, so that it cannot add up.
    this.#numbers[VIRTUAL] = this.#ends.size > 0 ? this.#ends.at : 0;
    this.#numbers[CHANGED] = this.#simulation.now;
    this.responseTime.add(this.#simulation.now - this.#arrivedAt.get(job));
    this.#jobs.release(job);
    this.#share();
    this.#onDeparture?.(customer);
  }

  #rate(): number {
    return Math.min(1, this.#cores / this.#ends.size);
  }

  /** Brings virtual time up to now. */
  #advance(): void {
    const { now } = this.#simulation;
    if (this.#ends.size > 0) {
      const passed = now - (this.#numbers[CHANGED] ?? 0);
      this.#numbers[VIRTUAL] = (this.#numbers[VIRTUAL] ?? 0) + passed * this.#rate();
    }
    this.#numbers[CHANGED] = now;
  }

  /** Customers or cores have changed: so does the time of the next departure. */
  #share(): void {
    const customers = this.#ends.size;
    this.present.set(customers);
    this.busy.set(Math.min(customers, this.#cores));
    if (customers === 0 || this.#cores === 0) {
      if (this.#nextEvent !== NONE) {
        this.#simulation.cancel(this.#nextEvent);
        this.#nextEvent = NONE;
      }
      return;
    }
    const left = Math.max(0, this.#ends.nextAt - (this.#numbers[VIRTUAL] ?? 0)) / this.#rate();
    if (this.#nextEvent === NONE) {
      this.#nextEvent = this.#simulation.schedule(left, this.#completion);
    } else {
      this.#simulation.reschedule(this.#nextEvent, this.#simulation.now + left);
    }
  }
}
