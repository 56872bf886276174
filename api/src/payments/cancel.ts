import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { Receivables } from '../invoices/receivables.ts';
import type { Schema } from '../postgres/schema.ts';
import { type HeldPayment, holdPayment } from './held-payment.ts';
import { refusedStep, stateAfter } from './payment-state.ts';
import { type PaymentProvider, ProviderRefusedError, ProviderUnavailableError } from './provider/provider.ts';
import { answered, applyTold } from './told.ts';

const RETRY_SECONDS = 30;

/**
 * Ends a payment that nobody has paid: first with the provider, so that nobody can pay it any more.
 *
 * @throws {ProblemError} `not-found`; `payment-step-refused` when it is too late; `payment-provider-unavailable`
 */
export async function cancelPayment(
  receivables: Receivables,
  provider: PaymentProvider | undefined,
  tenantId: TenantId,
  id: string,
  actor: Actor,
  now: () => Date,
): Promise<void> {
  const payment = await receivables.change(async (transaction) => {
    const held = await holdPayment(transaction, tenantId, id);
    const state = stateAfter(held.state, 'cancel');
    if (held.provider === null) {
      await transaction
        .updateTable('invoice_payments')
        .set({ state, ended_at: now() })
        .where('id', '=', id)
        .execute();
      await auditCancelled(transaction, held, actor);
    }
    return held;
  });
  if (payment.provider !== null) {
    await cancelWithProvider(receivables, provider, payment, actor, now);
  }
}

async function cancelWithProvider(
  receivables: Receivables,
  provider: PaymentProvider | undefined,
  payment: HeldPayment,
  actor: Actor,
  now: () => Date,
): Promise<void> {
  const { id, providerId, provider: name } = payment;
  if (provider === undefined || provider.name !== name) {
    throw problem('payment-provider-unavailable');
  }
  try {
    const found = providerId ?? (await provider.find(id))?.id;
    if (found === undefined) {
      throw problem('payment-provider-unavailable', { retryAfterSeconds: RETRY_SECONDS });
    }
    const told = await provider.cancel(found);
    await receivables.change(async (transaction) => {
      await applyTold(transaction, answered(provider.name, told), now(), actor);
      if (told.state === 'cancelled') {
        await auditCancelled(transaction, payment, actor);
      }
    });
    if (told.state === 'paid') {
      throw refusedStep('paid');
    }
  } catch (error) {
    if (error instanceof ProviderUnavailableError || error instanceof ProviderRefusedError) {
      throw problem('payment-provider-unavailable', { retryAfterSeconds: RETRY_SECONDS, cause: error });
    }
    throw error;
  }
}

function auditCancelled(
  db: Kysely<Schema>,
  { tenantId, id, invoice }: HeldPayment,
  actor: Actor,
): Promise<void> {
  return audit(db, {
    action: 'invoice-payment.cancelled',
    tenantId,
    actor,
    subject: { kind: 'invoice-payment', id },
    details: { invoice: invoice.id },
  });
}
