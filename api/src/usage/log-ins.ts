import type { TenantId } from '@riwayat/collector';
import type { Database } from '../postgres/database.ts';

/** Where a session came from. */
export interface SessionOrigin {
  readonly begunAt: Date;
  /** In words: Firefox on Linux. */
  readonly device: string;
  readonly network: string;
}

/** What is known of how a tenant's people came in. */
export class LogIns {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** When people logged in last, by user id, as the audit log has it; who never did is left out. */
  async lastOf(tenantId: TenantId, userIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    if (userIds.length === 0) {
      return new Map();
    }
    const rows = await this.#database.db
      .selectFrom('audit_log')
      .where('tenant_id', '=', tenantId)
      .where('action', '=', 'account.logged-in')
      .where('actor_id', 'in', userIds)
      .groupBy('actor_id')
      .select(({ fn }) => ['actor_id', fn.max('at').as('last')])
      .execute();
    return new Map(rows.map(({ actor_id, last }) => [actor_id ?? '', last]));
  }

  /** Where sessions came from, by their ids; those that are not of the tenant, or were forgotten, are left out. */
  async sessionsOf(
    tenantId: TenantId,
    sessionIds: readonly string[],
  ): Promise<ReadonlyMap<string, SessionOrigin>> {
    if (sessionIds.length === 0) {
      return new Map();
    }
    const rows = await this.#database.db
      .selectFrom('sessions')
      .where('tenant_id', '=', tenantId)
      .where('id', 'in', sessionIds)
      .select(['id', 'created_at', 'device', 'network'])
      .execute();
    return new Map(
      rows.map(({ id, created_at, device, network }) => [id, { begunAt: created_at, device, network }]),
    );
  }
}
