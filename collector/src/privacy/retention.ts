import type { Store } from '../store/store.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import { LONGEST_RETENTION_MONTHS } from './policy.ts';

/** Everything that is kept as long as a tenant says. */
const TABLES = ['requests', 'events', 'rejected', 'usage_hour', 'usage_user_day'] as const;
const LEAST_MONTHS = 1;

export interface RetentionOptions {
  readonly store: Pick<Store, 'change'>;
  /** Resolves when all that was taken in under the policy before is stored. */
  readonly drain: () => Promise<void>;
  /** Types of events that stay, whatever a tenant says. */
  readonly lasting: readonly string[];
}

/** For how long a tenant's rows are kept. */
export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /**
   * Gives what is stored of a tenant another retention; what is then past it goes at once. What is taken in later has
   * the policy's. Can be made again.
   *
   * @param months 1 to 120
   * @throws {RangeError} for other months; ClickHouse's own error: to be called again
   */
  async apply({ tenantId }: TenantScope, months: number): Promise<void> {
    if (!(Number.isInteger(months) && months >= LEAST_MONTHS && months <= LONGEST_RETENTION_MONTHS)) {
      throw new RangeError(
        `Rows are kept for ${LEAST_MONTHS} to ${LONGEST_RETENTION_MONTHS} whole months, not ${months}.`,
      );
    }
    await this.#options.drain();
    for (const table of TABLES) {
      await this.#options.store.change({
        sql: `ALTER TABLE {{local:${table}}} {{on_cluster}} UPDATE retention = {months:UInt8}
              WHERE tenant_id = {tenant:String} AND retention != {months:UInt8}
                ${table === 'events' ? 'AND type NOT IN {lasting:Array(String)}' : ''} SETTINGS mutations_sync = 2`,
        params: { tenant: tenantId, months, lasting: this.#options.lasting },
      });
    }
  }
}
