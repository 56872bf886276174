import type { Logger } from '../../postgres/logger.ts';

/** How often an outside service hears that alerts are evaluated. */
const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 10_000;

export interface HeartbeatOptions {
  /** What is asked by GET; absent: nobody is told. */
  readonly url: string | undefined;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

/**
 * Tells an outside service that rounds succeed, so that it can raise the alarm when they do not: what watches cannot
 * tell of its own end.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #stopping = new AbortController();
  #askedAt = Number.NEGATIVE_INFINITY;
  #failing = false;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Called after each round that succeeded. It does not wait for the service. */
  beat(now: Date): void {
    const { url, intervalMs = INTERVAL_MS } = this.#options;
    if (url !== undefined && now.getTime() - this.#askedAt >= intervalMs) {
      this.#askedAt = now.getTime();
      this.#asking = this.#ask(url);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#asking;
  }

  async #ask(url: string): Promise<void> {
    const { logger } = this.#options;
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const answer = await fetch(url, { signal });
      await answer.body?.cancel();
      if (!answer.ok) {
        throw new Error(`It was answered ${answer.status}.`);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#stopping.signal.aborted) {
        logger.warn({ err: error }, 'the heartbeat of alerts cannot be told');
        this.#failing = true;
      }
    }
  }
}
