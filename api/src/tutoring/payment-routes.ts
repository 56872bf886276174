import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import { bookingBody, bookingById } from './bookings.ts';
import { idOf } from './id.ts';
import { decidePayment } from './payments.ts';
import { holdBooking } from './steps.ts';
import { line } from './text.ts';

const LONGEST_REASON = 500;

const bookingId = idOf('bkg', 'a booking');

const decision = z
  .discriminatedUnion('decision', [
    z.object({ booking: bookingId, decision: z.literal('verified') }),
    z.object({ booking: bookingId, decision: z.literal('rejected'), reason: line(LONGEST_REASON) }),
  ])
  .meta({
    id: 'PaymentDecision',
    examples: [
      { booking: 'bkg_0123456789abcdef0123', decision: 'verified' },
      { booking: 'bkg_0123456789abcdef0123', decision: 'rejected', reason: 'Nominalnya kurang Rp20.000.' },
    ],
  });

export interface PaymentRoutesOptions {
  readonly database: Database;
  readonly now: () => Date;
}

/** Payments: learners prove them, and those who administer the tutoring decide. */
export const paymentRoutes: FastifyPluginAsyncZod<PaymentRoutesOptions> = async (app, { database, now }) => {
  const { db } = database;
  const common = { tags: ['tutoring'], security: [{ bearer: [] }] };

  app.post(
    '/api/admin/verifikasi-pembayaran',
    {
      onRequest: requirePermission('tutoring:administer'),
      schema: {
        ...common,
        summary: 'Verify or reject the payment of a booking',
        body: decision,
        response: { 200: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) => {
      const { tenantId } = principalOf(request);
      const { booking: id } = request.body;
      return db.transaction().execute(async (transaction) => {
        const booking = await holdBooking(transaction, tenantId, id);
        await decidePayment(transaction, booking, request.body, actorOf(request), now());
        return bookingById(transaction, tenantId, id);
      });
    },
  );
};
