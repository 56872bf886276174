/*
 * Shares the process's CPU time and memory out over the requests in flight.
 *
 * Virtual time, as in fair queueing: V grows by (CPU spent) / (requests in flight), and a request is charged the V
 * that passes while it is in flight.
 *
 * What always holds: over all requests, attributed memory adds up to the resident set over the time in which any was in
 * flight. So does attributed CPU, to within one microsecond, as long as V can be advanced each time the number in
 * flight changes. That takes asking the operating system, which costs 1 to 100 µs, most while other threads of the
 * process are busy. So it is asked at most 500 times a second, and less often where asking would take more than a
 * quarter of a percent of the time, but for 50 times saved up while there were few requests; CPU is shared out over
 * those in flight when it is. Then a request may be charged what its neighbours within that interval, at most 20 ms,
 * spent; the sum still holds, but for idle gaps shorter than the interval, which count as busy, and for at most one
 * interval before a longer one.
 */
import type { Microseconds } from '../record/request-record.ts';

const SHORTEST_INTERVAL_MS = 2;
const LONGEST_INTERVAL_MS = 20;
/** Share of the time that readings may take. */
const READING_SHARE = 0.0025;
/** Weight of the latest reading in what one is taken to cost. */
const COST_WEIGHT = 0.1;
/** Readings saved up while there were few requests. */
const SAVED_READS = 50;
const RSS_INTERVAL_MS = 1_000;
const BYTES_PER_KB = 1_000;
const MICROSECONDS_PER_MS = 1_000;

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
  readonly #clock: () => number;
  #inFlight = 0;
  /** Virtual times. */
  #cpu = 0;
  #memory = 0;
  /** What the process had spent when it was last asked, and when that was. */
  #cpuRead = 0;
  #readAt = 0;
  #reads = SAVED_READS;
  #readsAt = 0;
  /** What a reading costs lately, ms. */
  #readCost = 0;
  /** Between two readings, ms; an idle gap shorter than this is not told apart from work when readings are scarce. */
  #interval = SHORTEST_INTERVAL_MS;
  /** When the last request ended, if what it spent is not read yet. */
  #unreadUntil: number | undefined;
  #timeAt = 0;
  #rssKb = 0;
  #rssAt = Number.NEGATIVE_INFINITY;
  /** What rounding left over, given to the next request. */
  #cpuRest = 0;
  #memoryRest = 0;

  /** @param clock milliseconds, to find what a reading costs */
  constructor(meter: ProcessMeter = thisProcess, clock: () => number = () => performance.now()) {
    this.#meter = meter;
    this.#clock = clock;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @param now milliseconds of a monotonic clock */
  start(now: number): Share {
    if (this.#inFlight > 0) {
      this.#advance(now);
      this.#inFlight += 1;
      return { cpu: this.#cpu, memory: this.#memory };
    }
    this.#timeAt = now;
    this.#inFlight = 1;
    const share = { cpu: this.#cpu, memory: this.#memory };
    this.#endGap(now);
    return share;
  }

  /** @param now milliseconds of the same clock */
  end(share: Share, now: number): Charge {
    const read = this.#advance(now);
    this.#inFlight -= 1;
    if (this.#inFlight === 0) {
      this.#unreadUntil = read ? undefined : now;
    }
    const cpu = this.#cpu - share.cpu + this.#cpuRest;
    const memory = this.#memory - share.memory + this.#memoryRest;
    const charge = { cpu: Math.floor(cpu) as Microseconds, memory: Math.floor(memory) };
    this.#cpuRest = cpu - charge.cpu;
    this.#memoryRest = memory - charge.memory;
    return charge;
  }

  /** What was spent with nothing in flight belongs to nobody; what was not read before it, to the one that starts. */
  #endGap(now: number): void {
    const unreadUntil = this.#unreadUntil;
    if (unreadUntil !== undefined && now - unreadUntil < this.#interval) {
      return;
    }
    const before = this.#cpuRead;
    const unreadMs = unreadUntil === undefined ? 0 : unreadUntil - this.#readAt;
    if (this.#read(now)) {
      this.#cpu += Math.min(this.#cpuRead - before, unreadMs * MICROSECONDS_PER_MS);
    }
  }

  /** @returns whether CPU is shared out up to now */
  #advance(now: number): boolean {
    if (now - this.#rssAt >= RSS_INTERVAL_MS) {
      this.#rssKb = this.#meter.rss() / BYTES_PER_KB;
      this.#rssAt = now;
    }
    this.#memory += ((now - this.#timeAt) * this.#rssKb) / this.#inFlight;
    this.#timeAt = now;
    const before = this.#cpuRead;
    if (!this.#read(now)) {
      return false;
    }
    this.#cpu += (this.#cpuRead - before) / this.#inFlight;
    return true;
  }

  /** Asks the operating system, if that has not been done too often lately. */
  #read(now: number): boolean {
    this.#reads = Math.min(SAVED_READS, this.#reads + (now - this.#readsAt) / this.#interval);
    this.#readsAt = now;
    if (this.#reads < 1) {
      return false;
    }
    this.#reads -= 1;
    const before = this.#clock();
    this.#cpuRead = this.#meter.cpu();
    this.#readCost += (this.#clock() - before - this.#readCost) * COST_WEIGHT;
    this.#interval = Math.min(
      LONGEST_INTERVAL_MS,
      Math.max(SHORTEST_INTERVAL_MS, this.#readCost / READING_SHARE),
    );
    this.#readAt = now;
    return true;
  }
}
