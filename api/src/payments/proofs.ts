import { dayAt, type Rupiah, startOfDay } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { StoredFile } from '../files/file-store.ts';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';
import { type HeldPayment, holdPayment } from './held-payment.ts';
import { refusedStep, stateAfter } from './payment-state.ts';
import { settle } from './settle.ts';
import { tellProofWaits, tellRejected } from './tell.ts';

/** What proofs are called in the store. */
export const INVOICE_PROOFS_FOLDER = 'invoice-proofs';

/** What a tenant says of a transfer, and the picture that shows it. */
export interface Proof {
  /** Whole rupiah. */
  readonly amount: Rupiah;
  /** The tenant's local day, `YYYY-MM-DD`. */
  readonly paidOn: string;
  readonly file: StoredFile & { readonly name: string };
}

/**
 * Takes the proof of a transfer, for somebody who runs the platform to decide on.
 *
 * @param db a transaction
 * @throws {ProblemError} `not-found`; `payment-step-refused` when no proof is waited for; `invalid-request` for a day to come
 */
export async function submitProof(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
  { amount, paidOn, file }: Proof,
  actor: Actor & { readonly userId: string },
  now: Date,
): Promise<void> {
  const payment = await holdPayment(db, tenantId, id);
  const state = stateAfter(payment.state, 'upload_proof');
  if (payment.provider !== null) {
    throw problem('payment-step-refused', {
      detail: 'The payment provider tells us itself when the money has come. No proof is needed.',
    });
  }
  if (paidOn > dayAt(now, await timezoneOf(db, tenantId))) {
    throw problem('invalid-request', { errors: [{ path: 'body.paid_on', message: 'must not be to come' }] });
  }
  await db.updateTable('invoice_payments').set({ state }).where('id', '=', id).execute();
  await db
    .insertInto('invoice_payment_proofs')
    .values({
      id: newId('prf'),
      tenant_id: tenantId,
      payment_id: id,
      stated_idr: amount,
      stated_on: paidOn,
      file_key: file.key,
      file_name: file.name,
      content_type: file.contentType,
      bytes: BigInt(file.bytes),
      uploaded_by: actor.userId,
      uploaded_at: now,
      decision: null,
      reason: null,
      decided_by: null,
      decided_at: null,
    })
    .execute();
  await audit(db, {
    action: 'invoice-payment.proof-uploaded',
    tenantId,
    actor,
    subject: { kind: 'invoice-payment', id },
    details: { stated_idr: amount.toString(), stated_on: paidOn },
  });
  await tellProofWaits(db, payment, amount);
}

/** What somebody who runs the platform decides about a proof. */
export type Decision =
  | {
      readonly decision: 'verified';
      /** What the bank's statement says came; what the tenant stated, unless given. */
      readonly amount: Rupiah | undefined;
      /** The day on which it came, where the tenant is; the stated one, unless given. */
      readonly receivedOn: string | undefined;
    }
  | { readonly decision: 'rejected'; readonly reason: string };

/**
 * Decides on the proof that waits: money that came is booked, whether it is as much as was asked for, less or more.
 *
 * @param db a transaction
 * @throws {ProblemError} `not-found`; `payment-step-refused` when no proof waits
 */
export async function decideProof(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
  decision: Decision,
  actor: Actor & { readonly userId: string },
  now: Date,
): Promise<void> {
  const payment = await holdPayment(db, tenantId, id);
  const proof = await db
    .updateTable('invoice_payment_proofs')
    .set({
      decision: decision.decision,
      reason: decision.decision === 'rejected' ? decision.reason : null,
      decided_by: actor.userId,
      decided_at: now,
    })
    .where('tenant_id', '=', tenantId)
    .where('payment_id', '=', id)
    .where('decision', 'is', null)
    .returning(['stated_idr', 'stated_on'])
    .executeTakeFirst();
  if (proof === undefined) {
    throw refusedStep(payment.state);
  }
  if (decision.decision === 'rejected') {
    await reject(db, payment, decision.reason, actor);
    return;
  }
  const day = decision.receivedOn ?? proof.stated_on;
  const paidAt = startOfDay(day, await timezoneOf(db, tenantId));
  await settle(db, payment, {
    step: 'verify',
    money: {
      amount: decision.amount ?? BigInt(proof.stated_idr),
      // A day is all that a statement tells.
      paidAt,
      receiptId: null,
      providerId: null,
    },
    actor,
    now,
  });
}

async function reject(db: Kysely<Schema>, payment: HeldPayment, reason: string, actor: Actor): Promise<void> {
  const { tenantId, id } = payment;
  await db
    .updateTable('invoice_payments')
    .set({ state: stateAfter(payment.state, 'reject') })
    .where('id', '=', id)
    .execute();
  await audit(db, {
    action: 'invoice-payment.rejected',
    tenantId,
    actor,
    subject: { kind: 'invoice-payment', id },
    details: { reason },
  });
  await tellRejected(db, payment, reason);
}

async function timezoneOf(db: Kysely<Schema>, tenantId: TenantId): Promise<string> {
  const { timezone } = await db
    .selectFrom('tenants')
    .where('id', '=', tenantId)
    .select('timezone')
    .executeTakeFirstOrThrow();
  return timezone;
}
