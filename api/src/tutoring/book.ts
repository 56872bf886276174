import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { problem } from '../errors/problem.ts';
import { newId } from '../ids/id.ts';
import { notify } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { scheduleExpiry } from './expiry.ts';
import { payBy } from './steps.ts';

export interface BookingRequest {
  readonly tenantId: TenantId;
  readonly learnerId: string;
  readonly courseId: string;
  readonly slotId: string;
}

/**
 * Books a slot for a learner. That nobody is booked twice for the same time is the database's to see to: whoever
 * comes second finds that nothing was stored.
 *
 * @param db a transaction
 * @returns the id of the booking
 * @throws {ProblemError} `not-found` for an unknown slot or course; `invalid-request` when they are of different
 *   mentors; `slot-over`, `slot-taken`, `learner-busy`; `conflict` for a mentor's own slot
 */
export async function book(db: Kysely<Schema>, request: BookingRequest, now: Date): Promise<string> {
  const { tenantId, learnerId, courseId, slotId } = request;
  const offer = await findOffer(db, request);
  if (offer.starts_at <= now) {
    throw problem('slot-over');
  }
  const id = newId('bkg');
  const deadline = payBy(now, offer.starts_at);
  const stored = await db
    .insertInto('bookings')
    .values({
      tenant_id: tenantId,
      id,
      learner_id: learnerId,
      mentor_id: offer.mentor_id,
      course_id: courseId,
      slot_id: slotId,
      starts_at: offer.starts_at,
      ends_at: offer.ends_at,
      amount_idr: BigInt(offer.price_idr),
      state: 'requested',
      pay_by: deadline,
      created_at: now,
      started_at: null,
      finished_at: null,
      cancelled_at: null,
    })
    // Of two that come at once neither is refused before the other is stored; without it they may wait for each other.
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (stored === undefined) {
    throw problem((await isBooked(db, tenantId, offer)) ? 'slot-taken' : 'learner-busy');
  }
  await scheduleExpiry(db, tenantId, id, deadline);
  if (offer.user_id !== null) {
    await notify(db, {
      tenantId,
      userId: offer.user_id,
      kind: 'booking.requested',
      values: {
        booking: id,
        course: offer.title,
        learner: offer.learner,
        startsAt: offer.starts_at.toISOString(),
      },
    });
  }
  return id;
}

/** What is to be booked: the slot stays in the schedule for as long as the transaction lasts. */
async function findOffer(db: Kysely<Schema>, { tenantId, learnerId, courseId, slotId }: BookingRequest) {
  const slot = await db
    .selectFrom('slots')
    .innerJoin('mentors', (join) =>
      join.onRef('mentors.tenant_id', '=', 'slots.tenant_id').onRef('mentors.id', '=', 'slots.mentor_id'),
    )
    .where('slots.tenant_id', '=', tenantId)
    .where('slots.id', '=', slotId)
    .forKeyShare('slots')
    .select(['slots.mentor_id', 'slots.starts_at', 'slots.ends_at', 'mentors.user_id'])
    .executeTakeFirst();
  if (slot === undefined) {
    throw problem('not-found', {
      detail: 'There is no such slot: the mentor may have changed the schedule.',
    });
  }
  const course = await db
    .selectFrom('courses')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', courseId)
    .select(({ selectFrom }) => [
      'mentor_id',
      'title',
      'price_idr',
      selectFrom('users').where('id', '=', learnerId).select('name').as('learner'),
    ])
    .executeTakeFirst();
  if (course === undefined) {
    throw problem('not-found', { detail: 'There is no such course.' });
  }
  if (course.mentor_id !== slot.mentor_id) {
    throw problem('invalid-request', {
      errors: [{ path: 'body.slot', message: 'must be a slot of the mentor who gives the course' }],
    });
  }
  if (slot.user_id === learnerId) {
    throw problem('conflict', { detail: 'A mentor cannot book a session with themselves.' });
  }
  return {
    ...slot,
    title: course.title,
    price_idr: course.price_idr,
    learner: course.learner ?? '',
  };
}

async function isBooked(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { mentor_id, starts_at, ends_at }: { mentor_id: string; starts_at: Date; ends_at: Date },
): Promise<boolean> {
  const booked = await db
    .selectFrom('bookings')
    .where('tenant_id', '=', tenantId)
    .where('mentor_id', '=', mentor_id)
    .where('state', 'not in', ['cancelled', 'expired'])
    .where(
      sql<boolean>`tstzrange(starts_at, ends_at) && tstzrange(${starts_at}::timestamptz, ${ends_at}::timestamptz)`,
    )
    .select('id')
    .limit(1)
    .executeTakeFirst();
  return booked !== undefined;
}

/**
 * Sends away whoever wants a slot that is booked already, by a single look and without a transaction. That it passes
 * promises nothing.
 *
 * @throws {ProblemError} `slot-taken`
 */
export async function refuseTaken(db: Kysely<Schema>, tenantId: TenantId, slotId: string): Promise<void> {
  const taken = await db
    .selectFrom('bookings')
    .where('tenant_id', '=', tenantId)
    .where('slot_id', '=', slotId)
    .where('state', 'not in', ['cancelled', 'expired'])
    .select('id')
    .limit(1)
    .executeTakeFirst();
  if (taken !== undefined) {
    throw problem('slot-taken');
  }
}
