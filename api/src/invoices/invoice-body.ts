import { COMPONENTS } from '@riwayat/billing';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { explained } from './explained.ts';
import { INVOICE_STATES } from './invoice-state.ts';
import { type InvoiceLine, LINE_KINDS } from './line.ts';
import type { InvoicesTable } from './tables.ts';

const rupiah = z.int().describe('Whole rupiah');
const exact = z.string().describe('A decimal, as text: exact');
const text = z.object({ id: z.string(), en: z.string() });
const month = z.string().describe('`YYYY-MM`, of the tenant’s calendar');

const summary = {
  id: z.string(),
  kind: z.enum(['monthly', 'credit-note']),
  refers_to: z.string().nullable().describe('Of a credit note: the id of the invoice'),
  number: z.string().nullable().describe('Null while it is a draft'),
  period: month,
  state: z.enum(INVOICE_STATES),
  total_idr: rupiah.nullable().describe('The sum of the lines: below 0 on a credit note'),
  late_fees_idr: rupiah,
  credited_idr: rupiah,
  paid_idr: rupiah,
  open_idr: rupiah.describe('What is still to be paid; what was written off is not in it'),
  written_off_idr: rupiah.describe('What was given up, less what was paid all the same'),
  suspends: z.boolean().describe('Whether API keys are refused until it is paid'),
  issued_on: z.iso.date().nullable(),
  due_on: z.iso.date().nullable(),
  grace_until: z.iso.date().nullable().describe('The last day on which paying costs nothing more'),
  suspend_on: z.iso.date().nullable().describe('When API keys stop working, unless it is paid by then'),
  issued_at: z.iso.datetime().nullable(),
  settled_at: z.iso.datetime().nullable().describe('When it was paid, made void, credited or written off'),
  reason: z.string().nullable().describe('Of a credit note, or why it is void or was written off'),
};

/** An invoice or a credit note in a list. */
export const invoiceBody = z.object(summary).meta({ id: 'Invoice' });

/** The same of somebody who reads those of all tenants. */
export const platformInvoiceBody = z
  .object({ tenant: z.string(), ...summary })
  .meta({ id: 'PlatformInvoice' });

export const lineBody = z
  .object({
    position: z.int().describe('From 1'),
    kind: z.enum(LINE_KINDS),
    period: month.describe('When it was used: an adjustment is of an earlier month than its invoice'),
    component: z.enum(COMPONENTS).nullable(),
    name: text,
    plan: z.object({ key: z.string(), version: z.int() }).nullable(),
    discount: z.string().nullable(),
    measured: z
      .object({ meter: z.string(), quantity: exact, included: exact, unit: text.optional() })
      .nullable()
      .describe('In billed units'),
    calculation: z.looseObject({ kind: z.string() }).describe('Every number of the formula, as decimal text'),
    share: z.object({ days: z.int(), of: z.int() }).describe('Days of the month on which the plan held'),
    formula: text.describe('How the amount came about, in words and numbers'),
    notes: z.array(text),
    exact_idr: exact,
    amount_idr: rupiah,
    credits: z.int().nullable().describe('Of a credit note: the line that it takes back'),
  })
  .meta({ id: 'InvoiceLine' });

export const invoiceWithLinesBody = z
  .object({
    ...summary,
    exact_idr: exact.nullable().describe('The sum of the lines before it was rounded, once, to whole rupiah'),
    lines: z.array(lineBody),
    late_fees: z.array(
      z.object({ day: z.iso.date(), amount_idr: rupiah, reversed: z.boolean().describe('Taken back since') }),
    ),
    credit_notes: z.array(z.object({ id: z.string(), number: z.string(), total_idr: rupiah })),
  })
  .meta({ id: 'InvoiceWithLines' });

/** What of an invoice's row its body shows. */
export type InvoiceRow = Omit<
  Selectable<InvoicesTable>,
  'tenant_id' | 'cutoff' | 'drafted_at' | 'next_step_on' | 'created_at' | 'keeps_suspended'
>;

export function invoiceSummary(row: InvoiceRow): z.infer<typeof invoiceBody> {
  return {
    id: row.id,
    kind: row.kind,
    refers_to: row.refers_to,
    number: row.number,
    period: row.period,
    state: row.state,
    total_idr: row.total === null ? null : rupiahNumber(BigInt(row.total)),
    late_fees_idr: rupiahNumber(BigInt(row.late_fees)),
    credited_idr: rupiahNumber(BigInt(row.credited)),
    paid_idr: rupiahNumber(BigInt(row.paid)),
    open_idr: rupiahNumber(BigInt(row.open)),
    written_off_idr: rupiahNumber(BigInt(row.written_off)),
    suspends: row.suspends,
    issued_on: row.issued_on,
    due_on: row.due_on,
    grace_until: row.grace_until,
    suspend_on: row.suspend_on,
    issued_at: row.issued_at?.toISOString() ?? null,
    settled_at: row.settled_at?.toISOString() ?? null,
    reason: row.reason,
  };
}

/** @param position from 1 */
export function lineJson(line: InvoiceLine, position: number): z.infer<typeof lineBody> {
  const { measured, exact: amount, ...rest } = line;
  const { formula, notes } = explained(line);
  return {
    position,
    kind: rest.kind,
    period: rest.period,
    component: rest.component,
    name: rest.name,
    plan: rest.plan,
    discount: rest.discount,
    measured: measured && {
      meter: measured.meter,
      quantity: measured.quantity.toFixed(),
      included: measured.included.toFixed(),
      ...(measured.unit && { unit: measured.unit }),
    },
    calculation: rest.calculation,
    share: { ...rest.share },
    formula,
    notes: [...notes],
    exact_idr: amount.toFixed(),
    amount_idr: rupiahNumber(rest.amount),
    credits: rest.credits,
  };
}
