/*
 * Delivers webhooks as the outside world does: each until it is answered with 2xx, some twice, and not in order.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { signatureHeaders } from '../provider/signature.ts';
import type { EventMessage, PaymentMessage } from '../provider/wire.ts';

export interface DeliveryOptions {
  readonly url: () => string;
  readonly secret: string;
  readonly now: () => Date;
  readonly logger: { warn(details: object, message: string): void };
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** For tests: shorter than what the sandbox has. */
  readonly pace?: Partial<typeof PACE>;
}

const PACE = {
  /** A webhook waits up to this long before it is sent: so they overtake each other. */
  disorderMs: 300,
  /** Before the second try; twice as long before each further one. */
  backoffMs: 1_000,
  timeoutMs: 5_000,
};
const TRIES = 8;
/** How many of all webhooks are sent a second time. */
const SHARE_TWICE = 0.3;

/** The webhooks that are on their way. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #pace: typeof PACE;
  readonly #random: () => number;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#pace = { ...PACE, ...options.pace };
    this.#random = options.random ?? Math.random;
  }

  /** Tells of a payment that has come to its end. Does not wait. */
  send(payment: PaymentMessage): void {
    const event: EventMessage = {
      id: `evt_${randomUUID()}`,
      created_at: this.#options.now().toISOString(),
      payment,
    };
    const body = Buffer.from(JSON.stringify(event));
    const copies = this.#random() < SHARE_TWICE ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const running: Promise<void> = this.#deliver(body)
        .catch((error: unknown) => {
          if (!this.#stopping.signal.aborted) {
            this.#options.logger.warn({ err: error, event: event.id }, 'a webhook was given up');
          }
        })
        .finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  /** Waits until every webhook that was sent so far is delivered or given up. */
  async delivered(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
    }
  }

  /** Gives up those that are still on their way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.delivered();
  }

  async #deliver(body: Buffer): Promise<void> {
    const { disorderMs, backoffMs } = this.#pace;
    await this.#pause(this.#random() * disorderMs);
    for (let attempt = 1; ; attempt += 1) {
      const refused = await this.#attempt(body);
      if (refused === undefined) {
        return;
      }
      if (attempt === TRIES) {
        throw refused;
      }
      await this.#pause(backoffMs * 2 ** (attempt - 1));
    }
  }

  /** @returns why it was not taken */
  async #attempt(body: Buffer): Promise<Error | undefined> {
    const { url, secret, now } = this.#options;
    try {
      const answer = await fetch(url(), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signatureHeaders(secret, body, now()) },
        body,
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#pace.timeoutMs)]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : new Error(`The webhook was answered with ${answer.status}.`);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return wait(milliseconds, undefined, { signal: this.#stopping.signal });
  }
}
