import { dayAt, type Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';
import {
  claimOf,
  isPayable,
  type OwedInvoice,
  owedInvoice,
  owedInvoices,
  saveOwed,
  settledIfPaid,
  takenOf,
  unpaidOf,
  useCredit,
} from './account.ts';
import type { InvoiceState } from './invoice-state.ts';
import { book, type Journal } from './ledger.ts';
import { lifting } from './suspension.ts';

/** Money that came in. */
export interface Payment {
  readonly tenantId: TenantId;
  /** What it was paid for. */
  readonly invoiceId: string;
  /** Above 0. */
  readonly amount: Rupiah;
  /** Names the payment for ever: `payment:pay_…`. One that is recorded already is not recorded again. */
  readonly cause: string;
  /** When it was paid, which may be days before anybody saw it. */
  readonly paidAt: Date;
  readonly recordedAt: Date;
}

/** What became of a payment. */
export interface Receipt {
  /** Whether it had been recorded before: then nothing was done now. */
  readonly repeated: boolean;
  /** What of it was owed. */
  readonly applied: Rupiah;
  /** What was beyond that: it pays what comes next. */
  readonly credit: Rupiah;
  readonly invoice: {
    readonly id: string;
    readonly number: string | null;
    readonly state: InvoiceState;
    /** What has not been paid of it. */
    readonly open: Rupiah;
  };
}

/**
 * Books a payment: on its invoice as far as it is not paid, the rest as credit balance, from which other unpaid invoices
 * are paid at once and later ones when they are issued. What comes for an invoice that was given up makes the loss
 * smaller. Late fees of days after the payment are taken back when it would have been enough by then.
 *
 * @param db the transaction in which the payment becomes true
 * @throws {ProblemError} `not-found` when the tenant has no such invoice; `invoice-step-refused` for a draft
 */
export async function recordPayment(db: Kysely<Schema>, payment: Payment): Promise<Receipt> {
  const { tenantId, amount, recordedAt } = payment;
  if (amount <= 0n) {
    throw new RangeError(`A payment of ${amount} is none.`);
  }
  return lifting(db, [tenantId], recordedAt, () => bookPayment(db, payment));
}

async function bookPayment(db: Kysely<Schema>, payment: Payment): Promise<Receipt> {
  const { tenantId, invoiceId, amount, cause, paidAt, recordedAt } = payment;
  const before = await payable(db, tenantId, invoiceId);
  const known = await recorded(db, tenantId, cause);
  if (known !== undefined) {
    return { ...known, repeated: true, invoice: stateOf(before) };
  }
  const { invoice, reversal } = await withoutFeesAfter(db, before, payment);
  const applied = takenOf(amount, unpaidOf(invoice));
  const after = settledIfPaid({ ...invoice, paid: invoice.paid + applied }, recordedAt);
  await book(db, [
    ...reversal,
    {
      tenantId,
      kind: 'payment',
      cause,
      invoiceId,
      happenedAt: paidAt,
      entries: { cash: amount, [claimOf(invoice)]: -applied, 'credit-balance': applied - amount },
    },
  ]);
  await saveOwed(db, [after]);
  if (applied < amount) {
    await useCredit(db, new Map([[tenantId, cause]]), recordedAt);
  }
  return {
    repeated: false,
    applied,
    credit: amount - applied,
    invoice: stateOf(after),
  };
}

async function payable(db: Kysely<Schema>, tenantId: TenantId, id: string): Promise<OwedInvoice> {
  const row = await owedInvoices(db)
    .where('invoices.tenant_id', '=', tenantId)
    .where('invoices.id', '=', id)
    .where('invoices.number', 'is not', null)
    .executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found', { detail: 'There is no such invoice to pay.' });
  }
  return owedInvoice(row);
}

async function recorded(
  db: Kysely<Schema>,
  tenantId: TenantId,
  cause: string,
): Promise<Pick<Receipt, 'applied' | 'credit'> | undefined> {
  const rows = await db
    .selectFrom('ledger_journals')
    .innerJoin('ledger_entries', 'ledger_entries.journal_id', 'ledger_journals.id')
    .where('ledger_journals.tenant_id', '=', tenantId)
    .where('ledger_journals.cause', '=', cause)
    .select(['ledger_entries.account', 'ledger_entries.amount'])
    .execute();
  const of = (account: string): Rupiah => -BigInt(rows.find((row) => row.account === account)?.amount ?? '0');
  return rows.length === 0
    ? undefined
    : { applied: of('receivable') + of('bad-debt'), credit: of('credit-balance') };
}

/** The invoice without the fees of the days after the payment, if by then it would have been enough. */
async function withoutFeesAfter(
  db: Kysely<Schema>,
  invoice: OwedInvoice,
  { tenantId, amount, cause, paidAt, recordedAt }: Payment,
): Promise<{ invoice: OwedInvoice; reversal: Journal[] }> {
  if (!isPayable(invoice) || invoice.lateFees === 0n) {
    return { invoice, reversal: [] };
  }
  const { timezone } = await db
    .selectFrom('tenants')
    .where('id', '=', tenantId)
    .select('timezone')
    .executeTakeFirstOrThrow();
  const fees = await db
    .selectFrom('late_fees')
    .where('invoice_id', '=', invoice.id)
    .where('day', '>', dayAt(paidAt, timezone))
    .where('reversed_at', 'is', null)
    .select(['day', 'amount'])
    .execute();
  const sum = fees.reduce((all, fee) => all + BigInt(fee.amount), 0n);
  if (sum === 0n || amount < unpaidOf(invoice) - sum) {
    return { invoice, reversal: [] };
  }
  await db
    .updateTable('late_fees')
    .set({ reversed_at: recordedAt })
    .where('invoice_id', '=', invoice.id)
    .where(
      'day',
      'in',
      fees.map(({ day }) => day),
    )
    .execute();
  return {
    invoice: { ...invoice, lateFees: invoice.lateFees - sum },
    reversal: [
      {
        tenantId,
        kind: 'late-fee-reversal',
        cause: `late-fee-reversal:${invoice.id}:${cause}`,
        invoiceId: invoice.id,
        happenedAt: recordedAt,
        entries: { 'late-fees': sum, [claimOf(invoice)]: -sum },
      },
    ],
  };
}

function stateOf(invoice: OwedInvoice): Receipt['invoice'] {
  const { id, number, state } = invoice;
  return { id, number, state, open: unpaidOf(invoice) };
}
