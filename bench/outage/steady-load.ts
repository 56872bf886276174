import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from '../../collector/src/testing/crash/exchange.ts';
import { EVENT_HEADER } from '../../collector/src/testing/crash/tenants.ts';

const CONNECTIONS = 16;
const TICK_MS = 2;
const OK = 200;

/** Requests at a steady rate, whether the last ones are answered or not; numbered from 0. */
export class SteadyLoad {
  readonly #url: string;
  readonly #perSecond: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #flying = new Set<Promise<void>>();
  #latencies: number[] = [];
  #ended = false;
  #sent = 0;
  #failed = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(url: string, perSecond: number) {
    this.#url = url;
    this.#perSecond = perSecond;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Requests without an answer of 200. */
  get failed(): number {
    return this.#failed;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** The time to the whole answer of each request since the last call, milliseconds. */
  takeLatencies(): number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  /** Ends it; resolves when all is answered. */
  async finish(): Promise<void> {
    this.#ended = true;
    await this.#running;
    await Promise.all(this.#flying);
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    const start = performance.now();
    while (!this.#ended) {
      await delay(TICK_MS);
      const due = Math.floor(((performance.now() - start) / 1000) * this.#perSecond);
      while (this.#sent < due) {
        const request = this.#ask(this.#sent);
        this.#sent += 1;
        this.#flying.add(request);
        void request.then(() => this.#flying.delete(request));
      }
    }
  }

  async #ask(number: number): Promise<void> {
    const start = performance.now();
    const answer = await exchange(this.#agent, `${this.#url}/work`, {
      method: 'GET',
      headers: { [EVENT_HEADER]: String(number) },
    }).catch(() => undefined);
    this.#latencies.push(performance.now() - start);
    this.#failed += answer?.status === OK ? 0 : 1;
  }
}
