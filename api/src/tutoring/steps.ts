import type { TenantId } from '@riwayat/collector';
import type { Kysely, Updateable } from 'kysely';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';
import { booked } from './booked.ts';
import { type BookingState, type BookingStep, stateAfter } from './booking-state.ts';
import { isOf, type Party } from './bookings.ts';
import type { BookingsTable } from './tables.ts';

const HOUR_MS = 3_600_000;
/** How long a proof of payment is waited for. */
const TIME_TO_PAY_MS = 24 * HOUR_MS;

/** A booking that nobody else changes while the transaction lasts, and who is to be told of what happens to it. */
export interface HeldBooking {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly state: BookingState;
  readonly startsAt: Date;
  readonly payBy: Date | null;
  /** Whole rupiah. */
  readonly amountIdr: bigint;
  readonly course: string;
  readonly learner: { readonly id: string; readonly name: string };
  /** The mentor's `userId` is null when nobody logs in as them. */
  readonly mentor: { readonly id: string; readonly userId: string | null };
}

/** Until when the proof of a payment is waited for: a day, but not beyond the beginning of the session. */
export function payBy(now: Date, startsAt: Date): Date {
  return new Date(Math.min(now.getTime() + TIME_TO_PAY_MS, startsAt.getTime()));
}

/**
 * Finds a booking and keeps others from changing it until the transaction ends.
 *
 * @param db a transaction
 * @param party who may do what is about to be done; anybody's booking when undefined
 * @throws {ProblemError} `not-found` when there is none, or it is not theirs
 */
export async function holdBooking(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
  party?: Party,
): Promise<HeldBooking> {
  const row = await booked(db, tenantId)
    .where('bookings.id', '=', id)
    .$if(party !== undefined, (query) => (party === undefined ? query : query.where(isOf(party))))
    .forNoKeyUpdate('bookings')
    .select([
      'bookings.state',
      'bookings.starts_at',
      'bookings.pay_by',
      'bookings.amount_idr',
      'bookings.learner_id',
      'bookings.mentor_id',
      'courses.title',
      'mentors.user_id',
      'users.name',
    ])
    .executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found', { detail: 'There is no such booking.' });
  }
  return {
    tenantId,
    id,
    state: row.state,
    startsAt: row.starts_at,
    payBy: row.pay_by,
    amountIdr: BigInt(row.amount_idr),
    course: row.title,
    learner: { id: row.learner_id, name: row.name },
    mentor: { id: row.mentor_id, userId: row.user_id },
  };
}

/**
 * Takes a step of a booking's life.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when it cannot be taken
 */
export async function takeStep(
  db: Kysely<Schema>,
  { tenantId, id, state, startsAt }: HeldBooking,
  step: BookingStep,
  now: Date,
): Promise<void> {
  await db
    .updateTable('bookings')
    .set({ state: stateAfter(state, step), ...changesOf(step, startsAt, now) })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

/** What a step writes down beside the state. */
function changesOf(step: BookingStep, startsAt: Date, now: Date): Updateable<BookingsTable> {
  switch (step) {
    case 'reject':
      return { pay_by: payBy(now, startsAt) };
    case 'upload_proof':
    case 'expire':
      return { pay_by: null };
    case 'cancel':
      return { pay_by: null, cancelled_at: now };
    case 'start':
      return { started_at: now };
    case 'finish':
      return { finished_at: now };
    case 'verify':
    case 'review':
      return {};
  }
}
