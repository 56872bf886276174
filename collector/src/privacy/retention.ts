import { z } from 'zod';
import type { Change, Store } from '../store/store.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import { LONGEST_RETENTION_MONTHS } from './policy.ts';

/** Everything that is kept as long as a tenant says. */
const TABLES = ['requests', 'events', 'rejected', 'usage_hour', 'usage_user_day'] as const;
type Table = (typeof TABLES)[number];
const tableRow = z.object({ table: z.enum(TABLES) });
const LEAST_MONTHS = 1;

export interface RetentionOptions {
  readonly store: Pick<Store, 'change' | 'select' | 'ownsEngine'>;
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
    const params = { tenant: tenantId, months, lasting: this.#options.lasting };
    for (const table of await this.#toChange(params)) {
      await this.#options.store.change({
        sql: `ALTER TABLE {{local:${table}}} {{on_cluster}} UPDATE retention = {months:UInt8}
              WHERE ${keptOtherwise(table)} SETTINGS mutations_sync = 2`,
        params,
      });
    }
  }

  /**
   * The tables in which a change may find something. A change costs some ten milliseconds a table, also where it finds
   * nothing. Asked of an engine of one's own only: of a server, another replica may hold rows, or be about to write
   * them, that a read does not see and a change does.
   */
  async #toChange(params: Change['params']): Promise<readonly Table[]> {
    const { store } = this.#options;
    if (!store.ownsEngine) {
      return TABLES;
    }
    // Before the rows are looked at: what an earlier change has not done yet would otherwise be done after this.
    const unfinished = await store.select({
      sql: `SELECT DISTINCT table FROM system.mutations
            WHERE database = '{{database}}' AND NOT is_done AND table IN {tables:Array(String)}`,
      params: { tables: TABLES },
      row: tableRow,
      label: 'privacy.unfinished_changes',
      inBackground: true,
    });
    const otherwise = await store.select({
      sql: TABLES.map(
        (table) => `SELECT '${table}' AS table FROM (
              SELECT 1 FROM {{database}}.${table} WHERE ${keptOtherwise(table)} LIMIT 1)`,
      ).join('\nUNION ALL\n'),
      params,
      row: tableRow,
      label: 'privacy.kept_otherwise',
      inBackground: true,
    });
    const found = new Set([...unfinished, ...otherwise].map(({ table }) => table));
    return TABLES.filter((table) => found.has(table));
  }
}

/** SQL: a row of the tenant that is to be kept for other months than it is. */
function keptOtherwise(table: Table): string {
  const passing = table === 'events' ? ' AND type NOT IN {lasting:Array(String)}' : '';
  return `tenant_id = {tenant:String} AND retention != {months:UInt8}${passing}`;
}
