import type { Rupiah } from '@riwayat/billing';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { recordPayment } from '../invoices/receipts.ts';
import type { Schema } from '../postgres/schema.ts';
import { causeOf, type HeldPayment } from './held-payment.ts';
import { type PaymentStep, stateAfter } from './payment-state.ts';
import { confirmReceived } from './tell.ts';

/** Money that came for a payment. */
interface Money {
  readonly amount: Rupiah;
  readonly paidAt: Date;
  /** The provider's; null when somebody looked at a bank's statement. */
  readonly receiptId: string | null;
  /** The provider's id of the payment, as far as it is known. */
  readonly providerId: string | null;
}

export interface Settlement {
  /** How it became known. */
  readonly step: Extract<PaymentStep, 'verify' | 'settle'>;
  readonly money: Money;
  readonly actor: Actor;
  readonly now: Date;
}

/**
 * Takes money as received for a payment: books it on the invoice, what is beyond that as credit, and tells those who pay
 * the tenant's invoices.
 *
 * @param db the transaction that holds the payment
 * @throws {ProblemError} `payment-step-refused` when the payment is at another point of its life
 */
export async function settle(
  db: Kysely<Schema>,
  payment: HeldPayment,
  { step, money, actor, now }: Settlement,
): Promise<void> {
  const { tenantId, id, invoice, method } = payment;
  const { amount, paidAt, receiptId, providerId } = money;
  await db
    .updateTable('invoice_payments')
    .set({
      state: stateAfter(payment.state, step),
      received_idr: amount,
      paid_at: paidAt,
      ended_at: now,
      receipt_id: receiptId,
      provider_id: payment.providerId ?? providerId,
    })
    .where('id', '=', id)
    .execute();
  const {
    applied,
    credit,
    invoice: after,
  } = await recordPayment(db, {
    tenantId,
    invoiceId: invoice.id,
    amount,
    cause: causeOf(payment),
    paidAt,
    recordedAt: now,
  });
  await audit(db, {
    action: 'invoice-payment.received',
    tenantId,
    actor,
    subject: { kind: 'invoice-payment', id },
    details: {
      invoice: invoice.id,
      method,
      amount_idr: amount.toString(),
      applied_idr: applied.toString(),
      credit_idr: credit.toString(),
    },
  });
  await confirmReceived(db, {
    tenantId,
    payment: id,
    invoice: invoice.number,
    amount,
    open: after.open,
    credit,
    paidAt,
  });
}
