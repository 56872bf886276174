import type { FileStore } from '../files/file-store.ts';
import { removeOrphans } from '../files/orphans.ts';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { MATERIALS_FOLDER } from './material.ts';
import { filesInUse } from './materials.ts';

const SWEEP_MATERIAL_FILES: Task<DailyPayload> = { name: 'sweep-material-files', payload: dailyPayload };

/** When the tenant's learners sleep. */
export const MATERIAL_FILES_NIGHTLY: DailySchedule = { task: SWEEP_MATERIAL_FILES, localTime: '03:00' };

/** Deletes a tenant's files that no material stands for. */
export function materialFilesSweep({ db }: Database, files: FileStore): JobHandler {
  return jobHandler(SWEEP_MATERIAL_FILES, async ({ tenantId }) => {
    if (!isTenantId(tenantId)) {
      throw new JobError('There is no such tenant.', { final: true });
    }
    await removeOrphans(files, {
      tenantId,
      folder: MATERIALS_FOLDER,
      inUse: (keys) => filesInUse(db, tenantId, keys),
      now: new Date(),
    });
  });
}
