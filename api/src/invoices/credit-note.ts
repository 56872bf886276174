/*
 * Credit notes: an invoice taken back, wholly or line by line.
 *
 * What always holds: no line is credited beyond what is left of it, and no invoice beyond its total; an invoice and the
 * notes that credit it wholly are 0 together, in every line and in the books. What had been paid becomes credit balance.
 */
import { type Decimal, dayAt, decimal, type Rupiah, sum } from '@riwayat/billing';
import type { Kysely } from 'kysely';
import { audit } from '../audit/audit.ts';
import { mailCreditNote } from '../documents/invoice-mail.ts';
import { problem } from '../errors/problem.ts';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';
import { claimOf, type OwedInvoice, saveOwed, settledIfPaid, unpaidOf, useCredit } from './account.ts';
import { refusedStep, stateAfter } from './invoice-state.ts';
import { book, type Journal } from './ledger.ts';
import { type InvoiceLine, insertLines, lineOfRow } from './line.ts';
import { drawNumbers } from './numbers.ts';
import { type CreditNews, tellCredited } from './reminders.ts';
import { lifting } from './suspension.ts';
import { heldInvoice, type InvoiceAct, takeBackFees } from './void.ts';

/** A line to take back. */
export interface CreditedLine {
  readonly position: number;
  /** Whole rupiah, with the sign of the line; all that is left of it unless given. */
  readonly amount?: Rupiah;
}

export interface CreditAct extends InvoiceAct {
  /** All lines unless given. */
  readonly lines?: readonly CreditedLine[];
}

/** A line of an invoice, and what no credit note has taken back of it yet. */
interface CreditableLine {
  readonly position: number;
  readonly line: InvoiceLine;
  readonly left: { readonly amount: Rupiah; readonly exact: Decimal };
}

/**
 * Credits an invoice. One that is credited wholly owes no late fees either.
 *
 * @param db a transaction
 * @returns the id of the credit note
 * @throws {ProblemError} `invoice-step-refused` for an invoice that is void, credited wholly or of nothing;
 *   `invalid-request` for lines of which not so much is left
 */
export async function creditInvoice(db: Kysely<Schema>, act: CreditAct): Promise<string> {
  return lifting(db, [act.tenantId], act.now, () => credit(db, act));
}

async function credit(db: Kysely<Schema>, act: CreditAct): Promise<string> {
  const { tenantId, invoiceId, reason, actor, now } = act;
  const invoice = await heldInvoice(db, tenantId, invoiceId);
  stateAfter(invoice.state, 'credit');
  const lines = credited(await creditableLines(db, invoiceId), act.lines);
  const amount = -lines.reduce((all, line) => all + line.amount, 0n);
  if (amount <= 0n || amount > invoice.total - invoice.credited) {
    throw refusedStep('credit', `These lines come to ${amount}, which cannot be taken back.`, invoice.state);
  }
  const id = newId('inv');
  const number = await writeNote(db, act, { id, amount, lines });
  const after = await bookNote(db, invoice, { id, amount, now });
  await useCredit(db, new Map([[tenantId, `credit-note:${id}`]]), now);
  const news: CreditNews = {
    tenantId,
    note: id,
    number,
    invoice: invoice.number ?? invoiceId,
    amount,
    open: unpaidOf(after),
    credit: invoice.paid - after.paid,
    reason,
  };
  await tellCredited(db, news);
  await mailCreditNote(db, news);
  await audit(db, {
    action: 'invoice.credited',
    tenantId,
    actor,
    subject: { kind: 'invoice', id: invoiceId },
    details: { credit_note: number, amount: amount.toString(), reason },
  });
  return id;
}

async function creditableLines(db: Kysely<Schema>, invoiceId: string): Promise<CreditableLine[]> {
  const [rows, taken] = await Promise.all([
    db
      .selectFrom('invoice_lines')
      .where('invoice_id', '=', invoiceId)
      .orderBy('position')
      .selectAll()
      .execute(),
    db
      .selectFrom('invoice_lines')
      .innerJoin('invoices', 'invoices.id', 'invoice_lines.invoice_id')
      .where('invoices.refers_to', '=', invoiceId)
      .groupBy('invoice_lines.credits')
      .select(({ fn }) => [
        'invoice_lines.credits',
        fn.sum<string>('invoice_lines.amount').as('amount'),
        fn.sum<string>('invoice_lines.exact').as('exact'),
      ])
      .execute(),
  ]);
  return rows.map((row) => {
    const line = lineOfRow(row);
    const back = taken.find(({ credits }) => credits === row.position);
    return {
      position: row.position,
      line,
      left: {
        amount: line.amount + BigInt(back?.amount ?? '0'),
        exact: line.exact.plus(decimal(back?.exact ?? '0')),
      },
    };
  });
}

function credited(
  lines: readonly CreditableLine[],
  wanted: readonly CreditedLine[] | undefined,
): InvoiceLine[] {
  if (wanted === undefined) {
    return lines
      .filter(({ left: { amount, exact } }) => amount !== 0n || !exact.eq(decimal(0n)))
      .map((line) => creditLine(line, line.left.amount));
  }
  return wanted.map(({ position, amount }, index) => {
    const line = lines.find((each) => each.position === position);
    const left = line?.left.amount ?? 0n;
    const taken = amount ?? left;
    const isWithin = left < 0n ? taken < 0n && taken >= left : taken > 0n && taken <= left;
    if (line === undefined || !isWithin || wanted.findIndex((each) => each.position === position) < index) {
      throw problem('invalid-request', {
        errors: [
          { path: `body.lines.${index}`, message: `must be a line once, and of what is left of it: ${left}` },
        ],
      });
    }
    return creditLine(line, taken);
  });
}

function creditLine({ position, line, left }: CreditableLine, taken: Rupiah): InvoiceLine {
  const isWhole = taken === line.amount && left.exact.eq(line.exact);
  return {
    ...line,
    ...(!isWhole && { measured: null, calculation: { kind: 'part', of: line.exact } }),
    exact: taken === left.amount ? left.exact.times(decimal('-1')) : decimal(-taken),
    amount: -taken,
    credits: position,
  };
}

interface Note {
  readonly id: string;
  /** What it takes back: above 0. */
  readonly amount: Rupiah;
}

/** @returns its number */
async function writeNote(
  db: Kysely<Schema>,
  { tenantId, invoiceId, reason, now }: CreditAct,
  { id, amount, lines }: Note & { readonly lines: readonly InvoiceLine[] },
): Promise<string> {
  const { period, timezone } = await db
    .selectFrom('invoices')
    .innerJoin('tenants', 'tenants.id', 'invoices.tenant_id')
    .where('invoices.id', '=', invoiceId)
    .select(['invoices.period', 'tenants.timezone'])
    .executeTakeFirstOrThrow();
  const issuedOn = dayAt(now, timezone);
  await db
    .insertInto('invoices')
    .values({
      id,
      tenant_id: tenantId,
      kind: 'credit-note',
      refers_to: invoiceId,
      period,
      state: 'draft',
      cutoff: null,
      reason,
      created_at: now,
    })
    .execute();
  await insertLines(db, [{ invoiceId: id, lines }]);
  const [number = ''] = await drawNumbers(db, `CN-${issuedOn.slice(0, 'YYYY'.length)}`, 1);
  await db
    .updateTable('invoices')
    .set({
      state: 'issued',
      number,
      drafted_at: now,
      total: -amount,
      exact: sum(lines.map(({ exact }) => exact)).toFixed(),
      issued_at: now,
      issued_on: issuedOn,
    })
    .where('id', '=', id)
    .execute();
  return number;
}

/** @returns the invoice as it is after it */
async function bookNote(
  db: Kysely<Schema>,
  before: OwedInvoice,
  { id, amount, now }: Note & { readonly now: Date },
): Promise<OwedInvoice> {
  const { tenantId, id: invoiceId } = before;
  const isWhole = before.credited + amount === before.total;
  const fees = isWhole ? before.lateFees : 0n;
  const reduced = { ...before, credited: before.credited + amount, lateFees: before.lateFees - fees };
  const unpaid = unpaidOf(reduced);
  const claim = claimOf(before);
  // What was paid beyond what is owed now.
  const over = unpaid < 0n ? -unpaid : 0n;
  const journals: Journal[] = [
    {
      tenantId,
      kind: 'credit-note',
      cause: `credit-note:${id}`,
      invoiceId,
      happenedAt: now,
      entries: { revenue: amount, [claim]: over - amount, 'credit-balance': -over },
    },
  ];
  if (fees > 0n) {
    await takeBackFees(db, before, now);
    journals.push({
      tenantId,
      kind: 'late-fee-reversal',
      cause: `late-fee-reversal:${invoiceId}:${id}`,
      invoiceId,
      happenedAt: now,
      entries: { 'late-fees': fees, [claim]: -fees },
    });
  }
  await book(db, journals);
  const left = { ...reduced, paid: before.paid - over };
  const after: OwedInvoice = isWhole
    ? { ...left, state: stateAfter(before.state, 'credit'), nextStepOn: null, settledAt: now }
    : settledIfPaid(left, now);
  await saveOwed(db, [after]);
  return after;
}
