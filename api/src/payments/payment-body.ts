import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problem } from '../errors/problem.ts';
import { idOf } from '../ids/id.ts';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { type BankAccount, ownQris, type PaymentMeansConfig } from './means.ts';
import { METHODS, PAYMENT_STATES } from './payment-state.ts';

const whole = z.int().nonnegative().describe('Whole rupiah');

const bankAccountBody = z.object({ bank: z.string(), number: z.string(), holder: z.string() });

export const paymentBody = z
  .object({
    id: z.string(),
    invoice: z.object({ id: z.string(), number: z.string().nullable() }),
    method: z.enum(METHODS),
    channel: z.string().nullable().describe('The bank of a virtual account, or the wallet'),
    amount_idr: whole,
    state: z.enum(PAYMENT_STATES),
    instructions: z
      .object({
        bank_accounts: z.array(bankAccountBody).describe('Where to transfer to; then upload a proof'),
        virtual_account: z.string().nullable(),
        link: z.string().nullable().describe('Where to go on: the page of the card, or the wallet'),
        qris: z.string().nullable().describe('Payload of the QRIS code; its picture is at `…/qris`'),
      })
      .describe('What the payer needs while the payment waits for the money'),
    automatic: z.boolean().describe('The kept card was debited by itself'),
    received_idr: whole.nullable().describe('What came, which may be less or more than was asked for'),
    paid_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    rejected_because: z.string().nullable().describe('Why the last proof was not accepted'),
  })
  .meta({ id: 'InvoicePayment' });

export type PaymentBody = z.infer<typeof paymentBody>;

export const paymentPage = pageOf(paymentBody).meta({ id: 'InvoicePaymentPage' });

export const paymentQuery = pageQuery.extend({
  invoice: idOf('inv', 'an invoice').optional(),
  state: z.enum(PAYMENT_STATES).optional(),
});

const storedInstructions = z
  .object({
    virtualAccount: z.string().optional(),
    link: z.string().optional(),
    qris: z.string().optional(),
  })
  .nullable();

/** A tenant's payments, the newest first. */
export async function listPayments(
  db: Kysely<Schema>,
  means: PaymentMeansConfig,
  tenantId: TenantId,
  { invoice, state, limit, cursor }: z.infer<typeof paymentQuery>,
): Promise<z.infer<typeof paymentPage>> {
  const order = ordering(
    sql.ref('invoice_payments.created_at'),
    'timestamptz',
    sql.ref('invoice_payments.id'),
    cursor,
  );
  const rows = await payments(db)
    .where('invoice_payments.tenant_id', '=', tenantId)
    .$if(invoice !== undefined, (query) => query.where('invoice_payments.invoice_id', '=', invoice ?? ''))
    .$if(state !== undefined, (query) => query.where('invoice_payments.state', '=', state ?? 'pending'))
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('invoice_payments.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, (row) => toBody(row, means));
}

/**
 * One payment of a tenant.
 *
 * @throws {ProblemError} `not-found`
 */
export async function paymentById(
  db: Kysely<Schema>,
  means: PaymentMeansConfig,
  tenantId: TenantId,
  id: string,
): Promise<PaymentBody> {
  const row = await payments(db)
    .where('invoice_payments.tenant_id', '=', tenantId)
    .where('invoice_payments.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found', { detail: 'There is no such payment.' });
  }
  return toBody(row, means);
}

function payments(db: Kysely<Schema>) {
  return db
    .selectFrom('invoice_payments')
    .innerJoin('invoices', 'invoices.id', 'invoice_payments.invoice_id')
    .select((select) => [
      'invoice_payments.id',
      'invoice_payments.invoice_id',
      'invoices.number',
      'invoice_payments.method',
      'invoice_payments.channel',
      'invoice_payments.amount_idr',
      'invoice_payments.state',
      'invoice_payments.instructions',
      'invoice_payments.debited_on',
      'invoice_payments.received_idr',
      'invoice_payments.paid_at',
      'invoice_payments.created_at',
      'invoice_payments.expires_at',
      select
        .selectFrom('invoice_payment_proofs')
        .whereRef('invoice_payment_proofs.payment_id', '=', 'invoice_payments.id')
        .orderBy('invoice_payment_proofs.uploaded_at', 'desc')
        .limit(1)
        .select('invoice_payment_proofs.reason')
        .as('reason'),
    ]);
}

type PaymentRow = Awaited<ReturnType<ReturnType<typeof payments>['executeTakeFirstOrThrow']>>;

function toBody(row: PaymentRow, means: PaymentMeansConfig): PaymentBody {
  return {
    id: row.id,
    invoice: { id: row.invoice_id, number: row.number },
    method: row.method,
    channel: row.channel,
    amount_idr: rupiahNumber(BigInt(row.amount_idr)),
    state: row.state,
    instructions: instructionsOf(row, means),
    automatic: row.debited_on !== null,
    received_idr: row.received_idr === null ? null : rupiahNumber(BigInt(row.received_idr)),
    paid_at: row.paid_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    rejected_because: row.reason,
  };
}

/** Nothing once the payment has come to its end: what cannot be paid any more is not shown. */
function instructionsOf(row: PaymentRow, means: PaymentMeansConfig): PaymentBody['instructions'] {
  const waits = row.state === 'pending' || row.state === 'rejected';
  const stored = waits ? storedInstructions.parse(row.instructions) : null;
  const accounts: readonly BankAccount[] = waits && row.method === 'bank-transfer' ? means.bankAccounts : [];
  const own =
    waits && row.method === 'qris-static'
      ? ownQris(means, BigInt(row.amount_idr), row.number ?? row.id)
      : null;
  return {
    bank_accounts: accounts.map((account) => ({ ...account })),
    virtual_account: stored?.virtualAccount ?? null,
    link: stored?.link ?? null,
    qris: stored?.qris ?? own,
  };
}
