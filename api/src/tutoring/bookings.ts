import type { TenantId } from '@riwayat/collector';
import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { booked } from './booked.ts';
import { BOOKING_STATES, BOOKING_STEPS, possibleSteps } from './booking-state.ts';

export const bookingBody = z
  .object({
    id: z.string(),
    state: z.enum(BOOKING_STATES),
    course: z.object({ id: z.string(), title: z.string() }),
    mentor: z.object({ id: z.string(), name: z.string() }),
    learner: z.object({ id: z.string(), name: z.string() }),
    starts_at: z.iso.datetime(),
    ends_at: z.iso.datetime(),
    amount_idr: z.int().nonnegative().describe('Whole rupiah: the price of the course when it was booked'),
    pay_by: z.iso.datetime().nullable().describe('Until when a proof of payment is waited for'),
    payment: z
      .object({
        uploaded_at: z.iso.datetime(),
        decision: z.enum(['verified', 'rejected']).nullable(),
        reason: z.string().nullable(),
      })
      .nullable()
      .describe('The newest proof of payment'),
    rating: z.int().nullable().describe('1 to 5 stars'),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
    cancelled_at: z.iso.datetime().nullable(),
    possible: z.array(z.enum(BOOKING_STEPS)).describe('What may come next, by whoever may do it'),
  })
  .meta({ id: 'Booking' });

export const bookingPage = pageOf(bookingBody).meta({ id: 'BookingPage' });

export const bookingQuery = pageQuery.extend({
  state: z.enum(BOOKING_STATES).optional().describe('Only those in this state'),
});

export type Booking = z.infer<typeof bookingBody>;
export type BookingPage = z.infer<typeof bookingPage>;

/** Whose bookings. */
export type Party = { readonly learnerId: string } | { readonly mentorId: string };

/** The bookings of a learner or a mentor, the latest session first. */
export async function listBookings(
  db: Kysely<Schema>,
  tenantId: TenantId,
  party: Party,
  { state, limit, cursor }: z.infer<typeof bookingQuery>,
): Promise<BookingPage> {
  const order = ordering(sql.ref('bookings.starts_at'), 'timestamptz', sql.ref('bookings.id'), cursor);
  const rows = await bookings(db, tenantId)
    .where(isOf(party))
    .$if(state !== undefined, (query) => query.where(sql<SqlBool>`bookings.state = ${state}`))
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('bookings.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, toBooking);
}

/** @throws {NoResultError} when the tenant has no such booking */
export async function bookingById(db: Kysely<Schema>, tenantId: TenantId, id: string): Promise<Booking> {
  return toBooking(await bookings(db, tenantId).where('bookings.id', '=', id).executeTakeFirstOrThrow());
}

/** The condition that a booking is a party's. */
export function isOf(party: Party): Expression<SqlBool> {
  return 'learnerId' in party
    ? sql<SqlBool>`bookings.learner_id = ${party.learnerId}`
    : sql<SqlBool>`bookings.mentor_id = ${party.mentorId}`;
}

function bookings(db: Kysely<Schema>, tenantId: TenantId) {
  return booked(db, tenantId)
    .leftJoin('reviews', (join) =>
      join
        .onRef('reviews.tenant_id', '=', 'bookings.tenant_id')
        .onRef('reviews.booking_id', '=', 'bookings.id'),
    )
    .leftJoinLateral(
      (select) =>
        select
          .selectFrom('payment_proofs')
          .whereRef('payment_proofs.tenant_id', '=', 'bookings.tenant_id')
          .whereRef('payment_proofs.booking_id', '=', 'bookings.id')
          .orderBy('uploaded_at', 'desc')
          .limit(1)
          .select(['uploaded_at', 'decision', 'reason'])
          .as('proof'),
      (join) => join.onTrue(),
    )
    .select([
      'bookings.id',
      'bookings.state',
      'bookings.course_id',
      'courses.title as course_title',
      'bookings.mentor_id',
      'mentors.name as mentor_name',
      'bookings.learner_id',
      'users.name as learner_name',
      'bookings.starts_at',
      'bookings.ends_at',
      'bookings.amount_idr',
      'bookings.pay_by',
      'proof.uploaded_at',
      'proof.decision',
      'proof.reason',
      'reviews.rating',
      'bookings.created_at',
      'bookings.started_at',
      'bookings.finished_at',
      'bookings.cancelled_at',
    ]);
}

type BookingRow = Awaited<ReturnType<ReturnType<typeof bookings>['executeTakeFirstOrThrow']>>;

function toBooking(row: BookingRow): Booking {
  return bookingBody.parse({
    id: row.id,
    state: row.state,
    course: { id: row.course_id, title: row.course_title },
    mentor: { id: row.mentor_id, name: row.mentor_name },
    learner: { id: row.learner_id, name: row.learner_name },
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    // A safe integer, or the schema refuses it.
    amount_idr: Number(row.amount_idr),
    pay_by: row.pay_by?.toISOString() ?? null,
    payment:
      row.uploaded_at === null
        ? null
        : { uploaded_at: row.uploaded_at.toISOString(), decision: row.decision, reason: row.reason },
    rating: row.rating,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    cancelled_at: row.cancelled_at?.toISOString() ?? null,
    possible: possibleSteps(row.state),
  });
}
