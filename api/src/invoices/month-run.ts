/*
 * The monthly run: the invoice of each month that is over, also of months that were missed.
 *
 * What always holds: however often it is run, by however many at once, and wherever it was killed the time before, there
 * is one invoice of a month. Months are done in their order, because what comes late is billed with a later one.
 */
import { UnknownPlanError } from '@riwayat/billing';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import { beginDrafts, fillDrafts, type Invoicing } from './draft.ts';
import { firstDueMonths } from './due-months.ts';
import { issueDrafts } from './issue.ts';

const ISSUE_INVOICES: Task<DailyPayload> = { name: 'issue-invoices', payload: dailyPayload };

/**
 * Early on the first day of a month, when the events of the last one have come in. On other days it finds something to do
 * only when that failed.
 */
export const INVOICES_DAILY: DailySchedule = { task: ISSUE_INVOICES, localTime: '01:00' };

/** So many that a statement carries a few megabytes, and holds their accounts for a moment only. */
const TENANTS_AT_ONCE = 250;

/**
 * Issues the invoices of all months that are over and have none.
 *
 * @param tenantIds however many; those without a contract are passed over
 * @returns how many were issued
 * @throws {UnknownPlanError} when a contract names a plan that there is no price of
 */
export async function issueDueInvoices(invoicing: Invoicing, tenantIds: readonly string[]): Promise<number> {
  let issued = 0;
  for (let from = 0; from < tenantIds.length; from += TENANTS_AT_ONCE) {
    issued += await issueMonths(invoicing, tenantIds.slice(from, from + TENANTS_AT_ONCE));
  }
  return issued;
}

/** Month after month, until none of them has one left. */
async function issueMonths(invoicing: Invoicing, tenantIds: readonly string[]): Promise<number> {
  const { db, now } = invoicing;
  let issued = 0;
  let left = tenantIds;
  while (left.length > 0) {
    const months = await firstDueMonths(db, left, now());
    const ids = await beginDrafts(db, months, now());
    await fillDrafts(invoicing, ids);
    issued += await issueDrafts(db, ids, now());
    left = months.map(({ tenantId }) => tenantId);
  }
  return issued;
}

/** Does it for a tenant, once a day. */
export function invoiceRun(invoicing: Invoicing): JobHandler {
  return jobHandler(ISSUE_INVOICES, async ({ tenantId }) => {
    try {
      await issueDueInvoices(invoicing, [tenantId]);
    } catch (error) {
      if (error instanceof UnknownPlanError) {
        throw new JobError(error.message, { cause: error });
      }
      throw error;
    }
  });
}
