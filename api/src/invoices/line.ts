/*
 * Lines of invoices as Postgres keeps them: every number exact, so that each can be explained and computed again for as
 * long as the invoice is there.
 */
import {
  type BillLine,
  type Calculation,
  COMPONENTS,
  calculationSchema,
  type Decimal,
  DISCOUNT_ORDER,
  decimal,
  measuredSchema,
} from '@riwayat/billing';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import type { InvoiceLinesTable } from './tables.ts';

/** What a line is: one of a bill; or what came late of a month before, billed or let go. */
export const LINE_KINDS = [
  'charge',
  'cache-modifier',
  'minimum',
  'cap',
  'discount',
  'adjustment',
  'waived',
] as const satisfies readonly (BillLine['kind'] | 'adjustment' | 'waived')[];

export type LineKind = (typeof LINE_KINDS)[number];

/** How a line's amount came about: as in a bill; by what was billed before; or as a part of another line's. */
type LineCalculation =
  | Calculation
  | { readonly kind: 'late'; readonly before: Decimal; readonly after: Decimal }
  | { readonly kind: 'part'; readonly of: Decimal };

/** A line of an invoice or a credit note. */
export interface InvoiceLine extends Omit<BillLine, 'kind' | 'calculation' | 'negated'> {
  readonly kind: LineKind;
  /** The month in which it was used, `YYYY-MM`. */
  readonly period: string;
  readonly calculation: LineCalculation;
  /** Of a credit note: the position of the line that it takes back, wholly or in part. Its amounts have the other sign. */
  readonly credits: number | null;
}

const exact = z.string().transform(decimal);

const storedLine = z.object({
  component: z.enum(COMPONENTS).nullable(),
  name: z.object({ id: z.string(), en: z.string() }),
  discount: z.enum(DISCOUNT_ORDER).nullable(),
  measured: measuredSchema.nullable(),
  calculation: z.union([
    calculationSchema,
    z.object({ kind: z.literal('late'), before: exact, after: exact }),
    z.object({ kind: z.literal('part'), of: exact }),
  ]),
});

/** A line of a bill, on the invoice of its month. */
export function lineOfBill({ negated: _, ...line }: BillLine, period: string): InvoiceLine {
  return { ...line, period, credits: null };
}

export function lineOfRow(row: Omit<Selectable<InvoiceLinesTable>, 'invoice_id' | 'position'>): InvoiceLine {
  return {
    ...storedLine.parse(row),
    kind: row.kind,
    period: row.period,
    plan:
      row.plan_key === null || row.plan_version === null
        ? null
        : { key: row.plan_key, version: row.plan_version },
    share: { days: row.share_days, of: row.share_of },
    exact: decimal(row.exact),
    amount: BigInt(row.amount),
    credits: row.credits,
  };
}

/** Writes down the lines of drafts, numbered from 1, in one statement. */
export async function insertLines(
  db: Kysely<Schema>,
  drafts: readonly { readonly invoiceId: string; readonly lines: readonly InvoiceLine[] }[],
): Promise<void> {
  const rows = drafts.flatMap(({ invoiceId, lines }) =>
    lines.map((line, index) => ({
      invoice_id: invoiceId,
      position: index + 1,
      kind: line.kind,
      period: line.period,
      component: line.component,
      name: line.name,
      plan_key: line.plan?.key,
      plan_version: line.plan?.version,
      discount: line.discount,
      measured: line.measured,
      calculation: line.calculation,
      share_days: line.share.days,
      share_of: line.share.of,
      exact: line.exact,
      amount: line.amount.toString(),
      credits: line.credits,
    })),
  );
  if (rows.length > 0) {
    await sql`
      insert into invoice_lines
      select * from json_populate_recordset(null::invoice_lines, ${jsonText(rows)}::json)`.execute(db);
  }
}
