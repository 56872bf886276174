import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problemResponses } from '../errors/problem.ts';
import type { FileStore } from '../files/file-store.ts';
import { proofQuery } from '../files/proof-list.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import type { Receivables } from '../invoices/receivables.ts';
import type { Database } from '../postgres/database.ts';
import { tenantRow } from '../tenants/tenant.ts';
import { line } from '../tutoring/text.ts';
import { eventPage, eventQuery, listEvents, type Resolution, resolveEvent } from './events.ts';
import type { InvoicePayments } from './invoice-payments.ts';
import { paymentBody } from './payment-body.ts';
import { listProofs, proofPage } from './proof-list.ts';
import { type Decision, decideProof } from './proofs.ts';
import { LARGEST_AMOUNT_IDR } from './wanted.ts';

const LONGEST_NOTE = 500;

const tenantId = tenantRow.shape.id;
const paymentParams = z.object({
  tenant: z.string().refine((text) => tenantId.safeParse(text).success, 'must be the id of a tenant'),
  id: idOf('pay', 'a payment'),
});
const eventParams = z.object({ id: idOf('pev', 'an event') });

const decisionBody = z
  .discriminatedUnion('decision', [
    z.object({
      decision: z.literal('verified'),
      amount_idr: z
        .int()
        .positive()
        .max(LARGEST_AMOUNT_IDR)
        .optional()
        .describe('What came, by the bank’s statement; what the tenant stated, unless given'),
      received_on: z.iso
        .date()
        .optional()
        .describe('The day on which it came, where the tenant is; the stated one, unless given'),
    }),
    z.object({ decision: z.literal('rejected'), reason: line(LONGEST_NOTE) }),
  ])
  .meta({
    id: 'InvoicePaymentDecision',
    examples: [
      { decision: 'verified' },
      { decision: 'verified', amount_idr: 500_000, received_on: '2026-11-20' },
      { decision: 'rejected', reason: 'Transfer tidak ditemukan di rekening kami.' },
    ],
  });

const resolutionBody = z
  .discriminatedUnion('resolution', [
    z.object({
      resolution: z.literal('booked'),
      tenant: paymentParams.shape.tenant,
      invoice: idOf('inv', 'an invoice').describe('What the money is for; what is beyond it becomes credit'),
      note: line(LONGEST_NOTE),
    }),
    z.object({ resolution: z.literal('dismissed'), note: line(LONGEST_NOTE) }),
  ])
  .meta({
    id: 'PaymentEventResolution',
    examples: [
      {
        resolution: 'booked',
        tenant: 'ksp-lam-gabe-jaya',
        invoice: 'inv_0123456789abcdef0123',
        note: 'Dibayar kurang; sisanya ditagih lagi.',
      },
      { resolution: 'dismissed', note: 'Pembayaran uji coba.' },
    ],
  });

export interface OperatorPaymentOptions {
  readonly database: Database;
  readonly receivables: Receivables;
  readonly payments: InvoicePayments;
  readonly files: FileStore;
  readonly now: () => Date;
}

/** For those who run the platform: transfers to verify, and money that nobody can place. */
export const operatorPaymentRoutes: FastifyPluginAsyncZod<OperatorPaymentOptions> = async (app, options) => {
  const { database, receivables, payments, files, now } = options;
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('platform:billing');
  const common = { tags: ['payments'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/platform/payment-proofs',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Proofs of transfers that wait for a decision, the longest first; or those decided',
        querystring: proofQuery,
        response: { 200: proofPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listProofs(db, files, request.query);
    },
  );

  app.post(
    '/api/v1/platform/tenants/:tenant/payments/:id/decision',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Verify or reject the proof of a transfer',
        params: paymentParams,
        body: decisionBody,
        response: { 200: paymentBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const tenant = tenantId.parse(request.params.tenant);
      const actor = { ...actorOf(request), userId: principalOf(request).userId };
      const decision = decisionOf(request.body);
      await receivables.change((transaction) => decideProof(transaction, tenant, id, decision, actor, now()));
      return payments.get(tenant, id);
    },
  );

  app.get(
    '/api/v1/platform/payment-events',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'What the payment provider told that nobody can place; or all that it told',
        querystring: eventQuery,
        response: { 200: eventPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listEvents(db, request.query);
    },
  );

  app.post(
    '/api/v1/platform/payment-events/:id/resolve',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Book the money of an event that is held, or dismiss it',
        params: eventParams,
        body: resolutionBody,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const actor = { ...actorOf(request), userId: principalOf(request).userId };
      const resolution = resolutionOf(request.body);
      await receivables.change((transaction) =>
        resolveEvent(transaction, request.params.id, resolution, actor, now()),
      );
      return reply.code(204).send();
    },
  );
};

function decisionOf(body: z.infer<typeof decisionBody>): Decision {
  return body.decision === 'rejected'
    ? body
    : {
        decision: 'verified',
        amount: body.amount_idr === undefined ? undefined : BigInt(body.amount_idr),
        receivedOn: body.received_on,
      };
}

function resolutionOf(body: z.infer<typeof resolutionBody>): Resolution {
  return body.resolution === 'dismissed'
    ? body
    : {
        resolution: 'booked',
        tenantId: tenantId.parse(body.tenant),
        invoiceId: body.invoice,
        note: body.note,
      };
}
