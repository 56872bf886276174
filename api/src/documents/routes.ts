import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { attachment } from '../files/content-disposition.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Principal } from '../identity/principal.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { Locale } from '../tenants/tenant.ts';
import { CSV_TYPE } from './csv.ts';
import { invoiceCsv } from './invoice-csv.ts';
import type { InvoiceDocument, PaymentMeans, Seller } from './invoice-document.ts';
import { invoiceDocumentBody, invoiceJson } from './invoice-json.ts';
import { invoicePdf } from './pdf/invoice-pdf.ts';
import { readInvoice } from './read-invoice.ts';
import { localeOf, readerLanguage } from './reader.ts';
import { PDF_FILE, sendFile } from './send-file.ts';

export interface DocumentRoutesOptions {
  readonly database: Database;
  readonly seller: Seller;
  /** How what is open of an invoice can be paid. */
  readonly means: (invoice: InvoiceDocument) => PaymentMeans;
}

const params = z.object({
  id: idOf('inv', 'an invoice or a credit note'),
});
const CSV_FILE = {
  description: 'A row for each line; amount_idr adds up to the total',
  content: { 'text/csv': { schema: z.string() } },
};

/** Invoices and credit notes as files. */
export const documentRoutes: FastifyPluginAsyncZod<DocumentRoutesOptions> = async (app, options) => {
  const { database, seller, means } = options;
  const route = {
    config: { usage: { tenant: 'platform' as const, kind: 'download' as const } },
    onRequest: requirePermission('billing:read'),
  };
  const common = { tags: ['billing'], security: [{ bearer: [] }], params };
  const problems = problemResponses(400, 401, 403, 404, 503);

  async function invoiceOf({ tenantId }: Principal, id: string): Promise<InvoiceDocument> {
    const invoice = await readInvoice(database.db, tenantId, id);
    if (invoice === undefined) {
      throw problem('not-found', { detail: 'There is no issued invoice or credit note of this id.' });
    }
    return invoice;
  }

  async function localeFor(principal: Principal, asked: Locale | undefined): Promise<Locale> {
    return asked ?? localeOf(database.db, principal);
  }

  app.get(
    '/api/v1/tenant/billing/invoices/:id.pdf',
    {
      ...route,
      schema: {
        ...common,
        summary: 'An invoice or a credit note as PDF',
        querystring: readerLanguage,
        response: { 200: PDF_FILE, ...problems },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const invoice = await invoiceOf(principal, request.params.id);
      const locale = await localeFor(principal, request.query.locale);
      const content = await invoicePdf(invoice, { seller, means: means(invoice), locale });
      return sendFile(reply, { name: `${invoice.number}.pdf`, type: 'application/pdf', content });
    },
  );

  app.get(
    '/api/v1/tenant/billing/invoices/:id.csv',
    {
      ...route,
      schema: {
        ...common,
        summary: 'The lines of an invoice or a credit note as CSV',
        querystring: readerLanguage,
        response: { 200: CSV_FILE, ...problems },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const invoice = await invoiceOf(principal, request.params.id);
      const locale = await localeFor(principal, request.query.locale);
      const content = invoiceCsv(invoice, locale);
      return sendFile(reply, { name: `${invoice.number}.csv`, type: CSV_TYPE, content });
    },
  );

  app.get(
    '/api/v1/tenant/billing/invoices/:id.json',
    {
      ...route,
      schema: {
        ...common,
        summary: 'An invoice or a credit note for other programs, in both languages',
        response: { 200: invoiceDocumentBody, ...problems },
      },
    },
    async (request, reply) => {
      const invoice = await invoiceOf(principalOf(request), request.params.id);
      reply
        .header('cache-control', 'private, no-store')
        .header('content-disposition', attachment(`${invoice.number}.json`));
      return invoiceJson(invoice);
    },
  );
};
