/*
 * How drafts become invoices: number, books, and whoever is to be told, in one transaction.
 *
 * What always holds: a draft is issued once, by however many; numbers have no gap. An invoice of 0 is issued too, and is
 * paid at once: the tenant sees that the month was free, and why.
 */
import { dayAt } from '@riwayat/billing';
import { type Kysely, sql } from 'kysely';
import { mailInvoices } from '../documents/invoice-mail.ts';
import type { Schema } from '../postgres/schema.ts';
import { type OwedInvoice, openOf, saveOwed, settledIfPaid, useCredit } from './account.ts';
import { daysOf, type InvoiceDays, remindedOn } from './calendar.ts';
import { stateAfter } from './invoice-state.ts';
import { book, holdAccounts } from './ledger.ts';
import { drawNumbers } from './numbers.ts';
import { tellOf } from './reminders.ts';
import { lifting } from './suspension.ts';

interface ReadyDraft {
  readonly id: string;
  readonly tenantId: string;
  readonly period: string;
  readonly total: bigint;
  readonly days: InvoiceDays;
}

interface NumberedDraft extends ReadyDraft {
  readonly number: string;
}

/**
 * Issues drafts that have their lines; others among the ids are left as they are.
 *
 * @returns how many were issued
 */
export async function issueDrafts(db: Kysely<Schema>, ids: readonly string[], now: Date): Promise<number> {
  if (ids.length === 0) {
    return 0;
  }
  return db.transaction().execute(async (transaction) => {
    const drafts = await readyDrafts(transaction, ids, now);
    if (drafts.length === 0) {
      return 0;
    }
    const numbered = await withNumbers(transaction, drafts);
    await writeIssue(transaction, numbered, now);
    await book(
      transaction,
      numbered.map(({ id, tenantId, total }) => ({
        tenantId,
        kind: 'invoice',
        cause: `invoice:${id}`,
        invoiceId: id,
        happenedAt: now,
        entries:
          total < 0n ? { revenue: -total, 'credit-balance': total } : { receivable: total, revenue: -total },
      })),
    );
    const invoices = numbered.map((draft) => settledIfPaid(owed(draft), now));
    await saveOwed(
      transaction,
      invoices.filter(({ state }) => state === 'paid'),
    );
    const causes = new Map(drafts.map(({ tenantId, id }) => [tenantId, `invoice:${id}`]));
    // One below 0 is credit, and may pay what its tenant is suspended for.
    const fromCredit = await lifting(transaction, [...causes.keys()], now, () =>
      useCredit(transaction, causes, now),
    );
    const open = new Map([...invoices, ...fromCredit].map((invoice) => [invoice.id, openOf(invoice)]));
    await tellOf(
      transaction,
      numbered.map(({ days: { graceUntil, suspendOn }, ...invoice }) => ({
        ...invoice,
        graceUntil,
        suspendOn,
        event: 'issued',
        open: open.get(invoice.id) ?? 0n,
      })),
    );
    await mailInvoices(
      transaction,
      numbered.map(({ id }) => id),
    );
    return drafts.length;
  });
}

/** Those that are to be issued, their tenants' accounts held. */
async function readyDrafts(db: Kysely<Schema>, ids: readonly string[], now: Date): Promise<ReadyDraft[]> {
  const ready = () =>
    db
      .selectFrom('invoices')
      .innerJoin('tenants', 'tenants.id', 'invoices.tenant_id')
      .where('invoices.id', 'in', [...ids])
      .where('invoices.state', '=', 'draft')
      .where('invoices.drafted_at', 'is not', null)
      .orderBy('invoices.tenant_id')
      .select([
        'invoices.id',
        'invoices.tenant_id as tenantId',
        'invoices.period',
        'invoices.total',
        'tenants.timezone',
      ])
      .execute();
  const candidates = await ready();
  if (candidates.length === 0) {
    return [];
  }
  await holdAccounts(
    db,
    candidates.map(({ tenantId }) => tenantId),
  );
  // Again: whoever held the accounts before may have issued them.
  return (await ready()).map(({ total, timezone, ...draft }) => ({
    ...draft,
    total: BigInt(total ?? '0'),
    days: daysOf(dayAt(now, timezone)),
  }));
}

async function withNumbers(db: Kysely<Schema>, drafts: readonly ReadyDraft[]): Promise<NumberedDraft[]> {
  const numbered: NumberedDraft[] = [];
  for (const year of [...new Set(drafts.map(yearOf))].sort()) {
    const ofYear = drafts.filter((draft) => yearOf(draft) === year);
    const numbers = await drawNumbers(db, `INV-${year}`, ofYear.length);
    numbered.push(...ofYear.map((draft, index) => ({ ...draft, number: numbers[index] ?? '' })));
  }
  return numbered;
}

function yearOf({ days }: ReadyDraft): string {
  return days.issuedOn.slice(0, 'YYYY'.length);
}

async function writeIssue(db: Kysely<Schema>, drafts: readonly NumberedDraft[], now: Date): Promise<void> {
  const rows = drafts.map(({ id, number, days }) => ({
    id,
    number,
    issued_on: days.issuedOn,
    due_on: days.dueOn,
    grace_until: days.graceUntil,
    suspend_on: days.suspendOn,
    next_step_on: remindedOn(days.graceUntil),
  }));
  await sql`
    update invoices set state = ${stateAfter('draft', 'issue')}, number = issue.number, issued_at = ${now},
      issued_on = issue.issued_on, due_on = issue.due_on, grace_until = issue.grace_until,
      suspend_on = issue.suspend_on, next_step_on = issue.next_step_on
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as issue(id text, number text, issued_on date,
      due_on date, grace_until date, suspend_on date, next_step_on date)
    where invoices.id = issue.id`.execute(db);
}

function owed({ id, tenantId, number, total, days }: NumberedDraft): OwedInvoice {
  return {
    id,
    tenantId,
    number,
    state: 'issued',
    total,
    lateFees: 0n,
    credited: 0n,
    paid: 0n,
    graceUntil: days.graceUntil,
    suspendOn: days.suspendOn,
    nextStepOn: remindedOn(days.graceUntil),
    settledAt: null,
  };
}
