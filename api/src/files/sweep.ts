import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import type { DailySchedule } from '../jobs/schedule.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import type { FileStore } from './file-store.ts';
import { removeOrphans } from './orphans.ts';

/** Files of tenants that rows stand for. */
export interface Swept {
  readonly schedule: DailySchedule;
  readonly folder: string;
  /** Whose rows name the files in `file_key`. */
  readonly table: 'materials' | 'payment_proofs' | 'invoice_payment_proofs';
}

/** Deletes a tenant's files that no row stands for. */
export function fileSweep(
  { schedule, folder, table }: Swept,
  { db }: Database,
  files: FileStore,
): JobHandler {
  return jobHandler(schedule.task, async ({ tenantId }) => {
    if (!isTenantId(tenantId)) {
      throw new JobError('There is no such tenant.', { final: true });
    }
    await removeOrphans(files, {
      tenantId,
      folder,
      inUse: (keys) => namedIn(db, table, tenantId, keys),
      now: new Date(),
    });
  });
}

async function namedIn(
  db: Kysely<Schema>,
  table: Swept['table'],
  tenantId: TenantId,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom(table)
    .where('tenant_id', '=', tenantId)
    .where('file_key', 'in', keys)
    .select('file_key')
    .execute();
  return new Set(rows.map(({ file_key }) => file_key));
}
