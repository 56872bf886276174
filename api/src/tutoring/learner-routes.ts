import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { anyId, idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import { book, refuseTaken } from './book.ts';
import { bookingBody, bookingById, bookingPage, bookingQuery, listBookings } from './bookings.ts';
import { cancelBooking } from './cancel.ts';
import type { Catalogue } from './catalogue.ts';
import { FEWEST_STARS, MOST_STARS, review } from './reviews.ts';
import { holdBooking } from './steps.ts';
import { lines } from './text.ts';
import { Turns } from './turns.ts';

const LONGEST_REASON = 500;
const LONGEST_REVIEW = 2_000;

const bookingId = idOf('bkg', 'a booking');

const bookingRequest = z.object({ course: anyId, slot: idOf('slt', 'a slot') }).meta({
  id: 'BookingRequest',
  examples: [{ course: 'aljabar-dasar-mentor-01', slot: 'slt_0123456789abcdef0123' }],
});

const cancellation = z.object({ booking: bookingId, reason: lines(LONGEST_REASON).default('') }).meta({
  id: 'Cancellation',
  examples: [{ booking: 'bkg_0123456789abcdef0123', reason: 'Saya sakit.' }],
});

const newReview = z
  .object({
    booking: bookingId,
    rating: z.int().min(FEWEST_STARS).max(MOST_STARS).describe('Stars'),
    words: lines(LONGEST_REVIEW).default(''),
  })
  .meta({
    id: 'NewReview',
    examples: [{ booking: 'bkg_0123456789abcdef0123', rating: 5, words: 'Penjelasannya jernih sekali.' }],
  });

export interface LearnerRoutesOptions {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly now: () => Date;
}

/** What a learner does: book, cancel, review. Payments are beside. */
export const learnerRoutes: FastifyPluginAsyncZod<LearnerRoutesOptions> = async (
  app,
  { database, catalogue, now },
) => {
  const { db } = database;
  const onRequest = requirePermission('tutoring:learn');
  const common = { tags: ['tutoring'], security: [{ bearer: [] }] };
  const turns = new Turns();

  app.get(
    '/api/pelanggan/daftar-sesi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'One’s own bookings, the latest session first',
        querystring: bookingQuery,
        response: { 200: bookingPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { tenantId, userId } = principalOf(request);
      return listBookings(db, tenantId, { learnerId: userId }, request.query);
    },
  );

  app.post(
    '/api/pelanggan/pesan-sesi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Book a session: a slot of the mentor who gives the course',
        description: 'A proof of payment is waited for until `pay_by`; then the booking expires.',
        body: bookingRequest,
        response: { 201: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const { course, slot } = request.body;
      // Of many who want one slot a single one holds a connection, and the others leave some to other routes.
      const booking = await turns.take(`${tenantId}/${slot}`, async () => {
        await refuseTaken(db, tenantId, slot);
        return db.transaction().execute(async (transaction) => {
          const wanted = { tenantId, learnerId: userId, courseId: course, slotId: slot };
          const id = await book(transaction, wanted, now());
          return bookingById(transaction, tenantId, id);
        });
      });
      return reply.code(201).send(booking);
    },
  );

  app.post(
    '/api/pelanggan/batalkan-sesi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Cancel a booking before its session begins',
        body: cancellation,
        response: { 200: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) => {
      const { tenantId, userId } = principalOf(request);
      const { booking: id, reason } = request.body;
      return db.transaction().execute(async (transaction) => {
        const booking = await holdBooking(transaction, tenantId, id, { learnerId: userId });
        await cancelBooking(transaction, booking, reason, actorOf(request), now());
        return bookingById(transaction, tenantId, id);
      });
    },
  );

  app.post(
    '/api/pelanggan/testimoni',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Review a finished session, once',
        body: newReview,
        response: { 201: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const { booking: id, rating, words } = request.body;
      const reviewed = await db.transaction().execute(async (transaction) => {
        const booking = await holdBooking(transaction, tenantId, id, { learnerId: userId });
        await review(transaction, booking, { rating, words }, now());
        return bookingById(transaction, tenantId, id);
      });
      await catalogue.changed(tenantId);
      return reply.code(201).send(reviewed);
    },
  );
};
