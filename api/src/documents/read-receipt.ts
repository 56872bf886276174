import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { causeOf } from '../payments/held-payment.ts';
import type { Schema } from '../postgres/schema.ts';
import type { ReceiptDocument } from './invoice-document.ts';
import { methodText } from './method-words.ts';

/**
 * What was received for a payment of a tenant, as it was booked: what came later changes nothing of it.
 *
 * @returns undefined when the tenant has no payment of this id, or no money came for it
 */
export async function readReceipt(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<ReceiptDocument | undefined> {
  const row = await db
    .selectFrom('invoice_payments')
    .innerJoin('invoices', 'invoices.id', 'invoice_payments.invoice_id')
    .innerJoin('tenants', 'tenants.id', 'invoice_payments.tenant_id')
    .innerJoin('ledger_journals as booked', (join) =>
      join
        .onRef('booked.tenant_id', '=', 'invoice_payments.tenant_id')
        .on('booked.cause', '=', causeOf({ id })),
    )
    .where('invoice_payments.tenant_id', '=', tenantId)
    .where('invoice_payments.id', '=', id)
    .where('invoice_payments.state', '=', 'paid')
    .select((select) => [
      'tenants.name as tenant',
      'tenants.timezone',
      'invoices.id as invoice_id',
      'invoices.number',
      'invoices.period',
      'invoice_payments.method',
      'invoice_payments.channel',
      'invoice_payments.receipt_id',
      'invoice_payments.received_idr',
      'invoice_payments.paid_at',
      select
        .selectFrom('ledger_entries')
        .whereRef('ledger_entries.journal_id', '=', 'booked.id')
        .where('ledger_entries.account', '=', 'credit-balance')
        .select(sql<string>`-amount`.as('kept'))
        .as('kept'),
      // All that was booked on the invoice, up to this payment: what was given up is not paid either.
      select
        .selectFrom('ledger_journals as until')
        .innerJoin('ledger_entries', 'ledger_entries.journal_id', 'until.id')
        .whereRef('until.invoice_id', '=', 'invoices.id')
        .whereRef('until.id', '<=', 'booked.id')
        .where('ledger_entries.account', 'in', ['receivable', 'bad-debt'])
        .select(({ fn }) => fn.sum<string>('ledger_entries.amount').as('open'))
        .as('open'),
    ])
    .executeTakeFirst();
  if (row === undefined || row.received_idr === null || row.paid_at === null) {
    return undefined;
  }
  const amount = BigInt(row.received_idr);
  const keptForNext = BigInt(row.kept ?? '0');
  return {
    id,
    tenant: { id: tenantId, name: row.tenant },
    timezone: row.timezone,
    invoice: { id: row.invoice_id, number: row.number ?? row.invoice_id, month: row.period },
    receivedAt: row.paid_at,
    method: methodText(row.method, row.channel),
    reference: row.receipt_id,
    amount,
    applied: amount - keptForNext,
    keptForNext,
    outstanding: BigInt(row.open ?? '0'),
  };
}
