import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/** How many rows of a tenant's alerts name a person: what they did and said, silenced and changed. */
export async function countPersonInAlerts(
  db: Kysely<Schema>,
  tenantId: TenantId,
  userId: string,
): Promise<number> {
  const { rows } = await sql<{ named: number }>`
    select (
      (select count(*) from alert_events where tenant_id = ${tenantId} and by_user = ${userId})
      + (select count(*) from alerts
        where tenant_id = ${tenantId} and ${userId} in (acknowledged_by, resolved_by))
      + (select count(*) from alert_silences where tenant_id = ${tenantId} and created_by = ${userId})
      + (select count(*) from alert_rule_versions
        join alert_rules on alert_rules.id = rule_id
        where tenant_id = ${tenantId} and changed_by = ${userId})
    )::int as named`.execute(db);
  return rows[0]?.named ?? 0;
}

/**
 * Takes a person out of a tenant's alerts. What became of an alert stays, without who it was by and without what they
 * said to it.
 *
 * @param transaction in which it is written down too
 */
export async function erasePersonFromAlerts(
  transaction: Kysely<Schema>,
  tenantId: TenantId,
  userId: string,
): Promise<void> {
  await transaction
    .updateTable('alert_events')
    .set({ by_user: null, text: null })
    .where('tenant_id', '=', tenantId)
    .where('by_user', '=', userId)
    .execute();
  for (const column of ['acknowledged_by', 'resolved_by'] as const) {
    await transaction
      .updateTable('alerts')
      .set({ [column]: null })
      .where('tenant_id', '=', tenantId)
      .where(column, '=', userId)
      .execute();
  }
  await transaction
    .updateTable('alert_silences')
    .set({ created_by: null, reason: '' })
    .where('tenant_id', '=', tenantId)
    .where('created_by', '=', userId)
    .execute();
  await transaction
    .updateTable('alert_rule_versions')
    .set({ changed_by: null })
    .where('changed_by', '=', userId)
    .where('rule_id', 'in', (rules) =>
      rules.selectFrom('alert_rules').where('tenant_id', '=', tenantId).select('id'),
    )
    .execute();
}
