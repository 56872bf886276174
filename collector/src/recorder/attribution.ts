/*
 * Shares the process's CPU time and memory out over the requests in flight.
 *
 * What always holds: over all requests, attributed CPU adds up to the CPU that the process spent while at least one
 * request was in flight, and attributed memory to the resident set over that time; both to within one unit.
 *
 * Virtual time, as in fair queueing: V grows by (CPU spent) / (requests in flight), and a request is charged the V
 * that passes while it is in flight. V is advanced when the number in flight changes; asking the operating system
 * takes close to a microsecond, so changes within 200 µs of the last reading share it. What is then shared out is
 * the same sum, over those in flight at the reading.
 */
import type { Microseconds } from '../record/request-record.ts';

const READ_INTERVAL_MS = 0.2;
const RSS_INTERVAL_MS = 1_000;
const BYTES_PER_KB = 1_000;

export interface ProcessMeter {
  /** CPU time that the process has spent, user and system, in microseconds. */
  cpu(): number;
  /** Resident set, in bytes. */
  rss(): number;
}

const thisProcess: ProcessMeter = {
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  rss: () => process.memoryUsage.rss(),
};

/** What a request holds while it is in flight. */
export interface Share {
  /** Virtual CPU time at its start, microseconds. */
  readonly cpu: number;
  /** Virtual memory-time at its start, kB·ms. */
  readonly memory: number;
}

/** What a request is charged: whole microseconds of CPU, and whole kB·ms. */
export interface Charge {
  readonly cpu: Microseconds;
  readonly memory: number;
}

/** The account of one process. */
export class Attribution {
  readonly #meter: ProcessMeter;
  #inFlight = 0;
  #cpu = 0;
  #memory = 0;
  #cpuRead = 0;
  #readAt = 0;
  #timeAt = 0;
  #rssKb = 0;
  #rssAt = Number.NEGATIVE_INFINITY;
  /** What rounding left over, given to the next request. */
  #cpuRest = 0;
  #memoryRest = 0;

  constructor(meter: ProcessMeter = thisProcess) {
    this.#meter = meter;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @param now milliseconds of a monotonic clock */
  start(now: number): Share {
    if (this.#inFlight === 0) {
      // What was spent with nothing in flight belongs to nobody.
      this.#cpuRead = this.#meter.cpu();
      this.#readAt = now;
      this.#timeAt = now;
    } else {
      this.#advance(now, false);
    }
    this.#inFlight += 1;
    return { cpu: this.#cpu, memory: this.#memory };
  }

  /** @param now milliseconds of the same clock */
  end(share: Share, now: number): Charge {
    // The last one out takes what is left: nobody else is there to be charged for it.
    this.#advance(now, this.#inFlight === 1);
    this.#inFlight -= 1;
    const cpu = this.#cpu - share.cpu + this.#cpuRest;
    const memory = this.#memory - share.memory + this.#memoryRest;
    const charge = { cpu: Math.floor(cpu) as Microseconds, memory: Math.floor(memory) };
    this.#cpuRest = cpu - charge.cpu;
    this.#memoryRest = memory - charge.memory;
    return charge;
  }

  #advance(now: number, mustRead: boolean): void {
    if (now - this.#rssAt >= RSS_INTERVAL_MS) {
      this.#rssKb = this.#meter.rss() / BYTES_PER_KB;
      this.#rssAt = now;
    }
    this.#memory += ((now - this.#timeAt) * this.#rssKb) / this.#inFlight;
    this.#timeAt = now;
    if (mustRead || now - this.#readAt >= READ_INTERVAL_MS) {
      const cpu = this.#meter.cpu();
      this.#cpu += (cpu - this.#cpuRead) / this.#inFlight;
      this.#cpuRead = cpu;
      this.#readAt = now;
    }
  }
}
