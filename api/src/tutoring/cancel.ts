import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { notify } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { type HeldBooking, takeStep } from './steps.ts';

/**
 * Cancels a booking on the learner's wish: the time is free again. What was paid is in the audit log, for whoever
 * pays it back.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when the session has begun, or there is nothing left to cancel
 */
export async function cancelBooking(
  db: Kysely<Schema>,
  booking: HeldBooking,
  reason: string,
  actor: Actor,
  now: Date,
): Promise<void> {
  const { tenantId, id, state, course, mentor, amountIdr } = booking;
  await takeStep(db, booking, 'cancel', now);
  await audit(db, {
    action: 'booking.cancelled',
    tenantId,
    actor,
    subject: { kind: 'booking', id },
    details: { state, paid_idr: state === 'confirmed' ? amountIdr.toString() : null, reason },
  });
  if (mentor.userId !== null) {
    await notify(db, {
      tenantId,
      userId: mentor.userId,
      kind: 'booking.cancelled',
      values: { booking: id, course, reason },
    });
  }
}
