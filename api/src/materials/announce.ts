import type { TenantId } from '@riwayat/collector';
import { sql } from 'kysely';
import { z } from 'zod';
import { type JobHandler, jobHandler } from '../jobs/handler.ts';
import type { Task } from '../jobs/task.ts';
import { notifyMembers } from '../notifications/notify.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId } from '../tenants/tenant.ts';

const payload = z.object({
  tenantId: z.string().refine(isTenantId, 'is not a tenant id'),
  material: z.string(),
});

/** Tells a tenant's learners of a material. */
export const ANNOUNCE_MATERIAL: Task<z.infer<typeof payload>> = { name: 'announce-material', payload };

/**
 * Tells every learner of a material, once, however often this is called. Nobody is told of one that is gone.
 *
 * @returns how many were told
 */
export async function announceMaterial(
  { db }: Database,
  { tenantId, material }: { tenantId: TenantId; material: string },
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const announced = await transaction
      .updateTable('materials')
      .set({ announced_at: sql<Date>`now()` })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', material)
      .where('announced_at', 'is', null)
      .returning('title')
      .executeTakeFirst();
    return announced === undefined
      ? 0
      : notifyMembers(transaction, {
          tenantId,
          kind: 'material.published',
          values: { material, title: announced.title },
        });
  });
}

/** Does the jobs of {@link ANNOUNCE_MATERIAL}. */
export function materialAnnouncement(database: Database): JobHandler {
  return jobHandler(ANNOUNCE_MATERIAL, async (job) => {
    await announceMaterial(database, job);
  });
}
