import type { Rupiah } from '@riwayat/billing';
import type { ClosedState, PaymentState } from './payment-state.ts';
import type { ProviderPayment, Receipt } from './provider/provider.ts';

/** A payment, as far as it matters to what the provider tells of it. */
export interface JudgedPayment {
  readonly state: PaymentState;
  readonly amount: Rupiah;
  /** The provider's id; null until it is known. */
  readonly providerId: string | null;
  /** Of the money that settled it. */
  readonly receiptId: string | null;
}

/** Why somebody must look at it. */
type HoldReason = 'unknown-payment' | 'wrong-amount' | 'paid-again' | 'unreadable';

/** What follows from what the provider tells. */
export type Judgement =
  | { readonly outcome: 'settled'; readonly receipt: Receipt }
  | { readonly outcome: 'closed'; readonly state: ClosedState }
  /** Nothing that was not known. */
  | { readonly outcome: 'known' }
  | { readonly outcome: 'held'; readonly problem: HoldReason };

/**
 * Judges what the provider tells of a payment. In whatever order and however often it tells the same things, the same money
 * is taken to be received: once for a payment, of the right amount; all other money is held for somebody to look at.
 *
 * @param payment ours, by the reference; undefined when there is none
 */
export function judge(payment: JudgedPayment | undefined, told: ProviderPayment): Judgement {
  if (payment === undefined || (payment.providerId !== null && payment.providerId !== told.id)) {
    return { outcome: 'held', problem: 'unknown-payment' };
  }
  const { receipt } = told;
  if (receipt !== undefined) {
    return judgeReceipt(payment, receipt);
  }
  switch (told.state) {
    case 'paid':
      return { outcome: 'held', problem: 'unreadable' };
    case 'pending':
      return { outcome: 'known' };
    case 'cancelled':
    case 'expired':
    case 'failed':
      return payment.state === 'starting' || payment.state === 'pending'
        ? { outcome: 'closed', state: told.state }
        : { outcome: 'known' };
  }
}

function judgeReceipt(payment: JudgedPayment, receipt: Receipt): Judgement {
  if (payment.receiptId === receipt.id) {
    return { outcome: 'known' };
  }
  if (receipt.amount !== payment.amount) {
    return { outcome: 'held', problem: 'wrong-amount' };
  }
  return payment.state === 'paid'
    ? { outcome: 'held', problem: 'paid-again' }
    : { outcome: 'settled', receipt };
}
