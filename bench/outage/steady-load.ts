import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from '../../collector/src/testing/crash/exchange.ts';
import { EVENT_HEADER } from '../../collector/src/testing/crash/tenants.ts';

const CONNECTIONS = 16;
const TICK_MS = 1;
const OK = 200;
/** Neither is always asked first, and so neither always waits for the other. */
const TURNS = [0, 1, 1, 0] as const;

/** One application's requests, numbered from 0, and how long their answers take. */
export class RequestStream {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #flying = new Set<Promise<void>>();
  #latencies: number[] = [];
  #sent = 0;
  #failed = 0;

  constructor(url: string) {
    this.#url = url;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Requests without an answer of 200. */
  get failed(): number {
    return this.#failed;
  }

  /** Makes a request, whether the last ones are answered or not. */
  ask(): void {
    const request = this.#ask(this.#sent);
    this.#sent += 1;
    this.#flying.add(request);
    void request.then(() => this.#flying.delete(request));
  }

  /** The time to the whole answer of each request since the last call, milliseconds. */
  takeLatencies(): number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  /** Resolves when all is answered; no more is asked then. */
  async finish(): Promise<void> {
    await Promise.all(this.#flying);
    this.#agent.destroy();
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

/** The same steady rate of requests to two applications, by turns. */
export class SteadyLoad {
  readonly #streams: readonly [RequestStream, RequestStream];
  readonly #perSecond: number;
  #ended = false;
  #running: Promise<void> = Promise.resolve();

  /** @param perSecond of each */
  constructor(streams: readonly [RequestStream, RequestStream], perSecond: number) {
    this.#streams = streams;
    this.#perSecond = perSecond;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends it; resolves when all is answered. */
  async finish(): Promise<void> {
    this.#ended = true;
    await this.#running;
    await Promise.all(this.#streams.map((stream) => stream.finish()));
  }

  async #run(): Promise<void> {
    const start = performance.now();
    let asked = 0;
    while (!this.#ended) {
      await delay(TICK_MS);
      const due = ((performance.now() - start) / 1000) * this.#perSecond * this.#streams.length;
      for (; asked < due; asked += 1) {
        this.#streams[TURNS[asked % TURNS.length] ?? 0].ask();
      }
    }
  }
}
