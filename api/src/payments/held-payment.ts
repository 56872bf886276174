import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';
import { tenantRow } from '../tenants/tenant.ts';
import type { Method, PaymentState } from './payment-state.ts';

/** A payment that nobody else changes while the transaction lasts. */
export interface HeldPayment {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly invoice: { readonly id: string; readonly number: string };
  readonly method: Method;
  readonly channel: string | null;
  readonly amount: Rupiah;
  readonly state: PaymentState;
  /** Null: none, somebody verifies that the money came. */
  readonly provider: string | null;
  /** The provider's id; null until it is known. */
  readonly providerId: string | null;
  readonly receiptId: string | null;
  /** Whether nobody was there: the card was debited by itself. */
  readonly isDebit: boolean;
}

/**
 * Finds a tenant's payment and keeps others from changing it until the transaction ends.
 *
 * @throws {ProblemError} `not-found`
 */
export async function holdPayment(db: Kysely<Schema>, tenantId: TenantId, id: string): Promise<HeldPayment> {
  const row = await payments(db)
    .where('invoice_payments.tenant_id', '=', tenantId)
    .where('invoice_payments.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found', { detail: 'There is no such payment.' });
  }
  return toHeld(row);
}

/** As {@link holdPayment}, of whatever tenant, by what a provider calls it; undefined when there is none. */
export async function holdByReference(
  db: Kysely<Schema>,
  provider: string,
  reference: string,
): Promise<HeldPayment | undefined> {
  const row = await payments(db)
    .where('invoice_payments.id', '=', reference)
    .where('invoice_payments.provider', '=', provider)
    .executeTakeFirst();
  return row && toHeld(row);
}

/** Names for ever what is booked of a payment. */
export function causeOf({ id }: Pick<HeldPayment, 'id'>): string {
  return `payment:${id}`;
}

function payments(db: Kysely<Schema>) {
  return db
    .selectFrom('invoice_payments')
    .innerJoin('invoices', 'invoices.id', 'invoice_payments.invoice_id')
    .forNoKeyUpdate('invoice_payments')
    .select([
      'invoice_payments.id',
      'invoice_payments.tenant_id',
      'invoice_payments.invoice_id',
      'invoice_payments.method',
      'invoice_payments.channel',
      'invoice_payments.amount_idr',
      'invoice_payments.state',
      'invoice_payments.provider',
      'invoice_payments.provider_id',
      'invoice_payments.receipt_id',
      'invoice_payments.debited_on',
      'invoices.number',
    ]);
}

type HeldRow = Awaited<ReturnType<ReturnType<typeof payments>['executeTakeFirstOrThrow']>>;

function toHeld(row: HeldRow): HeldPayment {
  return {
    tenantId: tenantRow.shape.id.parse(row.tenant_id),
    id: row.id,
    invoice: { id: row.invoice_id, number: row.number ?? row.invoice_id },
    method: row.method,
    channel: row.channel,
    amount: BigInt(row.amount_idr),
    state: row.state,
    provider: row.provider,
    providerId: row.provider_id,
    receiptId: row.receipt_id,
    isDebit: row.debited_on !== null,
  };
}
