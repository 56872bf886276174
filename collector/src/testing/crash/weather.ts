import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, insertsInto } from '../clickhouse/faults.ts';
import type { ClickHouseProcess } from '../clickhouse/server-process.ts';
import type { Chance } from './chance.ts';

const MIN_MS = 100;
const MAX_FAULT_MS = 700;
const MAX_CALM_MS = 900;
const statements = insertsInto('requests');

/** What the store does to those who write to it. Two thirds of these store what they do not acknowledge, or may have. */
const FAULTS: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'hang', statements },
  { kind: 'hang', stored: true, statements },
  { kind: 'reset', during: 'request', statements },
  { kind: 'reset', during: 'response', statements },
  { kind: 'exception', exception: 'NETWORK_ERROR', stored: true, statements },
  { kind: 'exception', exception: 'NETWORK_ERROR', stored: true, probability: 0.5, statements },
  { kind: 'exception', exception: 'MEMORY_LIMIT_EXCEEDED', statements },
  { kind: 'exception', exception: 'TOO_MANY_PARTS', statements },
  { kind: 'slow', bytesPerSecond: 500_000, statements },
];

/** Faults of the store that come and go at random moments, until ended. */
export class Weather {
  readonly #server: ClickHouseProcess;
  readonly #chance: Chance;
  #ended = false;
  #running: Promise<void> = Promise.resolve();

  constructor(server: ClickHouseProcess, chance: Chance) {
    this.#server = server;
    this.#chance = chance;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends all faults, for good. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
    await this.#server.clear();
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      await delay(this.#chance.between(MIN_MS, MAX_CALM_MS));
      await this.#server.inflict(this.#chance.pick(FAULTS));
      await delay(this.#chance.between(MIN_MS, MAX_FAULT_MS));
      await this.#server.clear();
    }
  }
}
