import type { TenantId } from '@riwayat/collector';
import { problem } from '../errors/problem.ts';

/** Nobody waits longer for a download, and none keeps the store reading for longer. */
export const LONGEST_EXPORT_MS = 30 * 60_000;

/** A running export has a few megabytes of this process's memory, and its pages take turns on the event loop. */
const MOST_OF_PROCESS = 16;
/** So that one tenant's slow readers leave room for others. */
const MOST_OF_TENANT = 4;
/** Most exports take seconds; how long a slow one goes on, nobody knows. */
const RETRY_SECONDS = 10;

interface Exporter {
  readonly tenantId: TenantId;
  readonly userId: string;
}

/**
 * Lets each person make one export at a time, and each tenant and this process some.
 *
 * What is protected is the process: the store is asked for a page at a time, by its key, whoever reads. So each replica
 * counts for itself, and two of them make twice as many.
 */
export class ExportTurns {
  readonly #running = new Set<Exporter>();

  /**
   * @returns ends the turn; a second call does nothing
   * @throws {ProblemError} `export-running` while an earlier export of the person, or too many of the tenant, go on;
   *   `overloaded` while too many of others do
   */
  take(exporter: Exporter): () => void {
    const ofTenant = [...this.#running].filter(({ tenantId }) => tenantId === exporter.tenantId);
    if (ofTenant.some(({ userId }) => userId === exporter.userId)) {
      throw problem('export-running', { retryAfterSeconds: RETRY_SECONDS });
    }
    if (ofTenant.length >= MOST_OF_TENANT) {
      throw problem('export-running', {
        detail: `Others of your organisation are making ${MOST_OF_TENANT} exports right now. Try again when one of them is complete.`,
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
    if (this.#running.size >= MOST_OF_PROCESS) {
      throw problem('overloaded', {
        detail: 'Too many exports are being made right now. Try again shortly.',
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
    const turn = { ...exporter };
    this.#running.add(turn);
    return () => {
      this.#running.delete(turn);
    };
  }
}
