/*
 * What is given up: an invoice that nobody expects to be paid any more.
 *
 * What always holds: what is open on it, late fees included, is out of what is owed and is a loss, so that the books claim
 * nothing that will not come; no fee is added to it any more. It is not forgiven: who is suspended for it stays so until
 * it is paid or somebody lifts that, or else not paying would be how to have one's keys again. Money that comes for it all
 * the same makes the loss smaller. To forgive it there is the credit note.
 */
import type { Kysely } from 'kysely';
import { audit } from '../audit/audit.ts';
import type { Schema } from '../postgres/schema.ts';
import { openOf, saveOwed } from './account.ts';
import { refusedStep, stateAfter } from './invoice-state.ts';
import { book } from './ledger.ts';
import { lifting } from './suspension.ts';
import { heldInvoice, type InvoiceAct } from './void.ts';

/**
 * Writes an invoice off.
 *
 * @param db a transaction
 * @throws {ProblemError} `invoice-step-refused` when it does not wait for money
 */
export async function writeOffInvoice(db: Kysely<Schema>, act: InvoiceAct): Promise<void> {
  const { tenantId, invoiceId, reason, actor, now } = act;
  const invoice = await heldInvoice(db, tenantId, invoiceId);
  const state = stateAfter(invoice.state, 'write-off');
  const loss = openOf(invoice);
  await book(db, [
    {
      tenantId,
      kind: 'write-off',
      cause: `write-off:${invoiceId}`,
      invoiceId,
      happenedAt: now,
      entries: { 'bad-debt': loss, receivable: -loss },
    },
  ]);
  await saveOwed(db, [{ ...invoice, state, nextStepOn: null, settledAt: now }]);
  await db
    .updateTable('invoices')
    .set({ reason, keeps_suspended: invoice.state === 'suspended' })
    .where('id', '=', invoiceId)
    .execute();
  await audit(db, {
    action: 'invoice.written-off',
    tenantId,
    actor,
    subject: { kind: 'invoice', id: invoiceId },
    details: { number: invoice.number, amount: loss.toString(), reason },
  });
}

/**
 * Ends the suspension for an invoice that was written off. A tenant that is suspended for another stays so.
 *
 * @param db a transaction
 * @throws {ProblemError} `invoice-step-refused` for an invoice that is not written off, or for which nobody is suspended
 */
export async function liftSuspension(db: Kysely<Schema>, act: InvoiceAct): Promise<void> {
  const { tenantId, invoiceId, reason, actor, now } = act;
  await lifting(db, [tenantId], now, async () => {
    const { number, state } = await heldInvoice(db, tenantId, invoiceId);
    stateAfter(state, 'lift-suspension');
    const { numUpdatedRows } = await db
      .updateTable('invoices')
      .set({ keeps_suspended: false })
      .where('id', '=', invoiceId)
      .where('suspends', '=', true)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) {
      throw refusedStep('lift-suspension', 'Nobody is suspended for the invoice.', state);
    }
    await audit(db, {
      action: 'invoice.suspension-lifted',
      tenantId,
      actor,
      subject: { kind: 'invoice', id: invoiceId },
      details: { number, reason },
    });
  });
}
