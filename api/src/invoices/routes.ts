import { billingMonth, monthAt } from '@riwayat/billing';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Metering } from '../billing/metering.ts';
import type { Pricing } from '../billing/pricing.ts';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import { newestFirstQuery } from '../postgres/newest-first.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { invoiceWithLinesBody, lineBody, lineJson } from './invoice-body.ts';
import { findInvoice, invoicePage, invoiceQuery, listInvoices } from './invoice-list.ts';
import { lineOfBill } from './line.ts';
import { balanceBody, balanceOf, statementOf, statementPage } from './statement.ts';
import { isSuspended } from './suspension.ts';

export const billingPreview = z
  .object({
    period: z.string().describe('The running month, `YYYY-MM`'),
    computed_at: z.iso.datetime(),
    total_idr: z.int().describe('What the month would cost if nothing more were used: whole rupiah'),
    exact_idr: z.string(),
    lines: z.array(lineBody),
  })
  .meta({ id: 'BillingPreview' });

export interface InvoiceRoutesOptions {
  readonly database: Database;
  readonly tenants: TenantDirectory;
  readonly metering: Metering;
  readonly pricing: Pricing;
  readonly now: () => Date;
}

/** What a tenant sees of its own bills. */
export const invoiceRoutes: FastifyPluginAsyncZod<InvoiceRoutesOptions> = async (
  app,
  { database: { db }, tenants, metering, pricing, now },
) => {
  const url = '/api/v1/tenant/billing';
  const common = {
    config: { usage: { tenant: 'platform' as const } },
    onRequest: requirePermission('billing:read'),
  };
  const described = { tags: ['billing'], security: [{ bearer: [] }] };

  app.get(
    `${url}/invoices`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'The invoices and credit notes, newest first',
        querystring: invoiceQuery,
        response: { 200: invoicePage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listInvoices(db, principalOf(request).tenantId, request.query);
    },
  );

  app.get(
    `${url}/invoices/:id`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'An invoice with every line, and how each amount came about',
        params: z.object({ id: idOf('inv', 'an invoice') }),
        response: { 200: invoiceWithLinesBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const invoice = await findInvoice(db, principalOf(request).tenantId, request.params.id);
      if (invoice === undefined) {
        throw problem('not-found', { detail: 'There is no such invoice.' });
      }
      reply.header('cache-control', 'private, no-store');
      return invoice;
    },
  );

  app.get(
    `${url}/preview`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'The bill of the running month, as it is at this moment',
        description:
          'By the same function that makes the invoice. What comes until the end of the month is added.',
        response: { 200: billingPreview, ...problemResponses(401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const tenant = await tenants.find(tenantId);
      const at = now();
      const timezone = tenant?.timezone ?? 'UTC';
      const month = billingMonth(monthAt(at, timezone), timezone);
      const usage = await metering.ofScreen({ tenantId, month });
      const bill = await pricing.billOf(tenantId, month, usage);
      if (bill === undefined) {
        throw problem('not-found', { detail: 'The tenant has no contract, so nothing is billed.' });
      }
      reply.header('cache-control', 'private, no-store');
      return {
        period: month.month,
        computed_at: at.toISOString(),
        total_idr: rupiahNumber(bill.total),
        exact_idr: bill.exact.toFixed(),
        lines: bill.lines.map((line, index) => lineJson(lineOfBill(line, month.month), index + 1)),
      };
    },
  );

  app.get(
    `${url}/balance`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'What is owed, and what is in credit',
        response: { 200: balanceBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const [balance, suspended] = await Promise.all([balanceOf(db, tenantId), isSuspended(db, tenantId)]);
      reply.header('cache-control', 'private, no-store');
      return { ...balance, suspended };
    },
  );

  app.get(
    `${url}/statement`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Everything that was booked, newest first',
        querystring: newestFirstQuery,
        response: { 200: statementPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return statementOf(db, principalOf(request).tenantId, request.query);
    },
  );
};
