import { backoffMs } from '../sender/backoff.ts';

/** What is stored is read anew this often, for costs rest on more than requests, and other processes store as well. */
const READ_AGAIN_MS = 5 * 60_000;
/** …and so soon when a meter was told here: a tenant that tells one with every sale must not be read with every sale. */
const READ_TOLD_MS = 3_000;

/** When one tenant's totals are to be read from the store: one reading at a time. Instants are epoch milliseconds. */
export class BaseReads {
  #underWay = false;
  /** Whether a newer boundary is wanted once the reading that is under way ends. */
  #another = false;
  #meterTold = false;
  #beganAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #retryAt = 0;

  get underWay(): boolean {
    return this.#underWay;
  }

  /** A meter was told that no request shows. */
  meterTold(): void {
    this.#meterTold = true;
  }

  /** Whether to begin one. @param of `priced`: there are costs to tell; `watched`: somebody is told them */
  isDue(now: number, of: { readonly priced: boolean; readonly watched: boolean }): boolean {
    if (this.#underWay) {
      return false;
    }
    if (this.#failures > 0) {
      return now >= this.#retryAt;
    }
    const patience = this.#meterTold && of.watched ? READ_TOLD_MS : READ_AGAIN_MS;
    return of.priced && now - this.#beganAt >= patience;
  }

  /** @returns false when one is under way: another follows it then */
  begin(now: number): boolean {
    if (this.#underWay) {
      this.#another = true;
      return false;
    }
    this.#underWay = true;
    this.#beganAt = now;
    this.#meterTold = false;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    this.#retryAt = now + backoffMs(this.#failures);
  }

  /** @returns whether another is wanted at once */
  end(): boolean {
    const another = this.#another;
    this.#underWay = false;
    this.#another = false;
    return another;
  }
}
