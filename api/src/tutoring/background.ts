import type { FileStore } from '../files/file-store.ts';
import { removeOrphans } from '../files/orphans.ts';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { expireBookings, expireOverdue } from './expiry.ts';
import { PROOFS_FOLDER, proofsInUse } from './payments.ts';

const SWEEP_PROOFS: Task<DailyPayload> = { name: 'sweep-payment-proofs', payload: dailyPayload };

/** When nobody uploads much. */
export const PROOFS_NIGHTLY: DailySchedule = { task: SWEEP_PROOFS, localTime: '03:30' };

/** Ends bookings that were not paid in time. */
export function bookingExpiry({ db }: Database): JobHandler {
  return jobHandler(expireBookings, async ({ tenantId }) => {
    await expireOverdue(db, tenantId, new Date());
  });
}

/** Deletes a tenant's files that no proof of payment stands for. */
export function proofsSweep({ db }: Database, files: FileStore): JobHandler {
  return jobHandler(SWEEP_PROOFS, async ({ tenantId }) => {
    if (!isTenantId(tenantId)) {
      throw new JobError('There is no such tenant.', { final: true });
    }
    await removeOrphans(files, {
      tenantId,
      folder: PROOFS_FOLDER,
      inUse: (keys) => proofsInUse(db, tenantId, keys),
      now: new Date(),
    });
  });
}
