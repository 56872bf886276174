import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { Seller } from './invoice-document.ts';
import { receiptFileName, receiptPdf } from './pdf/receipt-pdf.ts';
import { readReceipt } from './read-receipt.ts';
import { localeOf, readerLanguage } from './reader.ts';
import { PDF_FILE, sendFile } from './send-file.ts';

export interface ReceiptRoutesOptions {
  readonly database: Database;
  readonly seller: Seller;
}

/** Receipts of payments as files. */
export const receiptRoutes: FastifyPluginAsyncZod<ReceiptRoutesOptions> = async (app, options) => {
  const { seller } = options;
  const { db } = options.database;
  app.get(
    '/api/v1/tenant/billing/payments/:id/receipt.pdf',
    {
      config: { usage: { tenant: 'platform', kind: 'download' } },
      onRequest: requirePermission('billing:read'),
      schema: {
        tags: ['billing'],
        security: [{ bearer: [] }],
        summary: 'The receipt of a payment as PDF, once the money came',
        params: z.object({ id: idOf('pay', 'a payment') }),
        querystring: readerLanguage,
        response: { 200: PDF_FILE, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const receipt = await readReceipt(db, principal.tenantId, request.params.id);
      if (receipt === undefined) {
        throw problem('not-found', {
          detail: 'There is no such payment, or no money has come for it: then there is no receipt yet.',
        });
      }
      const locale = request.query.locale ?? (await localeOf(db, principal));
      const content = await receiptPdf(receipt, { seller, locale });
      return sendFile(reply, { name: receiptFileName(receipt), type: 'application/pdf', content });
    },
  );
};
