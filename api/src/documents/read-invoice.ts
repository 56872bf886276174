import { dayAt } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type InvoiceState, UNPAID } from '../invoices/invoice-state.ts';
import { lineOfRow } from '../invoices/line.ts';
import type { Schema } from '../postgres/schema.ts';
import { documentLine } from './document-line.ts';
import type { InvoiceDocument } from './invoice-document.ts';

/**
 * An invoice or a credit note of a tenant, as it is now.
 *
 * @returns undefined when the tenant has none of this id, or it is not issued
 */
export async function readInvoice(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<InvoiceDocument | undefined> {
  const row = await db
    .selectFrom('invoices')
    .innerJoin('tenants', 'tenants.id', 'invoices.tenant_id')
    .leftJoin('invoices as credited_invoice', 'credited_invoice.id', 'invoices.refers_to')
    .where('invoices.tenant_id', '=', tenantId)
    .where('invoices.id', '=', id)
    .selectAll('invoices')
    .select(['tenants.name as tenant', 'tenants.timezone', 'credited_invoice.number as credits'])
    .executeTakeFirst();
  if (row === undefined || row.number === null || row.issued_at === null || row.issued_on === null) {
    return undefined;
  }
  const lines = await db
    .selectFrom('invoice_lines')
    .where('invoice_id', '=', id)
    .orderBy('position')
    .selectAll()
    .execute();
  return {
    kind: row.kind === 'monthly' ? 'invoice' : 'credit-note',
    id,
    number: row.number,
    state: row.state,
    tenant: { id: tenantId, name: row.tenant },
    timezone: row.timezone,
    month: row.period,
    issuedAt: row.issued_at,
    issuedOn: row.issued_on,
    dueOn: row.due_on,
    graceUntil: row.grace_until,
    paidOn: row.state === 'paid' && row.settled_at !== null ? dayAt(row.settled_at, row.timezone) : null,
    credits: row.credits,
    lines: lines.map((line) => documentLine(lineOfRow(line))),
    total: BigInt(row.total ?? '0'),
    lateFees: BigInt(row.late_fees),
    paid: BigInt(row.paid),
    credited: BigInt(row.credited),
    writtenOff: BigInt(row.written_off),
    outstanding: isUnpaid(row.state) && row.kind === 'monthly' ? BigInt(row.open) : 0n,
  };
}

function isUnpaid(state: InvoiceState): boolean {
  const unpaid: readonly InvoiceState[] = UNPAID;
  return unpaid.includes(state);
}
