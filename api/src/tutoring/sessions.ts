import type { Kysely } from 'kysely';
import { notify } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { illegalStep, stateAfter } from './booking-state.ts';
import { type HeldBooking, takeStep } from './steps.ts';

const MINUTE_MS = 60_000;
/** How long before its time a session may begin. */
const EARLIEST_START_MINUTES = 15;

/**
 * Begins a session.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when it cannot begin, or not yet
 */
export async function startSession(db: Kysely<Schema>, booking: HeldBooking, now: Date): Promise<void> {
  stateAfter(booking.state, 'start');
  const earliest = new Date(booking.startsAt.getTime() - EARLIEST_START_MINUTES * MINUTE_MS);
  if (now < earliest) {
    throw illegalStep(
      'start',
      `The session is to begin at ${booking.startsAt.toISOString()}, and may be started from ${EARLIEST_START_MINUTES} minutes before, at ${earliest.toISOString()}.`,
      booking.state,
    );
  }
  await takeStep(db, booking, 'start', now);
  await notify(db, {
    tenantId: booking.tenantId,
    userId: booking.learner.id,
    kind: 'session.started',
    values: { booking: booking.id, course: booking.course },
  });
}

/**
 * Ends a session.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when it is not in progress
 */
export async function finishSession(db: Kysely<Schema>, booking: HeldBooking, now: Date): Promise<void> {
  await takeStep(db, booking, 'finish', now);
  await notify(db, {
    tenantId: booking.tenantId,
    userId: booking.learner.id,
    kind: 'session.finished',
    values: { booking: booking.id, course: booking.course },
  });
}
