import { z } from 'zod';
import type { Receivables } from '../invoices/receivables.ts';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { addJob, type Task } from '../jobs/task.ts';
import type { Database } from '../postgres/database.ts';
import type { PaymentProvider } from './provider/provider.ts';
import { ProviderUnavailableError } from './provider/provider.ts';
import { answered, applyTold } from './told.ts';

/** Finds out what became of a payment, should the provider's webhooks not tell. */
export const FOLLOW_UP: Task<{ tenantId: string; paymentId: string }> = {
  name: 'follow-up-payment',
  payload: z.object({ tenantId: z.string(), paymentId: z.string() }),
};

/** After the time to pay is over: the provider may be a little behind. */
const LAST_LOOK_DELAY_MS = 60_000;

export interface FollowUpParts {
  readonly database: Database;
  readonly receivables: Receivables;
  /** Absent: there are no payments to follow. */
  readonly provider: PaymentProvider | undefined;
  readonly now?: () => Date;
}

/** Asks the provider soon after a payment was begun, and once more when its time to be paid is over. */
export function paymentFollowUp(parts: FollowUpParts): JobHandler {
  const { database, receivables, provider, now = () => new Date() } = parts;
  return jobHandler(FOLLOW_UP, async ({ tenantId, paymentId }) => {
    const payment = await database.db
      .selectFrom('invoice_payments')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', paymentId)
      .where('state', 'in', ['starting', 'pending'])
      .select(['expires_at', 'provider'])
      .executeTakeFirst();
    if (payment === undefined || provider === undefined || payment.provider !== provider.name) {
      return;
    }
    const told = await asked(provider, paymentId);
    const isOver = payment.expires_at !== null && payment.expires_at <= now();
    await receivables.change(async (transaction) => {
      if (told === undefined) {
        await transaction
          .updateTable('invoice_payments')
          .set({ state: 'failed', ended_at: now() })
          .where('id', '=', paymentId)
          .where('state', 'in', ['starting', 'pending'])
          .execute();
      } else if (told.state !== 'pending') {
        await applyTold(transaction, answered(provider.name, told), now());
      } else if (!isOver && payment.expires_at !== null) {
        const runAt = new Date(payment.expires_at.getTime() + LAST_LOOK_DELAY_MS);
        await addJob(
          transaction,
          FOLLOW_UP,
          { tenantId, paymentId },
          { runAt, key: `follow-up ${paymentId}` },
        );
      } else {
        throw new JobError('The payment provider still waits for a payment whose time is over.');
      }
    });
  });
}

async function asked(provider: PaymentProvider, reference: string) {
  try {
    return await provider.find(reference);
  } catch (error) {
    throw error instanceof ProviderUnavailableError
      ? new JobError('The payment provider cannot be reached.', { cause: error })
      : error;
  }
}
