/*
 * Users of the application: requests at a steady rate, each once.
 *
 * What always holds: a request counts as acknowledged only when, after its answer, the application has said on the
 * same connection that all before is on disk.
 */
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from './exchange.ts';
import { EVENT_HEADER } from './tenants.ts';

const USERS = 16;
/** Requests between two questions whether they are on disk. */
const BURST = 10;
const AGAIN_MS = 30;
const OK = 200;

export class RequestClient {
  readonly #urlOf: () => string;
  readonly #perSecond: number;
  readonly #unacknowledged = new Set<number>();
  readonly #users: Promise<void>[] = [];
  #ended = false;
  #sent = 0;

  /** @param urlOf where the application is at the moment */
  constructor(urlOf: () => string, requestsPerSecond: number) {
    this.#urlOf = urlOf;
    this.#perSecond = requestsPerSecond;
  }

  /** Requests that were made or meant to be. They are numbered from 0. */
  get sent(): number {
    return this.#sent;
  }

  /** Requests that may be recorded or not: their process died before it said. */
  get unacknowledged(): ReadonlySet<number> {
    return this.#unacknowledged;
  }

  start(): void {
    this.#users.push(...Array.from({ length: USERS }, () => this.#use()));
  }

  async finish(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#users);
  }

  async #use(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const burstMs = (BURST * USERS * 1000) / this.#perSecond;
    let due = performance.now();
    while (!this.#ended) {
      await delay(Math.max(0, due - performance.now()));
      due = Math.max(due + burstMs, performance.now() - burstMs);
      const done = await this.#burst(agent).catch(() => false);
      while (!done && !this.#ended && !(await this.#answers(agent))) {
        await delay(AGAIN_MS);
      }
    }
    agent.destroy();
  }

  /** Whether the application is there: what is asked of one that is not there would only look uncertain. */
  async #answers(agent: Agent): Promise<boolean> {
    const answer = await exchange(agent, `${this.#urlOf()}/synced`, { method: 'POST' }).catch(
      () => undefined,
    );
    return answer?.status === OK;
  }

  /** Whether all of it is known to be on disk. */
  async #burst(agent: Agent): Promise<boolean> {
    const url = this.#urlOf();
    const numbers: number[] = [];
    for (let i = 0; i < BURST; i += 1) {
      const number = this.#sent;
      this.#sent += 1;
      this.#unacknowledged.add(number);
      numbers.push(number);
      const { status } = await exchange(agent, `${url}/work`, {
        method: 'GET',
        headers: { [EVENT_HEADER]: String(number) },
      });
      if (status !== OK) {
        throw new Error(`The application answers ${status}`);
      }
    }
    const { status } = await exchange(agent, `${url}/synced`, { method: 'POST' });
    if (status !== OK) {
      return false;
    }
    for (const number of numbers) {
      this.#unacknowledged.delete(number);
    }
    return true;
  }
}
