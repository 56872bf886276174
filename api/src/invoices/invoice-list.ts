import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import {
  invoiceBody,
  invoiceSummary,
  type invoiceWithLinesBody,
  lineJson,
  platformInvoiceBody,
} from './invoice-body.ts';
import { INVOICE_STATES } from './invoice-state.ts';
import { lineOfRow } from './line.ts';

export const invoiceQuery = pageQuery.extend({
  state: z.enum(INVOICE_STATES).optional(),
  kind: z.enum(['monthly', 'credit-note']).optional(),
});

export const invoicePage = pageOf(invoiceBody).meta({ id: 'InvoicePage' });
export const platformInvoicePage = pageOf(platformInvoiceBody).meta({ id: 'PlatformInvoicePage' });

type InvoiceQuery = z.infer<typeof invoiceQuery>;

/** Invoices and credit notes of a tenant, the newest first. Drafts are nobody's to see yet. */
export async function listInvoices(
  db: Kysely<Schema>,
  tenantId: TenantId,
  query: InvoiceQuery,
): Promise<z.infer<typeof invoicePage>> {
  const { rows, next_cursor } = await page(db, tenantId, query, 'issued');
  return { data: rows.map(invoiceSummary), next_cursor };
}

/** The same of every tenant, or of one; drafts, and what never was issued, included. */
export async function listAllInvoices(
  db: Kysely<Schema>,
  tenantId: TenantId | undefined,
  query: InvoiceQuery,
): Promise<z.infer<typeof platformInvoicePage>> {
  const { rows, next_cursor } = await page(db, tenantId, query, 'all');
  return { data: rows.map((row) => ({ tenant: row.tenant_id, ...invoiceSummary(row) })), next_cursor };
}

async function page(
  db: Kysely<Schema>,
  tenantId: TenantId | undefined,
  { state, kind, limit, cursor }: InvoiceQuery,
  which: 'issued' | 'all',
) {
  const order = ordering(sql.ref('invoices.created_at'), 'timestamptz', sql.ref('invoices.id'), cursor);
  let asked = db.selectFrom('invoices').selectAll().select(order.key.as('key'));
  asked = tenantId === undefined ? asked : asked.where('tenant_id', '=', tenantId);
  asked = state === undefined ? asked : asked.where('state', '=', state);
  asked = kind === undefined ? asked : asked.where('kind', '=', kind);
  asked = which === 'all' ? asked : asked.where('number', 'is not', null);
  const rows = await asked
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('invoices.id')
    .limit(limit + 1)
    .execute()
    .catch(order.blame);
  const { data, next_cursor } = cut(rows, limit, order, (row) => row);
  return { rows: data, next_cursor };
}

/** An invoice or a credit note with everything that it takes to check it; undefined when the tenant has none such. */
export async function findInvoice(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<z.infer<typeof invoiceWithLinesBody> | undefined> {
  const row = await db
    .selectFrom('invoices')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('number', 'is not', null)
    .selectAll()
    .executeTakeFirst();
  if (row === undefined) {
    return undefined;
  }
  const [lines, fees, notes] = await Promise.all([
    db.selectFrom('invoice_lines').where('invoice_id', '=', id).orderBy('position').selectAll().execute(),
    db.selectFrom('late_fees').where('invoice_id', '=', id).orderBy('day').selectAll().execute(),
    db
      .selectFrom('invoices')
      .where('refers_to', '=', id)
      .orderBy('number')
      .select(['id', 'number', 'total'])
      .execute(),
  ]);
  return {
    ...invoiceSummary(row),
    exact_idr: row.exact,
    lines: lines.map((line) => lineJson(lineOfRow(line), line.position)),
    late_fees: fees.map(({ day, amount, reversed_at }) => ({
      day,
      amount_idr: rupiahNumber(BigInt(amount)),
      reversed: reversed_at !== null,
    })),
    credit_notes: notes.map(({ id: note, number, total }) => ({
      id: note,
      number: number ?? '',
      total_idr: rupiahNumber(BigInt(total ?? '0')),
    })),
  };
}
