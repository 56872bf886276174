import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** What the process is short of. */
export type Shortage = 'event-loop' | 'heap' | 'memory' | 'database';

/** From where on requests are turned away. */
export interface PressureLimits {
  /** How late the event loop may be, in milliseconds. */
  readonly eventLoopDelayMs: number;
  /** Share of the JavaScript heap's limit, 0 to 1. */
  readonly heapShare: number;
  /** Share of the memory that the process may use, 0 to 1. */
  readonly memoryShare: number;
  /** Queries that wait for a connection. */
  readonly databaseWaiting: number;
}

export interface PressureOptions {
  readonly limits: PressureLimits;
  /** Queries that wait for a connection right now. */
  readonly databaseWaiting: () => number;
  /** What the process uses; asked each quarter of a second. Node's own figures unless given. */
  readonly memory?: () => Pick<NodeJS.MemoryUsage, 'heapUsed' | 'rss'>;
}

/** Often enough to see a wave coming; what it costs, some 30 µs, is nothing. */
const SAMPLE_INTERVAL_MS = 250;

/**
 * Knows whether the process has more to do than it can. Delay and queue are judged at the moment of the question: a
 * wave that has just arrived is not let in because the last sample was fine.
 */
export class Pressure {
  readonly #limits: PressureLimits;
  readonly #databaseWaiting: () => number;
  readonly #memory: () => Pick<NodeJS.MemoryUsage, 'heapUsed' | 'rss'>;
  readonly #mostHeap: number;
  readonly #mostMemory: number;
  readonly #timer: NodeJS.Timeout;
  #sampledAt = performance.now();
  #late = false;
  #short: 'heap' | 'memory' | undefined;

  constructor({ limits, databaseWaiting, memory = process.memoryUsage }: PressureOptions) {
    this.#limits = limits;
    this.#databaseWaiting = databaseWaiting;
    this.#memory = memory;
    this.#mostHeap = getHeapStatistics().heap_size_limit * limits.heapShare;
    this.#mostMemory = usableMemory() * limits.memoryShare;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
    this.#timer.unref();
  }

  /** What there is too little of; undefined when all is well. */
  shortage(): Shortage | undefined {
    if (this.#late || this.#delay() > this.#limits.eventLoopDelayMs) {
      return 'event-loop';
    }
    return this.#databaseWaiting() > this.#limits.databaseWaiting ? 'database' : this.#short;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    this.#late = this.#delay() > this.#limits.eventLoopDelayMs;
    this.#sampledAt = performance.now();
    const { heapUsed, rss } = this.#memory();
    this.#short = heapUsed > this.#mostHeap ? 'heap' : rss > this.#mostMemory ? 'memory' : undefined;
  }

  /** Milliseconds by which the next sample is overdue. */
  #delay(): number {
    return performance.now() - this.#sampledAt - SAMPLE_INTERVAL_MS;
  }
}

/** Bytes: the machine's memory, or less where the process is held to less. */
function usableMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed === undefined || allowed === 0 ? totalmem() : Math.min(allowed, totalmem());
}
