import { daysLater } from '@riwayat/billing';
import type { Kysely } from 'kysely';
import { newId } from '../ids/id.ts';
import { book } from '../invoices/ledger.ts';
import type { Schema } from '../postgres/schema.ts';

/** An invoice for tests that do not care what it is for. */
export interface PlainInvoice {
  readonly tenantId: string;
  /** `YYYY-MM` */
  readonly period: string;
  /** Whole rupiah. */
  readonly total: bigint;
  /** The local day. */
  readonly issuedOn: string;
  readonly number: string;
}

/** Issues an invoice of one line, in the books as any other. Gives its id. */
export async function issuePlainInvoice(db: Kysely<Schema>, invoice: PlainInvoice): Promise<string> {
  const { tenantId, period, total, issuedOn, number } = invoice;
  const id = newId('inv');
  const at = new Date(`${issuedOn}T12:00:00Z`);
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('invoices')
      .values({
        id,
        tenant_id: tenantId,
        kind: 'monthly',
        refers_to: null,
        period,
        state: 'draft',
        cutoff: at,
        created_at: at,
      })
      .execute();
    await transaction
      .insertInto('invoice_lines')
      .values({
        invoice_id: id,
        position: 1,
        kind: 'charge',
        period,
        component: 'base_fee',
        name: JSON.stringify({ id: 'Biaya dasar', en: 'Base fee' }),
        plan_key: 'usage',
        plan_version: 1,
        discount: null,
        measured: null,
        calculation: JSON.stringify({ kind: 'flat', price: total.toString() }),
        share_days: 30,
        share_of: 30,
        exact: total.toString(),
        amount: total,
        credits: null,
      })
      .execute();
    await transaction
      .updateTable('invoices')
      .set({
        state: 'issued',
        number,
        drafted_at: at,
        exact: total.toString(),
        total,
        issued_at: at,
        issued_on: issuedOn,
        due_on: issuedOn,
        grace_until: daysLater(issuedOn, 7),
        suspend_on: daysLater(issuedOn, 21),
        next_step_on: daysLater(issuedOn, 5),
      })
      .where('id', '=', id)
      .execute();
    await book(transaction, [
      {
        tenantId,
        kind: 'invoice',
        cause: `invoice:${id}`,
        invoiceId: id,
        happenedAt: at,
        entries: { receivable: total, revenue: -total },
      },
    ]);
  });
  return id;
}
