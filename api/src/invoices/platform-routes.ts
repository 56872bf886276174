import { billingMonth, monthAt } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { actorOf, audit } from '../audit/audit.ts';
import { contractOf } from '../billing/contracts.ts';
import type { Metering } from '../billing/metering.ts';
import type { Pricing } from '../billing/pricing.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { isTenantId, tenantRow } from '../tenants/tenant.ts';
import { creditInvoice } from './credit-note.ts';
import { beginDrafts, fillDrafts } from './draft.ts';
import { invoiceWithLinesBody } from './invoice-body.ts';
import { findInvoice, invoiceQuery, listAllInvoices, platformInvoicePage } from './invoice-list.ts';
import { issueDrafts } from './issue.ts';
import type { Receivables } from './receivables.ts';
import { type InvoiceAct, voidInvoice } from './void.ts';
import { liftSuspension, writeOffInvoice } from './write-off.ts';

const LONGEST_REASON = 500;
/** More than any invoice has. */
const MOST_LINES = 1_000;

const tenant = z.string().refine(isTenantId, 'is not a tenant id');
const invoiceParams = z.object({ id: idOf('inv', 'an invoice') });
const reason = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_REASON)
  .regex(/^\P{Cc}*$/u, 'must have no control characters')
  .describe('For the tenant, and for the audit log');

const creditRequest = z
  .object({
    reason,
    lines: z
      .array(
        z.object({
          position: z.int().min(1),
          amount_idr: z
            .int()
            .optional()
            .describe('With the sign of the line; all that is left of it unless given'),
        }),
      )
      .min(1)
      .max(MOST_LINES)
      .optional()
      .describe('The whole invoice unless given'),
  })
  .meta({ examples: [{ reason: 'Counted twice', lines: [{ position: 2, amount_idr: 50_000 }] }] });

const runRequest = z
  .object({ tenant, period: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month: YYYY-MM') })
  .meta({ examples: [{ tenant: 'ksp-sejahtera', period: '2026-10' }] });

interface Act {
  readonly summary: string;
  /** A reason, in the document. */
  readonly example: string;
  readonly act: (db: Kysely<Schema>, act: InvoiceAct) => Promise<void>;
}

/** What is done to an invoice as a whole, for a reason. */
const ACTS: Readonly<Record<string, Act>> = {
  void: {
    summary: 'Make an invoice void on which nothing was paid; it keeps its number',
    example: 'Sent to the wrong tenant',
    act: voidInvoice,
  },
  'write-off': {
    summary: 'Give up an invoice that will not be paid: a loss, with no more late fees; a suspension stays',
    example: 'The co-operative was dissolved',
    act: writeOffInvoice,
  },
  'lift-suspension': {
    summary: 'Let the tenant of an invoice that was written off use its API keys again',
    example: 'It pays in advance from now on',
    act: liftSuspension,
  },
};

export interface PlatformInvoiceRoutesOptions {
  readonly database: Database;
  readonly tenants: TenantDirectory;
  readonly metering: Metering;
  readonly pricing: Pricing;
  readonly receivables: Receivables;
  readonly now: () => Date;
}

/** What those who run the platform do about invoices. */
export const platformInvoiceRoutes: FastifyPluginAsyncZod<PlatformInvoiceRoutesOptions> = async (
  app,
  { database: { db }, tenants, metering, pricing, receivables, now },
) => {
  const url = '/api/v1/platform/billing/invoices';
  const common = {
    config: { usage: { tenant: 'platform' as const } },
    onRequest: requirePermission('platform:billing'),
  };
  const described = { tags: ['platform'], security: [{ bearer: [] }] };

  /** @throws {ProblemError} `not-found` when nobody has such an invoice */
  async function tenantOf(id: string): Promise<TenantId> {
    const row = await db.selectFrom('invoices').where('id', '=', id).select('tenant_id').executeTakeFirst();
    if (row === undefined) {
      throw problem('not-found', { detail: 'There is no such invoice.' });
    }
    return tenantRow.shape.id.parse(row.tenant_id);
  }

  async function shown(tenantId: TenantId, id: string) {
    const invoice = await findInvoice(db, tenantId, id);
    if (invoice === undefined) {
      throw problem('not-found', { detail: 'There is no such invoice.' });
    }
    return invoice;
  }

  app.get(
    url,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Invoices and credit notes of every tenant, newest first',
        querystring: invoiceQuery.extend({ tenant: tenant.optional().describe('Everybody’s unless given') }),
        response: { 200: platformInvoicePage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenant: of, ...query } = request.query;
      reply.header('cache-control', 'private, no-store');
      return listAllInvoices(db, of, query);
    },
  );

  app.get(
    `${url}/:id`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'An invoice of any tenant, with every line',
        params: invoiceParams,
        response: { 200: invoiceWithLinesBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      reply.header('cache-control', 'private, no-store');
      return shown(await tenantOf(id), id);
    },
  );

  app.post(
    url,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Make the invoice of a month that is over and has none, or had one that is void',
        body: runRequest,
        response: { 201: invoiceWithLinesBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenant: tenantId, period } = request.body;
      const of = await tenants.find(tenantId);
      const contract = await contractOf(db, tenantId);
      if (of === undefined || contract === undefined) {
        throw problem('not-found', { detail: 'There is no such tenant, or it has no contract.' });
      }
      const month = billingMonth(period, of.timezone);
      if (period >= monthAt(now(), of.timezone) || (month.days.at(-1) ?? '') < contract.contract.startedOn) {
        throw problem('invoice-step-refused', {
          detail:
            'The month is not over yet, or is before the contract. The preview shows the running month.',
        });
      }
      const invoicing = { db, metering, pricing, now };
      const ids = await beginDrafts(db, [{ tenantId, period }], now());
      await fillDrafts(invoicing, ids);
      const issued = await issueDrafts(db, ids, now());
      const [id] = ids;
      if (issued === 0 || id === undefined) {
        throw problem('invoice-step-refused', {
          detail:
            'The month has its invoice already, or nothing to bill. Void the invoice first, or credit it.',
        });
      }
      await audit(db, {
        action: 'invoice.made',
        tenantId,
        actor: actorOf(request),
        subject: { kind: 'invoice', id },
        details: { period },
      });
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await shown(tenantId, id));
    },
  );

  for (const [step, { summary, example, act }] of Object.entries(ACTS)) {
    app.post(
      `${url}/:id/${step}`,
      {
        ...common,
        schema: {
          ...described,
          summary,
          params: invoiceParams,
          body: z.object({ reason }).meta({ examples: [{ reason: example }] }),
          response: { 200: invoiceWithLinesBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const tenantId = await tenantOf(id);
        const done = { tenantId, invoiceId: id, ...request.body, actor: actorOf(request), now: now() };
        await receivables.change((transaction) => act(transaction, done));
        reply.header('cache-control', 'no-store');
        return shown(tenantId, id);
      },
    );
  }

  app.post(
    `${url}/:id/credit`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Credit an invoice, wholly or by line; the answer is the credit note',
        params: invoiceParams,
        body: creditRequest,
        response: { 201: invoiceWithLinesBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { reason: why, lines } = request.body;
      const tenantId = await tenantOf(id);
      const note = await receivables.change((transaction) =>
        creditInvoice(transaction, {
          tenantId,
          invoiceId: id,
          reason: why,
          actor: actorOf(request),
          now: now(),
          ...(lines && {
            lines: lines.map(({ position, amount_idr }) => ({
              position,
              ...(amount_idr !== undefined && { amount: BigInt(amount_idr) }),
            })),
          }),
        }),
      );
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await shown(tenantId, note));
    },
  );
};
