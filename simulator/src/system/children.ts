import type { Simulation } from '../engine/simulation.ts';
import { WaitingLine } from '../engine/waiting-line.ts';

/** Idle children kept at most, beyond those kept at least. An assumption: as in the usual advice for pm=dynamic. */
const SPARE_RANGE = 2;
/** PHP-FPM's master looks after its children every second; it forks 1, 2, 4 … at a time, at most these. */
const LOOK_SECONDS = 1;
const MOST_FORKS = 32;

/** The load balancer gives up on a request that found no child for so long, seconds: Nginx's default. */
export const GATEWAY_TIMEOUT = 60;

export interface ChildrenOptions {
  /** Children at most. */
  readonly most: number;
  /** Idle children kept at least. */
  readonly spare: number;
  /** Connections to the database that the children may hold now; each child holds one for as long as it lives. */
  readonly connections: () => number;
  /** A request gets a child to itself, until {@link Children.release}. */
  readonly onStart: (request: number) => void;
  /** A request has waited too long for a child: the load balancer has given it up. */
  readonly onTimeout: (request: number) => void;
  /** There are more or fewer children. */
  readonly onResize: () => void;
}

/**
 * PHP-FPM's children with pm=dynamic: a request has a child to itself until it is answered; the master forks more while too
 * few are idle and ends one a second while too many are. Requests that find no idle child wait in the order they came.
 */
export class Children {
  /** Children, and those that are busy. */
  count: number;
  busy = 0;

  readonly #simulation: Simulation;
  readonly #onStart: (request: number) => void;
  readonly #onTimeout: (request: number) => void;
  readonly #onResize: () => void;
  readonly #waiting = new WaitingLine();
  readonly #most: number;
  readonly #look: number;
  readonly #connections: () => number;
  #leastIdle = 1;
  #mostIdle = 1;
  #forks = 1;
  #looks = false;

  constructor(
    simulation: Simulation,
    { most, spare, connections, onStart, onTimeout, onResize }: ChildrenOptions,
  ) {
    this.#simulation = simulation;
    this.#onStart = onStart;
    this.#onTimeout = onTimeout;
    this.#onResize = onResize;
    this.#most = most;
    this.#connections = connections;
    this.#look = simulation.addKind(() => this.#lookAfter());
    this.#keepIdle(spare);
    this.count = Math.min(this.#allowed(), this.#mostIdle);
  }

  /** Requests that wait for a child that could connect to the database, where another child would be allowed. */
  get waitingForConnection(): number {
    return this.#connections() < this.#most && this.count >= this.#allowed() ? this.#waiting.length : 0;
  }

  /** From now on so many idle children are kept at least; the master ends the others one by one. */
  keepSpare(spare: number): void {
    this.#keepIdle(spare);
    this.#watch();
  }

  arrive(request: number): void {
    if (this.busy < this.count) {
      this.#start(request);
    } else {
      this.#waiting.push(request, this.#simulation.now);
    }
    this.#watch();
  }

  /** A request has been answered. */
  release(): void {
    this.busy -= 1;
    this.#serve();
    this.#watch();
  }

  #keepIdle(spare: number): void {
    this.#leastIdle = Math.max(1, Math.round(spare));
    this.#mostIdle = this.#leastIdle + SPARE_RANGE;
  }

  #allowed(): number {
    return Math.max(1, Math.min(this.#most, this.#connections()));
  }

  #isShort(): boolean {
    return this.count - this.busy < this.#leastIdle && this.count < this.#allowed();
  }

  #isIdle(): boolean {
    const idle = this.count - this.busy;
    return idle > this.#mostIdle || (idle > 0 && this.count > this.#allowed());
  }

  #start(request: number): void {
    this.busy += 1;
    this.#onStart(request);
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.busy < this.count) {
      const { customer: request, since } = this.#waiting;
      this.#waiting.shift();
      if (this.#simulation.now - since > GATEWAY_TIMEOUT) {
        this.#onTimeout(request);
      } else {
        this.#start(request);
      }
    }
  }

  /** The master looks at the next full second, when there will be something for it to do. */
  #watch(): void {
    if (!this.#looks && (this.#isShort() || this.#isIdle())) {
      this.#looks = true;
      const second = Math.floor(this.#simulation.now / LOOK_SECONDS) + 1;
      this.#simulation.scheduleAt(second * LOOK_SECONDS, this.#look);
    }
  }

  #lookAfter(): void {
    this.#looks = false;
    if (this.#isShort()) {
      this.count = Math.min(this.count + this.#forks, this.#allowed());
      this.#onResize();
      this.#forks = Math.min(this.#forks * 2, MOST_FORKS);
      this.#serve();
    } else {
      this.#forks = 1;
      if (this.#isIdle()) {
        this.count -= 1;
        this.#onResize();
      }
    }
    this.#watch();
  }
}
