import type { Locale } from '../tenants/tenant.ts';
import { type CsvCell, csvHead, csvRows } from './csv.ts';
import type { DocumentLine, InvoiceDocument } from './invoice-document.ts';

const COLUMNS = [
  'number',
  'kind',
  'state',
  'credits',
  'tenant_id',
  'tenant',
  'period',
  'timezone',
  'issued_on',
  'due_on',
  'line',
  'line_kind',
  'line_period',
  'component',
  'plan',
  'plan_version',
  'name',
  'quantity',
  'unit',
  'formula',
  'notes',
  'exact_idr',
  'amount_idr',
] as const;

/** The invoice or credit note as CSV: a row for each line, so that the last column adds up to the total. */
export function invoiceCsv(invoice: InvoiceDocument, locale: Locale): string {
  const rows = invoice.lines.map((line, index) => row(invoice, line, index + 1, locale));
  return csvHead(COLUMNS) + csvRows(rows);
}

function row(invoice: InvoiceDocument, line: DocumentLine, position: number, locale: Locale): CsvCell[] {
  const cells: Readonly<Record<(typeof COLUMNS)[number], CsvCell>> = {
    number: invoice.number,
    kind: invoice.kind,
    state: invoice.state,
    credits: invoice.credits,
    tenant_id: invoice.tenant.id,
    tenant: invoice.tenant.name,
    period: invoice.month,
    timezone: invoice.timezone,
    issued_on: invoice.issuedOn,
    due_on: invoice.dueOn,
    line: position,
    line_kind: line.kind,
    line_period: line.month,
    component: line.component,
    plan: line.plan?.key ?? null,
    plan_version: line.plan?.version ?? null,
    name: line.name[locale],
    quantity: line.quantity?.value ?? null,
    unit: line.quantity?.unit[locale] ?? null,
    formula: line.formula[locale],
    notes: line.notes.map((note) => note[locale]).join(' '),
    exact_idr: line.exact,
    amount_idr: line.amount,
  };
  return COLUMNS.map((column) => cells[column]);
}
