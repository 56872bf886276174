import type { FastifyPluginAsync } from 'fastify';
import type { FileStore } from '../files/file-store.ts';
import type { Receivables } from '../invoices/receivables.ts';
import type { Database } from '../postgres/database.ts';
import { InvoicePayments } from './invoice-payments.ts';
import type { PaymentMeansConfig } from './means.ts';
import { paymentMethodRoutes } from './method-routes.ts';
import { operatorPaymentRoutes } from './operator-routes.ts';
import type { PaymentProvider } from './provider/provider.ts';
import { tenantPaymentRoutes } from './tenant-routes.ts';
import { paymentWebhookRoutes } from './webhook-routes.ts';

export interface InvoicePaymentRoutesOptions {
  readonly database: Database;
  readonly receivables: Receivables;
  readonly files: FileStore;
  /** Undefined when nobody takes money for us. */
  readonly provider: PaymentProvider | undefined;
  readonly means: PaymentMeansConfig;
  readonly now: () => Date;
}

/** How invoices are paid: for tenants, for those who run the platform, and for the payment provider. */
export const invoicePaymentRoutes: FastifyPluginAsync<InvoicePaymentRoutesOptions> = async (app, options) => {
  const { database, receivables, files, provider, means, now } = options;
  const payments = new InvoicePayments({ database, receivables, provider, means, now });
  await app.register(tenantPaymentRoutes, { database, payments, files, now });
  await app.register(paymentMethodRoutes, { database, payments, now });
  await app.register(operatorPaymentRoutes, { database, receivables, payments, files, now });
  await app.register(paymentWebhookRoutes, { database, receivables, provider, now });
};
