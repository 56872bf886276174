/*
 * What each tenant lets be kept, in memory: the collector asks on every record and cannot wait.
 *
 * What always holds:
 *   - before the policies are read for the first time, the most private one is everybody's. Nothing is recorded by
 *     then; a mistake in the order of the start would keep too little, never too much;
 *   - a change made here holds for the next record in this process, and within 10 seconds in every other;
 *   - while Postgres is away the last known policies hold. A tenant without an entry has chosen nothing.
 */
import {
  DEFAULT_POLICY,
  LONGEST_RETENTION_MONTHS,
  type TenantId,
  type TenantPolicy,
} from '@riwayat/collector';
import { z } from 'zod';
import { type Actor, audit, SYSTEM } from '../audit/audit.ts';
import { MONTHS_CORRECTED } from '../invoices/due-months.ts';
import type { Database } from '../postgres/database.ts';
import type { Logger } from '../postgres/logger.ts';

/** Half of the 10 seconds that are promised: the read itself takes time. */
const REFRESH_MS = 5_000;
/**
 * A month is billed from its rows when it is over, and metered again with the bills of the months after it. One more, for
 * months begin earlier by the clocks of some tenants, and a run may fail for weeks.
 */
export const SHORTEST_RETENTION_MONTHS = MONTHS_CORRECTED + 2;

const MOST_PRIVATE: TenantPolicy = { ...DEFAULT_POLICY, userIds: 'pseudonymous', addresses: 'dropped' };

const policyRow = z
  .object({
    user_ids: z.enum(['plain', 'pseudonymous']),
    addresses: z.enum(['dropped', 'truncated']),
    retention_months: z.int().min(SHORTEST_RETENTION_MONTHS).max(LONGEST_RETENTION_MONTHS),
  })
  .transform(
    ({ user_ids, addresses, retention_months }): TenantPolicy => ({
      userIds: user_ids,
      addresses,
      retentionMonths: retention_months,
    }),
  );

const COLUMNS = ['user_ids', 'addresses', 'retention_months'] as const;

export class TenantPolicies {
  readonly #logger: Logger;
  /** Those that differ from the default. Undefined: not read yet. */
  #known: Map<string, TenantPolicy> | undefined;
  #database: Database | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #failing = false;
  /** What was read before the last change in this process may be older than it. */
  #changes = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** A tenant's policy. Bound, so that it can be handed on as it is. */
  readonly of = (tenantId: TenantId): TenantPolicy =>
    this.#known === undefined ? MOST_PRIVATE : (this.#known.get(tenantId) ?? DEFAULT_POLICY);

  /**
   * Reads every policy, and goes on reading them until {@link close}.
   *
   * @throws {DatabaseUnavailableError}
   */
  async open(database: Database): Promise<void> {
    this.#database = database;
    await this.#read(database);
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /** Reads every policy again. A failure is logged, and what was known goes on to hold. */
  async refresh(): Promise<void> {
    if (this.#database === undefined) {
      return;
    }
    this.#reading ??= this.#read(this.#database).finally(() => {
      this.#reading = undefined;
    });
    try {
      await this.#reading;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#logger.warn({ err: error }, 'privacy settings cannot be read; the last known ones hold');
      }
      this.#failing = true;
    }
  }

  /** A tenant's policy as it is stored now; undefined when there is no such tenant. */
  async stored(tenantId: TenantId): Promise<TenantPolicy | undefined> {
    const row = await this.#opened()
      .db.selectFrom('tenants')
      .where('id', '=', tenantId)
      .select(COLUMNS)
      .executeTakeFirst();
    return row && policyRow.parse(row);
  }

  /**
   * Changes a tenant's policy, from the next record on. What is stored already stays as it is.
   *
   * @param actor who does it, for the audit log
   * @returns false when there is no such tenant
   */
  async change(tenantId: TenantId, policy: TenantPolicy, actor: Actor = SYSTEM): Promise<boolean> {
    const values = {
      user_ids: policy.userIds,
      addresses: policy.addresses,
      retention_months: policy.retentionMonths,
    };
    const changed = await this.#opened()
      .db.transaction()
      .execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('tenants')
          .set(values)
          .where('id', '=', tenantId)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) {
          return false;
        }
        const subject = { kind: 'tenant', id: tenantId };
        await audit(transaction, { action: 'privacy.changed', tenantId, actor, subject, details: values });
        return true;
      });
    if (!changed) {
      return false;
    }
    this.#changes += 1;
    this.#known?.set(tenantId, { ...policy });
    return true;
  }

  /** Ends the reading. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    // How the last one ends no longer matters.
    await this.#reading?.catch(() => undefined);
  }

  async #read(database: Database): Promise<void> {
    let changes: number;
    let known: Map<string, TenantPolicy>;
    do {
      changes = this.#changes;
      const rows = await database.db
        .selectFrom('tenants')
        .where((where) =>
          where.or([
            where('user_ids', '!=', DEFAULT_POLICY.userIds),
            where('addresses', '!=', DEFAULT_POLICY.addresses),
            where('retention_months', '!=', DEFAULT_POLICY.retentionMonths),
          ]),
        )
        .select(['id', ...COLUMNS])
        .execute();
      known = new Map(rows.map((row) => [row.id, policyRow.parse(row)]));
    } while (changes !== this.#changes);
    this.#known = known;
  }

  #opened(): Database {
    if (this.#database === undefined) {
      throw new Error('The policies are not opened yet.');
    }
    return this.#database;
  }
}
