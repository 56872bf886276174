/*
 * Whether a tenant's keys are refused until something is paid.
 *
 * What always holds: whoever lifts a suspension, by money, by credit or by decision, does it in `lifting`, and the people of
 * the tenant are told once for each time that it ends.
 */
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { mailLifted } from '../documents/invoice-mail.ts';
import type { Schema } from '../postgres/schema.ts';
import { tenantRow } from '../tenants/tenant.ts';
import { holdAccounts } from './ledger.ts';
import { tellLifted } from './reminders.ts';

/** Whether the tenant's keys are refused until something is paid. */
export async function isSuspended(db: Kysely<Schema>, tenantId: TenantId): Promise<boolean> {
  return (await suspendedOf(db, [tenantId])).length > 0;
}

/**
 * Does what may lift the suspension of tenants, and tells the people of those whose it was.
 *
 * @param db the transaction, which holds the tenants' accounts from now on
 */
export async function lifting<Result>(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
  now: Date,
  work: () => Promise<Result>,
): Promise<Result> {
  await holdAccounts(db, tenantIds);
  const before = await suspendedOf(db, tenantIds);
  const result = await work();
  if (before.length > 0) {
    const still = await suspendedOf(db, before);
    const lifted = before.filter((tenantId) => !still.includes(tenantId));
    await tellLifted(db, lifted, now);
    await mailLifted(db, lifted, now);
  }
  return result;
}

async function suspendedOf(db: Kysely<Schema>, tenantIds: readonly string[]): Promise<TenantId[]> {
  const rows = await db
    .selectFrom('invoices')
    .where('tenant_id', 'in', [...tenantIds])
    .where('suspends', '=', true)
    .distinct()
    .select('tenant_id')
    .execute();
  return rows.map(({ tenant_id }) => tenantRow.shape.id.parse(tenant_id));
}
