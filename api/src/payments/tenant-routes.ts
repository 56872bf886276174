import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import type { FileStore } from '../files/file-store.ts';
import { receiveUpload } from '../files/receive.ts';
import { MULTIPART, uploadBody, uploads } from '../files/uploads.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Database } from '../postgres/database.ts';
import type { InvoicePayments } from './invoice-payments.ts';
import { listPayments, paymentBody, paymentPage, paymentQuery } from './payment-body.ts';
import { INVOICE_PROOFS_FOLDER, submitProof } from './proofs.ts';
import { PICTURE_TYPES, type PictureFormat, qrPicture } from './qris/picture.ts';
import { LARGEST_AMOUNT_IDR, wantedPayment } from './wanted.ts';

/** Of the file. */
const MOST_PROOF_BYTES = 5 * 1024 * 1024;

const params = z.object({ id: idOf('pay', 'a payment') });
const proofFields = z.object({
  amount_idr: z.coerce.number().int().positive().max(LARGEST_AMOUNT_IDR).describe('What was transferred'),
  paid_on: z.iso.date().describe('The day of the transfer, where the tenant is'),
});
const picture = { schema: z.file() };

export interface TenantPaymentOptions {
  readonly database: Database;
  readonly payments: InvoicePayments;
  readonly files: FileStore;
  readonly now: () => Date;
}

/** How a tenant pays its invoices; one that is suspended, too. */
export const tenantPaymentRoutes: FastifyPluginAsyncZod<TenantPaymentOptions> = async (app, options) => {
  const { database, payments, files, now } = options;
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('billing:pay');
  const common = { tags: ['payments'], security: [{ bearer: [] }] };
  await app.register(uploads);

  app.get(
    '/api/v1/tenant/billing/payments',
    {
      config,
      onRequest: requirePermission('billing:read'),
      schema: {
        ...common,
        summary: 'Every payment that was begun, the newest first',
        querystring: paymentQuery,
        response: { 200: paymentPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listPayments(db, payments.means, principalOf(request).tenantId, request.query);
    },
  );

  app.post(
    '/api/v1/tenant/billing/payments',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Begin to pay an invoice, in whole or in part',
        body: wantedPayment,
        response: { 201: paymentBody, ...problemResponses(400, 401, 403, 404, 409, 422, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      return reply.code(201).send(await payments.start(tenantId, request.body, actorOf(request)));
    },
  );

  app.get(
    '/api/v1/tenant/billing/payments/:id',
    {
      config,
      onRequest: requirePermission('billing:read'),
      schema: {
        ...common,
        summary: 'One payment, and what the payer needs',
        params,
        response: { 200: paymentBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return payments.get(principalOf(request).tenantId, request.params.id);
    },
  );

  app.post(
    '/api/v1/tenant/billing/payments/:id/cancel',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'End a payment that nobody has paid',
        params,
        response: { 200: paymentBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) => payments.cancel(principalOf(request).tenantId, request.params.id, actorOf(request)),
  );

  app.post(
    '/api/v1/tenant/billing/payments/:id/proof',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Prove a transfer; those who run the platform decide on it',
        consumes: [MULTIPART],
        params,
        body: uploadBody(proofFields, 'A picture or PDF of the transfer, of at most 5 MB'),
        response: { 201: paymentBody, ...problemResponses(400, 401, 403, 404, 409, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const { id } = request.params;
      const { fields, file, discard } = await receiveUpload(request, files, {
        tenantId,
        folder: INVOICE_PROOFS_FOLDER,
        kinds: ['png', 'jpeg', 'pdf'],
        maxBytes: MOST_PROOF_BYTES,
        fields: proofFields,
      });
      try {
        const proof = { amount: BigInt(fields.amount_idr), paidOn: fields.paid_on, file };
        const actor = { ...actorOf(request), userId };
        await db
          .transaction()
          .execute((transaction) => submitProof(transaction, tenantId, id, proof, actor, now()));
      } catch (error) {
        // Lost in the middle of a commit, nobody knows whether the row is there; a file without one is found at night.
        if (!(error instanceof DatabaseUnavailableError)) {
          await discard();
        }
        throw error;
      }
      return reply.code(201).send(await payments.get(tenantId, id));
    },
  );

  app.get(
    '/api/v1/tenant/billing/payments/:id/qris',
    {
      config,
      onRequest: requirePermission('billing:read'),
      schema: {
        ...common,
        summary: 'The QRIS code of a payment that waits, as a picture',
        params,
        querystring: z.object({ format: z.enum(['svg', 'png']).default('svg') }),
        response: {
          200: {
            description: 'The picture',
            content: { 'image/svg+xml': picture, 'image/png': picture },
          },
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const { format } = request.query;
      const { instructions } = await payments.get(principalOf(request).tenantId, request.params.id);
      if (instructions.qris === null) {
        throw problem('not-found', { detail: 'The payment has no QRIS code, or does not wait any more.' });
      }
      return sendPicture(reply, instructions.qris, format);
    },
  );
};

async function sendPicture(reply: FastifyReply, text: string, format: PictureFormat): Promise<FastifyReply> {
  return reply
    .header('cache-control', 'private, no-store')
    .type(PICTURE_TYPES[format])
    .send(await qrPicture(text, format));
}
