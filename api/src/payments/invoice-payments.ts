import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import type { Actor } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { Receivables } from '../invoices/receivables.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { cancelPayment } from './cancel.ts';
import { type AvailableMethod, availableMethods, type PaymentMeansConfig } from './means.ts';
import { type PaymentBody, paymentById } from './payment-body.ts';
import { preferencesOf } from './preferences.ts';
import type { PaymentProvider } from './provider/provider.ts';
import { beginWithProvider, writePayment } from './start.ts';
import { channelOf, type WantedPaymentBody, wayOf } from './wanted.ts';

export interface InvoicePaymentsOptions {
  readonly database: Database;
  readonly receivables: Receivables;
  /** Absent: nobody takes money for us. */
  readonly provider: PaymentProvider | undefined;
  readonly means: PaymentMeansConfig;
  readonly now: () => Date;
}

/** Payments of invoices, as tenants begin and end them. */
export class InvoicePayments {
  readonly means: PaymentMeansConfig;
  readonly #db: Kysely<Schema>;
  readonly #receivables: Receivables;
  readonly #provider: PaymentProvider | undefined;
  readonly #now: () => Date;

  constructor({ database, receivables, provider, means, now }: InvoicePaymentsOptions) {
    this.means = means;
    this.#db = database.db;
    this.#receivables = receivables;
    this.#provider = provider;
    this.#now = now;
  }

  /** Every way to pay that there is. */
  methods(): AvailableMethod[] {
    return availableMethods(this.means);
  }

  /** @throws {ProblemError} `not-found` */
  get(tenantId: TenantId, id: string): Promise<PaymentBody> {
    return paymentById(this.#db, this.means, tenantId, id);
  }

  /**
   * Begins a payment of an invoice.
   *
   * @throws {ProblemError} `not-found`, `invalid-request`, `payment-step-refused`, `payment-method-unavailable`,
   *   `payment-refused`, `payment-provider-unavailable`
   */
  async start(tenantId: TenantId, wanted: WantedPaymentBody, actor: Actor): Promise<PaymentBody> {
    if (!this.methods().some(({ method }) => method === wanted.method)) {
      throw problem('payment-method-unavailable');
    }
    const { card } = await preferencesOf(this.#db, tenantId);
    if (wanted.method === 'card' && wanted.card === 'kept' && card?.provider !== this.#provider?.name) {
      throw problem('payment-method-unavailable', { detail: 'No card is kept. Pay by a new one.' });
    }
    const way = wayOf(wanted, card?.token ?? null);
    const provider = way === undefined ? undefined : this.#provider;
    const begun = await this.#db.transaction().execute((transaction) =>
      writePayment(
        transaction,
        tenantId,
        {
          invoiceId: wanted.invoice,
          method: wanted.method,
          channel: channelOf(wanted),
          amount: wanted.amount_idr === undefined ? undefined : BigInt(wanted.amount_idr),
          debitedOn: null,
        },
        { provider: provider?.name ?? null, actor, now: this.#now() },
      ),
    );
    if (begun === undefined) {
      throw problem('conflict');
    }
    if (provider !== undefined && way !== undefined) {
      const books = { db: this.#db, receivables: this.#receivables };
      await beginWithProvider(books, provider, begun, way, this.#now);
    }
    return this.get(tenantId, begun.id);
  }

  /**
   * Ends a payment that nobody has paid.
   *
   * @throws {ProblemError} `not-found`, `payment-step-refused`, `payment-provider-unavailable`
   */
  async cancel(tenantId: TenantId, id: string, actor: Actor): Promise<PaymentBody> {
    await cancelPayment(this.#receivables, this.#provider, tenantId, id, actor, this.#now);
    return this.get(tenantId, id);
  }
}
