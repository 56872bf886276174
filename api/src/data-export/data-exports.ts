import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../audit/audit.ts';
import { newId } from '../ids/id.ts';
import { addJob, type Task } from '../jobs/task.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';

const payload = z.object({
  tenantId: z.string().refine(isTenantId, 'is not a tenant id'),
  id: z.string(),
});

/** Makes a copy of a tenant's data. */
export const EXPORT_DATA: Task<z.infer<typeof payload>> = { name: 'export-data', payload };

/**
 * Has a copy of a tenant's data made, unless one is being made already.
 *
 * @param db the transaction in which it is asked for
 * @returns the id of the export that was begun; undefined when one is pending
 */
export async function requestExport(
  db: Kysely<Schema>,
  { tenantId, actor, at }: { readonly tenantId: TenantId; readonly actor: Actor; readonly at: Date },
): Promise<string | undefined> {
  const id = newId('exp');
  const begun = await db
    .insertInto('data_exports')
    .values({ id, tenant_id: tenantId, state: 'pending', requested_by: actor.userId, requested_at: at })
    .onConflict((conflict) => conflict.column('tenant_id').where('state', '=', 'pending').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (begun === undefined) {
    return undefined;
  }
  await addJob(db, EXPORT_DATA, { tenantId, id });
  await audit(db, {
    action: 'data.export-requested',
    tenantId,
    actor,
    subject: { kind: 'data-export', id },
  });
  return id;
}

/** A tenant's exports since an instant, the latest first. */
export function exportsSince(db: Kysely<Schema>, tenantId: TenantId, since: Date) {
  return db
    .selectFrom('data_exports')
    .select(['state', 'finished_at'])
    .where('tenant_id', '=', tenantId)
    .where((where) => where.or([where('finished_at', '>=', since), where('state', '=', 'pending')]))
    .orderBy('requested_at', 'desc')
    .execute();
}
