/*
 * A client of the ingest routes that never gives up.
 *
 * What always holds: events come at a steady rate, whether anybody takes them or not; a batch is sent again, the very
 * same bytes, until it is acknowledged.
 */
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { exchange } from './exchange.ts';

const CONNECTIONS = 4;
const TICK_MS = 50;
const AGAIN_MS = 30;
const ACKNOWLEDGED = 202;
const TOO_MANY = 429;
const SERVER_ERROR = 500;
const USERS = 50;

const answer = z.object({ accepted: z.number(), duplicates: z.number(), rejected: z.literal(0) });

interface Batch {
  readonly events: number;
  readonly body: string;
}

export class BatchClient {
  readonly #urlOf: () => string;
  readonly #perSecond: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #waiting: Batch[] = [];
  readonly #senders: Promise<void>[] = [];
  #ended = false;
  #events = 0;
  #acknowledged = 0;
  #duplicates = 0;
  #resent = 0;

  /** @param urlOf where the routes are at the moment */
  constructor(urlOf: () => string, eventsPerSecond: number) {
    this.#urlOf = urlOf;
    this.#perSecond = eventsPerSecond;
  }

  /** Events that the collector took, new or known. They are numbered from 0. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Of these, events that it knew from an attempt whose acknowledgement never came. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Batches that were sent again. */
  get resent(): number {
    return this.#resent;
  }

  start(): void {
    this.#senders.push(this.#generate(), ...Array.from({ length: CONNECTIONS }, () => this.#send()));
  }

  /** Ends the load; resolves when every event is acknowledged. Rejects when a batch was refused for good. */
  async finish(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#senders);
    this.#agent.destroy();
  }

  async #generate(): Promise<void> {
    const start = performance.now();
    while (!this.#ended) {
      await delay(TICK_MS);
      const due = Math.floor(((performance.now() - start) / 1000) * this.#perSecond) - this.#events;
      this.#waiting.push({ events: due, body: this.#lines(due) });
      this.#events += due;
    }
  }

  #lines(count: number): string {
    const ts = new Date().toISOString();
    let lines = '';
    for (let n = this.#events; n < this.#events + count; n += 1) {
      lines += `${JSON.stringify({
        id: String(n),
        source: 'crash',
        ts,
        endpoint: '/orders/:id',
        method: 'GET',
        status: n % 10 === 0 ? 500 : 200,
        duration_ms: n % 100,
        bytes_out: 1000,
        user_id: `user-${n % USERS}`,
        session_id: String(n),
      })}\n`;
    }
    return lines;
  }

  async #send(): Promise<void> {
    for (;;) {
      const batch = this.#waiting.shift();
      if (batch !== undefined) {
        await this.#deliver(batch);
      } else if (this.#ended) {
        return;
      } else {
        await delay(TICK_MS / 2);
      }
    }
  }

  async #deliver({ events, body }: Batch): Promise<void> {
    for (;;) {
      const given = await exchange(this.#agent, `${this.#urlOf()}/v1/requests`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      }).catch(() => undefined);
      if (given?.status === ACKNOWLEDGED) {
        const { accepted, duplicates } = answer.parse(JSON.parse(given.body));
        if (accepted + duplicates !== events) {
          throw new Error(`Of ${events} events ${accepted} are accepted and ${duplicates} known`);
        }
        this.#acknowledged += events;
        this.#duplicates += duplicates;
        return;
      }
      if (given !== undefined && given.status < SERVER_ERROR && given.status !== TOO_MANY) {
        throw new Error(`A batch is refused with ${given.status}: ${given.body}`);
      }
      this.#resent += 1;
      await delay(AGAIN_MS);
    }
  }
}
