import { COMPONENTS } from '@riwayat/billing';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { INVOICE_STATES } from '../invoices/invoice-state.ts';
import type { DocumentLine, InvoiceDocument } from './invoice-document.ts';

const rupiah = z.int().describe('Whole rupiah');
const exact = z.string().describe('A decimal, as text: exact');
const text = z.object({ id: z.string(), en: z.string() });

const lineBody = z
  .object({
    line: z.int().describe('From 1'),
    kind: z.string(),
    period: z.string().describe('The month it is of: of an adjustment, an earlier one than the invoice’s'),
    component: z.enum(COMPONENTS).nullable(),
    plan: z.object({ key: z.string(), version: z.int() }).nullable(),
    name: text,
    quantity: z.object({ value: exact, unit: text }).nullable().describe('In billed units'),
    formula: text.describe('How the amount came about'),
    notes: z.array(text),
    exact_idr: exact,
    amount_idr: rupiah,
  })
  .meta({ id: 'InvoiceDocumentLine' });

/** The invoice or credit note as it is given to other programs. */
export const invoiceDocumentBody = z
  .object({
    kind: z.enum(['invoice', 'credit-note']),
    id: z.string(),
    number: z.string().nullable(),
    state: z.enum(INVOICE_STATES),
    credits: z.string().nullable().describe('Of a credit note: the number of the invoice'),
    tenant: z.object({ id: z.string(), name: z.string() }),
    period: z.string().describe('The billed month, `YYYY-MM`'),
    timezone: z.string().describe('Of all days'),
    issued_on: z.iso.date(),
    due_on: z.iso.date().nullable(),
    grace_until: z.iso.date().nullable().describe('The last day without a late fee'),
    paid_on: z.iso.date().nullable(),
    lines: z.array(lineBody),
    total_idr: rupiah.describe('Sum of the lines'),
    late_fees_idr: rupiah,
    credited_idr: rupiah,
    written_off_idr: rupiah.describe('Given up, less what was paid all the same'),
    paid_idr: rupiah,
    outstanding_idr: rupiah.describe('Total and late fees, less what was credited, paid and written off'),
  })
  .meta({ id: 'InvoiceDocument' });

/** The document in the form of {@link invoiceDocumentBody}. */
export function invoiceJson(invoice: InvoiceDocument): z.infer<typeof invoiceDocumentBody> {
  return {
    kind: invoice.kind,
    id: invoice.id,
    number: invoice.number,
    state: invoice.state,
    credits: invoice.credits,
    tenant: { id: invoice.tenant.id, name: invoice.tenant.name },
    period: invoice.month,
    timezone: invoice.timezone,
    issued_on: invoice.issuedOn,
    due_on: invoice.dueOn,
    grace_until: invoice.graceUntil,
    paid_on: invoice.paidOn,
    lines: invoice.lines.map(lineJson),
    total_idr: rupiahNumber(invoice.total),
    late_fees_idr: rupiahNumber(invoice.lateFees),
    credited_idr: rupiahNumber(invoice.credited),
    written_off_idr: rupiahNumber(invoice.writtenOff),
    paid_idr: rupiahNumber(invoice.paid),
    outstanding_idr: rupiahNumber(invoice.outstanding),
  };
}

function lineJson(line: DocumentLine, index: number): z.infer<typeof lineBody> {
  return {
    line: index + 1,
    kind: line.kind,
    period: line.month,
    component: line.component,
    plan: line.plan,
    name: line.name,
    quantity: line.quantity && { value: line.quantity.value.toFixed(), unit: line.quantity.unit },
    formula: line.formula,
    notes: [...line.notes],
    exact_idr: line.exact.toFixed(),
    amount_idr: rupiahNumber(line.amount),
  };
}
