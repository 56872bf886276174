import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';
import { type OwedInvoice, owedInvoice, owedInvoices, saveOwed } from './account.ts';
import { refusedStep, stateAfter } from './invoice-state.ts';
import { book, holdAccounts } from './ledger.ts';
import { lifting } from './suspension.ts';

/** Which invoice something is done to, by whom and why. */
export interface InvoiceAct {
  readonly tenantId: TenantId;
  readonly invoiceId: string;
  readonly reason: string;
  readonly actor: Actor;
  readonly now: Date;
}

/**
 * An invoice that was issued, its tenant's account held.
 *
 * @throws {ProblemError} `not-found` when the tenant has none of this id
 */
export async function heldInvoice(
  db: Kysely<Schema>,
  tenantId: TenantId,
  invoiceId: string,
): Promise<OwedInvoice> {
  await holdAccounts(db, [tenantId]);
  const row = await owedInvoices(db)
    .where('invoices.tenant_id', '=', tenantId)
    .where('invoices.id', '=', invoiceId)
    .executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found', { detail: 'There is no such invoice.' });
  }
  return owedInvoice(row);
}

/**
 * Makes an invoice void, as if it had never been issued; its number stays its own. Its month can be invoiced again.
 *
 * @param db a transaction
 * @throws {ProblemError} `invoice-step-refused` once something was paid or credited, or a later invoice builds on it
 */
export async function voidInvoice(db: Kysely<Schema>, act: InvoiceAct): Promise<void> {
  await lifting(db, [act.tenantId], act.now, () => makeVoid(db, act));
}

async function makeVoid(db: Kysely<Schema>, act: InvoiceAct): Promise<void> {
  const { tenantId, invoiceId, reason, actor, now } = act;
  const invoice = await heldInvoice(db, tenantId, invoiceId);
  const { id, state, total, lateFees, paid, credited } = invoice;
  const next = stateAfter(state, 'void');
  if (paid > 0n || credited > 0n) {
    throw refusedStep('void', 'Something was paid or credited already.', state);
  }
  if (await isCorrectedLater(db, invoice)) {
    throw refusedStep('void', 'A later invoice corrects the usage that this one has billed.', state);
  }
  await takeBackFees(db, invoice, now);
  await book(db, [
    {
      tenantId,
      kind: 'void',
      cause: `void:${id}`,
      invoiceId: id,
      happenedAt: now,
      entries: { revenue: total, 'late-fees': lateFees, receivable: -total - lateFees },
    },
  ]);
  await saveOwed(db, [{ ...invoice, state: next, lateFees: 0n, nextStepOn: null, settledAt: now }]);
  await db.updateTable('invoices').set({ reason }).where('id', '=', id).execute();
  await audit(db, {
    action: 'invoice.voided',
    tenantId,
    actor,
    subject: { kind: 'invoice', id },
    details: { number: invoice.number, total: total.toString(), reason },
  });
}

/** Writes down that no late fee of an invoice holds any more. */
export async function takeBackFees(db: Kysely<Schema>, { id }: OwedInvoice, at: Date): Promise<void> {
  await db
    .updateTable('late_fees')
    .set({ reversed_at: at })
    .where('invoice_id', '=', id)
    .where('reversed_at', 'is', null)
    .execute();
}

/** Whether a later invoice has metered again what this one has billed. */
async function isCorrectedLater(db: Kysely<Schema>, { id, tenantId }: OwedInvoice): Promise<boolean> {
  const row = await db
    .selectFrom('invoice_usage as later')
    .innerJoin('invoices', 'invoices.id', 'later.invoice_id')
    .innerJoin('invoice_usage as own', (join) =>
      join.onRef('own.tenant_id', '=', 'later.tenant_id').onRef('own.period', '=', 'later.period'),
    )
    .innerJoin('invoices as this', 'this.id', 'own.invoice_id')
    .where('own.invoice_id', '=', id)
    .where('later.tenant_id', '=', tenantId)
    .where('later.invoice_id', '<>', id)
    .where('invoices.state', '<>', 'void')
    .whereRef('invoices.period', '>', 'this.period')
    .select('later.invoice_id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
