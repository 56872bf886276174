import type { Simulation } from '../engine/simulation.ts';
import { WaitingLine } from '../engine/waiting-line.ts';

/** Horizon's processes at least and at most, and how long it looks on before it adds or ends one. Assumptions. */
const LEAST = 3;
const MOST = 10;
const BALANCE_SECONDS = 10;

/**
 * The queue of background jobs and its workers: Horizon adds one while more jobs wait than workers work, and ends one
 * when none waits.
 */
export class JobWorkers {
  /** Workers, and those that are busy. */
  count = LEAST;
  busy = 0;

  readonly #simulation: Simulation;
  readonly #onStart: (job: number) => void;
  readonly #onResize: () => void;
  readonly #queue = new WaitingLine();
  readonly #look: number;
  #looks = false;

  /**
   * @param onStart a job gets a worker to itself, until {@link release}
   * @param onResize there are more or fewer workers
   */
  constructor(simulation: Simulation, onStart: (job: number) => void, onResize: () => void) {
    this.#simulation = simulation;
    this.#onStart = onStart;
    this.#onResize = onResize;
    this.#look = simulation.addKind(() => this.#balance());
  }

  /** Jobs that wait. */
  get queued(): number {
    return this.#queue.length;
  }

  arrive(job: number): void {
    this.#queue.push(job, this.#simulation.now);
    this.#serve();
    this.#watch();
  }

  /** A job is done. */
  release(): void {
    this.busy -= 1;
    this.#serve();
    this.#watch();
  }

  #isShort(): boolean {
    return this.queued > this.count && this.count < MOST;
  }

  #isIdle(): boolean {
    return this.queued === 0 && this.busy < this.count && this.count > LEAST;
  }

  #serve(): void {
    while (this.#queue.length > 0 && this.busy < this.count) {
      const job = this.#queue.customer;
      this.#queue.shift();
      this.busy += 1;
      this.#onStart(job);
    }
  }

  #watch(): void {
    if (!this.#looks && (this.#isShort() || this.#isIdle())) {
      this.#looks = true;
      this.#simulation.schedule(BALANCE_SECONDS, this.#look);
    }
  }

  #balance(): void {
    this.#looks = false;
    if (this.#isShort()) {
      this.count += 1;
      this.#onResize();
      this.#serve();
    } else if (this.#isIdle()) {
      this.count -= 1;
      this.#onResize();
    }
    this.#watch();
  }
}
