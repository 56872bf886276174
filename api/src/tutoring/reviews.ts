import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { cut, ordering, pageOf, type pageQuery } from '../lists/page.ts';
import { notify } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { type HeldBooking, takeStep } from './steps.ts';

export const FEWEST_STARS = 1;
export const MOST_STARS = 5;

const reviewBody = z
  .object({
    id: z.string().describe('The booking'),
    rating: z.int().min(FEWEST_STARS).max(MOST_STARS),
    words: z.string(),
    learner: z.string().describe('First name alone: everybody can read this'),
    course: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Review' });

export const reviewPage = pageOf(reviewBody).meta({ id: 'ReviewPage' });

export type ReviewPage = z.infer<typeof reviewPage>;

/** What learners say about a mentor, the newest first. */
export async function listReviews(
  db: Kysely<Schema>,
  tenantId: TenantId,
  mentorId: string,
  { limit, cursor }: z.infer<typeof pageQuery>,
): Promise<ReviewPage> {
  const id = sql.ref('reviews.booking_id');
  const order = ordering(sql.ref('reviews.created_at'), 'timestamptz', id, cursor);
  const rows = await db
    .selectFrom('reviews')
    .innerJoin('bookings', (join) =>
      join
        .onRef('bookings.tenant_id', '=', 'reviews.tenant_id')
        .onRef('bookings.id', '=', 'reviews.booking_id'),
    )
    .innerJoin('courses', (join) =>
      join
        .onRef('courses.tenant_id', '=', 'bookings.tenant_id')
        .onRef('courses.id', '=', 'bookings.course_id'),
    )
    .innerJoin('users', 'users.id', 'bookings.learner_id')
    .where('reviews.tenant_id', '=', tenantId)
    .where('reviews.mentor_id', '=', mentorId)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('reviews.booking_id')
    .limit(limit + 1)
    .select([
      'reviews.booking_id as id',
      'reviews.rating',
      'reviews.words',
      'reviews.created_at',
      'courses.title',
      'users.name',
      order.key.as('key'),
    ])
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, ({ id: booking, rating, words, created_at, title, name }) => ({
    id: booking,
    rating,
    words,
    learner: name.split(/\s/, 1).join(''),
    course: title,
    created_at: created_at.toISOString(),
  }));
}

/**
 * Reviews a finished session, once. The mentor's rating is the mean of all that were given, by the database's own
 * sum, so that reviews that come at once are all counted.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when it is not finished, or reviewed already
 */
export async function review(
  db: Kysely<Schema>,
  booking: HeldBooking,
  { rating, words }: { readonly rating: number; readonly words: string },
  now: Date,
): Promise<void> {
  const { tenantId, id, course, mentor } = booking;
  await takeStep(db, booking, 'review', now);
  await db
    .insertInto('reviews')
    .values({ tenant_id: tenantId, booking_id: id, mentor_id: mentor.id, rating, words, created_at: now })
    .execute();
  await db
    .updateTable('mentors')
    .set({ stars: sql`stars + ${rating}`, reviews: sql`reviews + 1` })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', mentor.id)
    .execute();
  if (mentor.userId !== null) {
    await notify(db, {
      tenantId,
      userId: mentor.userId,
      kind: 'review.received',
      values: { booking: id, course, rating },
    });
  }
}
