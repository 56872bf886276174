import type { TenantId } from '@riwayat/collector';
import { problem } from '../../errors/problem.ts';

/** Each has the store read for seconds, and some ten megabytes of this process. */
const MOST_OF_PROCESS = 4;
const RETRY_SECONDS = 5;

/** Lets each tenant try one rule at a time, and this process some. */
export class TrialTurns {
  readonly #running = new Set<TenantId>();

  /**
   * Does some work while nobody else of the tenant does.
   *
   * @throws {ProblemError} `too-many-requests` while another rule of the tenant is tried; `overloaded` while too many are
   */
  async take<T>(tenantId: TenantId, work: () => Promise<T>): Promise<T> {
    if (this.#running.has(tenantId)) {
      throw problem('too-many-requests', {
        detail: 'A rule is being tried already. Try the next one when its answer is there.',
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
    if (this.#running.size >= MOST_OF_PROCESS) {
      throw problem('overloaded', {
        detail: 'Too many rules are being tried right now. Try again shortly.',
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
    this.#running.add(tenantId);
    try {
      return await work();
    } finally {
      this.#running.delete(tenantId);
    }
  }
}
