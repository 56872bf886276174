/*
 * What tenants owe, by invoice.
 *
 * What always holds: whoever changes it holds the tenant's account (`holdAccounts`); an invoice's amounts are what the
 * ledger has of it; one on which nothing is open any more is paid.
 */
import type { Rupiah } from '@riwayat/billing';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';
import { type InvoiceState, stateAfter, UNPAID } from './invoice-state.ts';
import { type Account, book, creditOf, type Journal } from './ledger.ts';

/** What is owed of an invoice, and what happens to it next. */
export interface OwedInvoice {
  readonly id: string;
  readonly tenantId: string;
  /** Null while it is a draft. */
  readonly number: string | null;
  readonly state: InvoiceState;
  readonly total: Rupiah;
  /** Those that were not taken back. */
  readonly lateFees: Rupiah;
  readonly credited: Rupiah;
  readonly paid: Rupiah;
  readonly graceUntil: string | null;
  readonly suspendOn: string | null;
  readonly nextStepOn: string | null;
  readonly settledAt: Date | null;
}

/** What is still to be paid: of a draft or a void invoice, and of one that was given up, nothing. */
export function openOf(invoice: OwedInvoice): Rupiah {
  return invoice.state === 'written-off' ? 0n : unpaidOf(invoice);
}

/** What has not been paid, whether it is open or was given up. */
export function unpaidOf({ state, total, lateFees, credited, paid }: OwedInvoice): Rupiah {
  if (state === 'draft' || state === 'void') {
    return 0n;
  }
  return (total > 0n ? total : 0n) + lateFees - credited - paid;
}

/** The account of what has not been paid of an invoice: what was given up is a loss until it is paid all the same. */
export function claimOf({ state }: OwedInvoice): Extract<Account, 'receivable' | 'bad-debt'> {
  return state === 'written-off' ? 'bad-debt' : 'receivable';
}

/** How much of some money an invoice takes: never more than has not been paid of it. */
export function takenOf(money: Rupiah, unpaid: Rupiah): Rupiah {
  if (money > unpaid) {
    return unpaid;
  }
  return money;
}

/** Monthly invoices of tenants, to be narrowed. Read them while the tenants' accounts are held. */
export function owedInvoices(db: Kysely<Schema>) {
  return db
    .selectFrom('invoices')
    .where('invoices.kind', '=', 'monthly')
    .select([
      'invoices.id',
      'invoices.tenant_id',
      'invoices.number',
      'invoices.state',
      'invoices.total',
      'invoices.late_fees',
      'invoices.credited',
      'invoices.paid',
      'invoices.grace_until',
      'invoices.suspend_on',
      'invoices.next_step_on',
      'invoices.settled_at',
    ]);
}

type OwedRow = Awaited<ReturnType<ReturnType<typeof owedInvoices>['execute']>>[number];

/** A row of {@link owedInvoices}. */
export function owedInvoice(row: OwedRow): OwedInvoice {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    number: row.number,
    state: row.state,
    total: BigInt(row.total ?? '0'),
    lateFees: BigInt(row.late_fees),
    credited: BigInt(row.credited),
    paid: BigInt(row.paid),
    graceUntil: row.grace_until,
    suspendOn: row.suspend_on,
    nextStepOn: row.next_step_on,
    settledAt: row.settled_at,
  };
}

/** Whether money settles it: it waits for some, or was given up. */
export function isPayable({ state }: OwedInvoice): boolean {
  return state === 'written-off' || (UNPAID as readonly InvoiceState[]).includes(state);
}

/** The invoice, paid when nothing is left of it to be paid. */
export function settledIfPaid(invoice: OwedInvoice, at: Date): OwedInvoice {
  return isPayable(invoice) && unpaidOf(invoice) === 0n
    ? { ...invoice, state: stateAfter(invoice.state, 'settle'), nextStepOn: null, settledAt: at }
    : invoice;
}

/** Writes down what has become of invoices, in one statement. */
export async function saveOwed(db: Kysely<Schema>, invoices: readonly OwedInvoice[]): Promise<void> {
  if (invoices.length === 0) {
    return;
  }
  const rows = invoices.map(({ id, state, lateFees, credited, paid, nextStepOn, settledAt }) => ({
    id,
    state,
    late_fees: lateFees.toString(),
    credited: credited.toString(),
    paid: paid.toString(),
    next_step_on: nextStepOn,
    settled_at: settledAt?.toISOString() ?? null,
  }));
  await sql`
    update invoices set state = changed.state, late_fees = changed.late_fees, credited = changed.credited,
      paid = changed.paid, next_step_on = changed.next_step_on, settled_at = changed.settled_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as changed(id text, state text, late_fees bigint,
      credited bigint, paid bigint, next_step_on date, settled_at timestamptz)
    where invoices.id = changed.id`.execute(db);
}

/**
 * Pays what is open from what tenants have in credit, the oldest invoice first.
 *
 * @param db a transaction that holds the tenants' accounts
 * @param causes by tenant, what made credit, or a need of it: names what is booked
 * @returns the invoices that were paid from it, wholly or in part
 */
export async function useCredit(
  db: Kysely<Schema>,
  causes: ReadonlyMap<string, string>,
  at: Date,
): Promise<OwedInvoice[]> {
  const credit = await creditOf(db, [...causes.keys()]);
  if (credit.size === 0) {
    return [];
  }
  const rows = await owedInvoices(db)
    .where('invoices.tenant_id', 'in', [...credit.keys()])
    .where('invoices.state', 'in', UNPAID)
    .orderBy('invoices.issued_on')
    .orderBy('invoices.id')
    .execute();
  const journals: Journal[] = [];
  const paid: OwedInvoice[] = [];
  for (const invoice of rows.map(owedInvoice)) {
    const { tenantId, id } = invoice;
    const left = credit.get(tenantId) ?? 0n;
    const open = openOf(invoice);
    const used = takenOf(left, open);
    if (used > 0n) {
      credit.set(tenantId, left - used);
      paid.push(settledIfPaid({ ...invoice, paid: invoice.paid + used }, at));
      journals.push({
        tenantId,
        kind: 'credit-used',
        cause: `credit-used:${id}:${causes.get(tenantId)}`,
        invoiceId: id,
        happenedAt: at,
        entries: { 'credit-balance': used, receivable: -used },
      });
    }
  }
  await book(db, journals);
  await saveOwed(db, paid);
  return paid;
}
