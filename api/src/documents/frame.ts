import type { Config } from '../config.ts';
import { ownQris } from '../payments/means.ts';
import type { InvoiceDocument, PaymentMeans, Seller } from './invoice-document.ts';

/** What is on every invoice that this installation sends. */
export function documentFrame({ seller, payments }: Pick<Config, 'seller' | 'payments'>): {
  readonly seller: Seller;
  readonly means: (invoice: InvoiceDocument) => PaymentMeans;
} {
  return {
    seller,
    means: ({ number, outstanding }) => ({
      bankAccounts: payments.bankAccounts,
      qris: number === null || outstanding <= 0n ? null : ownQris(payments, outstanding, number),
    }),
  };
}
