/*
 * Telling the meters of the tenants that are served here.
 *
 * What always holds: states are told at the end of each local day, and after a change in the same transaction as it, so
 * that what is told is what was committed; a transaction is told by the commit that makes it one, and counts once, however
 * often its job is run.
 */
import { randomUUID } from 'node:crypto';
import type { Collector, TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import { addJob, type Task } from '../jobs/task.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { tellReadings } from './meter-events.ts';
import { ownLevels, readingsOf, transactionReading } from './own-meters.ts';

const levelsPayload = z.object({ tenantId: z.string() });
const transactionPayload = z.object({
  tenantId: z.string(),
  booking: z.string(),
  verifiedAt: z.iso.datetime(),
});

const TELL_DAILY_LEVELS: Task<DailyPayload> = { name: 'tell-daily-levels', payload: dailyPayload };
const TELL_LEVELS: Task<z.infer<typeof levelsPayload>> = { name: 'tell-levels', payload: levelsPayload };
const TELL_TRANSACTION: Task<z.infer<typeof transactionPayload>> = {
  name: 'tell-transaction',
  payload: transactionPayload,
};

/** Late enough to be what the day ended with. */
export const LEVELS_DAILY: DailySchedule = { task: TELL_DAILY_LEVELS, localTime: '23:45' };

/**
 * Has a tenant's members, administrators and storage told again. Under no key that would make one job of several that
 * wait: graphile-worker 0.17 drops a job whose key another has that is begun in the same moment (`add_jobs`), and that
 * one may have looked before this change is committed.
 *
 * @param db the transaction that changes them
 */
export function levelsChanged(db: Kysely<Schema>, tenantId: TenantId): Promise<void> {
  return addJob(db, TELL_LEVELS, { tenantId });
}

/**
 * Has a transaction told.
 *
 * @param db the transaction that verifies the payment
 */
export function transactionMade(
  db: Kysely<Schema>,
  { tenantId, booking, verifiedAt }: { tenantId: TenantId; booking: string; verifiedAt: Date },
): Promise<void> {
  return addJob(db, TELL_TRANSACTION, { tenantId, booking, verifiedAt: verifiedAt.toISOString() });
}

export interface MeterTellingParts {
  readonly database: Database;
  readonly collector: Pick<Collector, 'ingest'>;
}

/** Who tells meters. */
export function meterTelling({ database: { db }, collector }: MeterTellingParts): JobHandler[] {
  const tellLevels = async (tenantId: TenantId): Promise<void> => {
    // Before looking: of two that look at once, the one that is later by its time has seen what the other has.
    const at = new Date();
    await tellReadings(collector, tenantId, readingsOf(await ownLevels(db, tenantId), at, randomUUID()));
  };
  return [
    jobHandler(TELL_DAILY_LEVELS, ({ tenantId }) => tellLevels(checked(tenantId))),
    jobHandler(TELL_LEVELS, ({ tenantId }) => tellLevels(checked(tenantId))),
    jobHandler(TELL_TRANSACTION, ({ tenantId, booking, verifiedAt }) =>
      tellReadings(collector, checked(tenantId), [transactionReading(booking, new Date(verifiedAt))]),
    ),
  ];
}

function checked(tenantId: string): TenantId {
  if (!isTenantId(tenantId)) {
    throw new JobError('There is no such tenant.', { final: true });
  }
  return tenantId;
}
