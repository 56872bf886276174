import type { Config } from '../config.ts';
import type { InvoiceDocument, PaymentMeans, Seller } from './invoice-document.ts';

/** What is on every invoice that this installation sends. */
export function documentFrame({ seller }: Pick<Config, 'seller'>): {
  readonly seller: Seller;
  readonly means: (invoice: InvoiceDocument) => PaymentMeans;
} {
  return { seller, means: () => ({ bankAccounts: [], qris: null }) };
}
