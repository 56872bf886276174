/*
 * Begins payments of invoices.
 *
 * What always holds: a payment is in our books before the provider hears of it, so that whatever it tells finds it; what
 * became of a question that was not answered is found out later, by a job that is there from the beginning.
 */
import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import { newId } from '../ids/id.ts';
import type { Receivables } from '../invoices/receivables.ts';
import { addJob } from '../jobs/task.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import { FOLLOW_UP } from './follow-up.ts';
import type { Method } from './payment-state.ts';
import {
  type PaymentOrder,
  type PaymentProvider,
  ProviderRefusedError,
  ProviderUnavailableError,
  type Way,
} from './provider/provider.ts';
import { answered, applyTold } from './told.ts';

const HOUR_MS = 3_600_000;
/** How long the provider waits for the money. */
const PAYABLE_MS = 24 * HOUR_MS;
/** Longer than all tries to reach the provider take. */
const FIRST_LOOK_MS = 2 * 60_000;
/** Payments of an invoice that wait at once: nobody needs as many, and each of them costs the provider something. */
const MOST_WAITING = 20;
const RETRY_SECONDS = 30;

/** What is to be paid, and how. */
export interface WantedPayment {
  readonly invoiceId: string;
  readonly method: Method;
  readonly channel: string | null;
  /** All that is open on the invoice, unless given. */
  readonly amount: Rupiah | undefined;
  /** The local day of a debit without anybody there. */
  readonly debitedOn: string | null;
}

/** A payment that waits to be begun with the provider. */
export interface BegunPayment {
  readonly id: string;
  readonly amount: Rupiah;
  readonly invoiceNumber: string;
  readonly expiresAt: Date;
}

/**
 * Writes a payment down.
 *
 * @param db a transaction
 * @param provider name; null for a payment that somebody will verify
 * @returns undefined when the invoice was debited on that day already
 * @throws {ProblemError} `not-found`, `payment-step-refused` when nothing is open or too many payments wait,
 *   `invalid-request` for more than is open
 */
export async function writePayment(
  db: Kysely<Schema>,
  tenantId: TenantId,
  wanted: WantedPayment,
  { provider, actor, now }: { readonly provider: string | null; readonly actor: Actor; readonly now: Date },
): Promise<BegunPayment | undefined> {
  const { invoiceId, method, channel, debitedOn } = wanted;
  const invoice = await openInvoice(db, tenantId, invoiceId);
  const amount = wanted.amount ?? invoice.open;
  if (amount > invoice.open) {
    throw problem('invalid-request', {
      errors: [{ path: 'body.amount_idr', message: `must be at most ${invoice.open}: no more is open` }],
    });
  }
  const id = newId('pay');
  const expiresAt = new Date(now.getTime() + PAYABLE_MS);
  const written = await db
    .insertInto('invoice_payments')
    .values({
      id,
      tenant_id: tenantId,
      invoice_id: invoiceId,
      method,
      channel,
      amount_idr: amount,
      state: provider === null ? 'pending' : 'starting',
      provider,
      provider_id: null,
      instructions: null,
      debited_on: debitedOn,
      created_by: actor.userId,
      created_at: now,
      expires_at: provider === null ? null : expiresAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['invoice_id', 'debited_on']).where('debited_on', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  if (written === undefined) {
    return undefined;
  }
  await audit(db, {
    action: 'invoice-payment.started',
    tenantId,
    actor,
    subject: { kind: 'invoice-payment', id },
    details: { invoice: invoiceId, method, amount_idr: amount.toString() },
  });
  if (provider !== null) {
    const runAt = new Date(now.getTime() + FIRST_LOOK_MS);
    await addJob(db, FOLLOW_UP, { tenantId, paymentId: id }, { runAt, key: `follow-up ${id}` });
  }
  return { id, amount, invoiceNumber: invoice.number, expiresAt };
}

/**
 * Begins a payment that was written down with the provider, and keeps what the payer needs.
 *
 * @throws {ProblemError} `payment-refused`; `payment-provider-unavailable` when it is not known yet whether it was begun
 */
export async function beginWithProvider(
  { db, receivables }: { readonly db: Kysely<Schema>; readonly receivables: Receivables },
  provider: PaymentProvider,
  { id, amount, invoiceNumber, expiresAt }: BegunPayment,
  way: Way,
  now: () => Date,
): Promise<void> {
  const order: PaymentOrder = { reference: id, amount, way, description: invoiceNumber, expiresAt };
  try {
    const made = await provider.create(order);
    await receivables.change(async (transaction) => {
      await transaction
        .updateTable('invoice_payments')
        .set({ state: 'pending', provider_id: made.id, instructions: jsonText(made.instructions) })
        .where('id', '=', id)
        // A webhook may have been faster than the answer.
        .where('state', '=', 'starting')
        .execute();
      if (made.state !== 'pending') {
        await applyTold(transaction, answered(provider.name, made), now());
      }
    });
  } catch (error) {
    if (error instanceof ProviderRefusedError) {
      await fail(db, id, now());
      throw problem('payment-refused', { cause: error });
    }
    if (error instanceof ProviderUnavailableError) {
      throw problem('payment-provider-unavailable', { retryAfterSeconds: RETRY_SECONDS, cause: error });
    }
    throw error;
  }
}

async function fail(db: Kysely<Schema>, id: string, now: Date): Promise<void> {
  await db
    .updateTable('invoice_payments')
    .set({ state: 'failed', ended_at: now })
    .where('id', '=', id)
    .where('state', '=', 'starting')
    .execute();
}

async function openInvoice(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<{ number: string; open: Rupiah }> {
  const row = await db
    .selectFrom('invoices')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('kind', '=', 'monthly')
    .where('number', 'is not', null)
    .select((select) => [
      'number',
      'open',
      'written_off',
      select
        .selectFrom('invoice_payments')
        .whereRef('invoice_payments.invoice_id', '=', 'invoices.id')
        .where('invoice_payments.state', 'in', ['starting', 'pending', 'awaiting_verification', 'rejected'])
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .as('waiting'),
    ])
    .executeTakeFirst();
  if (row === undefined || row.number === null) {
    throw problem('not-found', { detail: 'There is no such invoice to pay.' });
  }
  // What was given up can still be paid by whoever wants its suspension to end.
  const open = BigInt(row.open) + BigInt(row.written_off);
  if (open <= 0n) {
    throw problem('payment-step-refused', {
      detail: 'Nothing is open on the invoice: there is nothing to pay.',
    });
  }
  if (Number(row.waiting) >= MOST_WAITING) {
    throw problem('payment-step-refused', {
      detail: `${MOST_WAITING} payments of the invoice wait already. Use one of them, or cancel one.`,
    });
  }
  return { number: row.number, open };
}
