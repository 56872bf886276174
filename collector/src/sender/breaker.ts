/*
 * A circuit breaker in front of the store.
 *
 * What always holds: while it is open nobody enters; when its time is up exactly one does, the probe, and the others
 * wait for what becomes of it. The time to the next probe grows with each failure, with full jitter.
 */
import { backoffMs } from './backoff.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export class Breaker {
  readonly #random: () => number;
  #state: BreakerState = 'closed';
  #failures = 0;
  #opensAt = 0;
  #waiting: (() => void)[] = [];

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /**
   * Resolves when a try may be made, which must end in {@link succeeded} or {@link failed}.
   *
   * @returns false when the signal ended the wait
   */
  async enter(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (this.#state === 'closed') {
        return true;
      }
      const wait = this.#state === 'open' ? this.#opensAt - performance.now() : Number.POSITIVE_INFINITY;
      if (wait <= 0) {
        this.#state = 'half-open';
        return true;
      }
      await this.#change(wait, signal);
    }
    return false;
  }

  /** The store answered. */
  succeeded(): void {
    this.#state = 'closed';
    this.#failures = 0;
    this.#wake();
  }

  /** The store did not answer, or could not do it. */
  failed(): void {
    // Of several tries that fail together the first counts: they are one failure of one store.
    if (this.#state !== 'open') {
      this.#failures += 1;
      this.#state = 'open';
      this.#opensAt = performance.now() + backoffMs(this.#failures, this.#random);
      this.#wake();
    }
  }

  /** Until the state changes, the time is up, or the signal comes. */
  async #change(milliseconds: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = Number.isFinite(milliseconds) ? setTimeout(end, milliseconds) : undefined;
      signal.addEventListener('abort', end, { once: true });
      this.#waiting.push(end);
    });
  }

  #wake(): void {
    for (const end of this.#waiting.splice(0)) {
      end();
    }
  }
}
