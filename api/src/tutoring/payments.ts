import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { StoredFile } from '../files/file-store.ts';
import { newId } from '../ids/id.ts';
import { levelsChanged, transactionMade } from '../metering/background.ts';
import { notify, notifyPermitted } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { illegalStep, stateAfter } from './booking-state.ts';
import { scheduleExpiry } from './expiry.ts';
import { type HeldBooking, payBy, takeStep } from './steps.ts';

/** What proofs are called in the store. */
export const PROOFS_FOLDER = 'payment-proofs';

/**
 * Takes the proof of a payment, for somebody to decide on.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when none is waited for, or not any longer
 */
export async function submitProof(
  db: Kysely<Schema>,
  booking: HeldBooking,
  file: StoredFile & { readonly name: string },
  now: Date,
): Promise<void> {
  const { tenantId, id, course, learner } = booking;
  checkProofIsWaitedFor(booking, now);
  await takeStep(db, booking, 'upload_proof', now);
  await db
    .insertInto('payment_proofs')
    .values({
      tenant_id: tenantId,
      id: newId('prf'),
      booking_id: id,
      file_key: file.key,
      file_name: file.name,
      content_type: file.contentType,
      bytes: BigInt(file.bytes),
      uploaded_at: now,
      decision: null,
      reason: null,
      decided_by: null,
      decided_at: null,
    })
    .execute();
  await levelsChanged(db, tenantId);
  await notifyPermitted(db, 'tutoring:administer', {
    tenantId,
    kind: 'payment.received',
    values: { booking: id, course, learner: learner.name },
  });
}

/** @throws {ProblemError} `illegal-step` when no proof of payment is waited for, or not any longer */
function checkProofIsWaitedFor(
  { state, payBy: deadline }: Pick<HeldBooking, 'state' | 'payBy'>,
  now: Date,
): void {
  stateAfter(state, 'upload_proof');
  if (deadline !== null && deadline <= now) {
    throw illegalStep('upload_proof', `The time to pay ended at ${deadline.toISOString()}.`, state);
  }
}

/** What somebody decides about a payment. */
export type Decision =
  | { readonly decision: 'verified' }
  | { readonly decision: 'rejected'; readonly reason: string };

/**
 * Decides on the payment of a booking. Nobody decides on their own.
 *
 * @param db the transaction that holds the booking
 * @param actor who decides
 * @throws {ProblemError} `forbidden` to the learner; `illegal-step` when there is nothing to decide
 */
export async function decidePayment(
  db: Kysely<Schema>,
  booking: HeldBooking,
  verdict: Decision,
  actor: Actor,
  now: Date,
): Promise<void> {
  const { tenantId, id, learner, amountIdr } = booking;
  if (actor.userId === learner.id) {
    throw problem('forbidden', { detail: 'Nobody decides on a payment of their own. Ask a colleague.' });
  }
  const { decision } = verdict;
  const reason = verdict.decision === 'rejected' ? verdict.reason : null;
  await takeStep(db, booking, decision === 'verified' ? 'verify' : 'reject', now);
  await db
    .updateTable('payment_proofs')
    .set({ decision, reason, decided_by: actor.userId, decided_at: now })
    .where('tenant_id', '=', tenantId)
    .where('booking_id', '=', id)
    .where('decision', 'is', null)
    .execute();
  await audit(db, {
    action: decision === 'verified' ? 'payment.verified' : 'payment.rejected',
    tenantId,
    actor,
    subject: { kind: 'booking', id },
    details: { amount_idr: amountIdr.toString(), learner: learner.id, reason },
  });
  await (verdict.decision === 'verified'
    ? tellVerified(db, booking, now)
    : tellRejected(db, booking, verdict.reason, now));
}

async function tellVerified(db: Kysely<Schema>, booking: HeldBooking, now: Date): Promise<void> {
  const { tenantId, id, course, learner, mentor } = booking;
  await transactionMade(db, { tenantId, booking: id, verifiedAt: now });
  const startsAt = booking.startsAt.toISOString();
  await notify(db, {
    tenantId,
    userId: learner.id,
    kind: 'payment.verified',
    values: { booking: id, course, startsAt },
  });
  if (mentor.userId !== null) {
    await notify(db, {
      tenantId,
      userId: mentor.userId,
      kind: 'booking.confirmed',
      values: { booking: id, course, learner: learner.name, startsAt },
    });
  }
}

async function tellRejected(
  db: Kysely<Schema>,
  { tenantId, id, course, learner, startsAt }: HeldBooking,
  reason: string,
  now: Date,
): Promise<void> {
  await scheduleExpiry(db, tenantId, id, payBy(now, startsAt));
  await notify(db, {
    tenantId,
    userId: learner.id,
    kind: 'payment.rejected',
    values: { booking: id, course, reason },
  });
}
