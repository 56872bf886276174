import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problemResponses } from '../errors/problem.ts';
import type { FileStore } from '../files/file-store.ts';
import { proofQuery } from '../files/proof-list.ts';
import { receiveUpload } from '../files/receive.ts';
import { MULTIPART, uploadBody, uploads } from '../files/uploads.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Database } from '../postgres/database.ts';
import { bookingBody, bookingById } from './bookings.ts';
import { listPayments, paymentPage } from './payment-list.ts';
import { decidePayment, PROOFS_FOLDER, submitProof } from './payments.ts';
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

/** Of the file. */
const MOST_PROOF_BYTES = 5 * 1024 * 1024;
const proofFields = z.object({ booking: bookingId });

export interface PaymentRoutesOptions {
  readonly database: Database;
  readonly files: FileStore;
  readonly now: () => Date;
}

/** Payments: learners prove them, and those who administer the tutoring decide. */
export const paymentRoutes: FastifyPluginAsyncZod<PaymentRoutesOptions> = async (app, options) => {
  const { database, files, now } = options;
  const { db } = database;
  const common = { tags: ['tutoring'], security: [{ bearer: [] }] };
  const administers = requirePermission('tutoring:administer');
  await app.register(uploads);

  app.post(
    '/api/pelanggan/bukti-pembayaran',
    {
      config: { usage: { kind: 'upload' } },
      onRequest: requirePermission('tutoring:learn'),
      schema: {
        ...common,
        summary: 'Prove the payment of a booking; those who administer the tutoring decide on it',
        consumes: [MULTIPART],
        body: uploadBody(proofFields, 'A picture or PDF of the transfer, of at most 5 MB'),
        response: { 201: bookingBody, ...problemResponses(400, 401, 403, 404, 409, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const { fields, file, discard } = await receiveUpload(request, files, {
        tenantId,
        folder: PROOFS_FOLDER,
        kinds: ['png', 'jpeg', 'webp', 'pdf'],
        maxBytes: MOST_PROOF_BYTES,
        fields: proofFields,
      });
      try {
        const booking = await db.transaction().execute(async (transaction) => {
          const held = await holdBooking(transaction, tenantId, fields.booking, { learnerId: userId });
          await submitProof(transaction, held, file, now());
          return bookingById(transaction, tenantId, fields.booking);
        });
        return reply.code(201).send(booking);
      } catch (error) {
        // Lost in the middle of a commit, nobody knows whether the row is there; a file without one is found at night.
        if (!(error instanceof DatabaseUnavailableError)) {
          await discard();
        }
        throw error;
      }
    },
  );

  app.get(
    '/api/admin/pembayaran',
    {
      onRequest: administers,
      schema: {
        ...common,
        summary: 'Payments that wait for a decision, the longest first; or those decided',
        querystring: proofQuery,
        response: { 200: paymentPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listPayments(db, files, principalOf(request).tenantId, request.query);
    },
  );

  app.post(
    '/api/admin/verifikasi-pembayaran',
    {
      onRequest: administers,
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
