import type { TenantId } from '@riwayat/collector';
import { type Kysely, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../audit/audit.ts';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problem } from '../errors/problem.ts';
import { recordPayment } from '../invoices/receipts.ts';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { holdByReference } from './held-payment.ts';
import { leadsFrom } from './payment-state.ts';
import { settle } from './settle.ts';
import { confirmReceived } from './tell.ts';

const eventBody = z
  .object({
    id: z.string(),
    provider: z.string(),
    event_id: z.string().describe('The provider’s, or how it was told: `answer:` to our own question'),
    reference: z.string().nullable().describe('What the provider says it is about'),
    payment: z.string().nullable(),
    tenant: z.string().nullable(),
    received_idr: z.int().nullable().describe('Whole rupiah'),
    paid_at: z.iso.datetime().nullable(),
    received_at: z.iso.datetime(),
    outcome: z.enum(['settled', 'closed', 'known', 'held']),
    problem: z.enum(['unknown-payment', 'wrong-amount', 'paid-again', 'unreadable']).nullable(),
    resolution: z.enum(['booked', 'dismissed']).nullable(),
    note: z.string().nullable(),
    body: z.string().describe('As it came'),
  })
  .meta({ id: 'PaymentEvent' });

export const eventPage = pageOf(eventBody).meta({ id: 'PaymentEventPage' });

export const eventQuery = pageQuery.extend({
  show: z
    .enum(['held', 'all'])
    .default('held')
    .describe('`held`: those that somebody must look at, the longest first; or all, the newest first'),
});

/** What the providers told, of whatever tenant. */
export async function listEvents(
  db: Kysely<Schema>,
  { show, limit, cursor }: z.infer<typeof eventQuery>,
): Promise<z.infer<typeof eventPage>> {
  const order = ordering(
    sql.ref('received_at'),
    'timestamptz',
    sql.ref('id'),
    cursor,
    show === 'held' ? 'asc' : 'desc',
  );
  const rows = await db
    .selectFrom('payment_events')
    .$if(show === 'held', (query) => query.where(sql<SqlBool>`outcome = 'held' and resolution is null`))
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('id')
    .limit(limit + 1)
    .selectAll()
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, (row) => ({
    id: row.id,
    provider: row.provider,
    event_id: row.event_id,
    reference: row.reference,
    payment: row.payment_id,
    tenant: row.tenant_id,
    received_idr: row.received_idr === null ? null : rupiahNumber(BigInt(row.received_idr)),
    paid_at: row.paid_at?.toISOString() ?? null,
    received_at: row.received_at.toISOString(),
    outcome: row.outcome,
    problem: row.problem,
    resolution: row.resolution,
    note: row.note,
    body: row.body,
  }));
}

/** What somebody who runs the platform does about an event that is held. */
export type Resolution =
  | {
      readonly resolution: 'booked';
      readonly tenantId: TenantId;
      /** What the money is for. */
      readonly invoiceId: string;
      readonly note: string;
    }
  | { readonly resolution: 'dismissed'; readonly note: string };

/**
 * Resolves an event that is held: books the money that it tells of, or dismisses it.
 *
 * @param db a transaction
 * @throws {ProblemError} `not-found`; `payment-step-refused` when it is not held any more, tells of no money, or the money is
 *   booked already
 */
export async function resolveEvent(
  db: Kysely<Schema>,
  id: string,
  resolved: Resolution,
  actor: Actor & { readonly userId: string },
  now: Date,
): Promise<void> {
  const event = await db
    .selectFrom('payment_events')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .select(['provider', 'payment_id', 'receipt_id', 'received_idr', 'paid_at', 'outcome', 'resolution'])
    .executeTakeFirst();
  if (event === undefined) {
    throw problem('not-found', { detail: 'There is no such event.' });
  }
  if (event.outcome !== 'held' || event.resolution !== null) {
    throw problem('payment-step-refused', {
      detail: 'The event is not held, or not any more. Nothing is to be done.',
    });
  }
  const { resolution, note } = resolved;
  if (resolved.resolution === 'booked') {
    await bookHeld(db, resolved, event, actor, now);
  }
  await db
    .updateTable('payment_events')
    .set({ resolution, note, resolved_by: actor.userId, resolved_at: now })
    .where('id', '=', id)
    .execute();
  await audit(db, {
    action: 'payment-event.resolved',
    tenantId: resolved.resolution === 'booked' ? resolved.tenantId : null,
    actor,
    subject: { kind: 'payment-event', id },
    details: { resolution, note },
  });
}

interface HeldMoney {
  readonly provider: string;
  readonly payment_id: string | null;
  readonly receipt_id: string | null;
  readonly received_idr: string | null;
  readonly paid_at: Date | null;
}

async function bookHeld(
  db: Kysely<Schema>,
  { tenantId, invoiceId }: Extract<Resolution, { resolution: 'booked' }>,
  { provider, payment_id, receipt_id, received_idr, paid_at }: HeldMoney,
  actor: Actor,
  now: Date,
): Promise<void> {
  if (receipt_id === null || received_idr === null || paid_at === null) {
    throw problem('payment-step-refused', { detail: 'The event tells of no money. It can be dismissed.' });
  }
  if (await isBooked(db, provider, receipt_id)) {
    throw problem('payment-step-refused', {
      detail: 'This money is booked already. The event can be dismissed.',
    });
  }
  const amount = BigInt(received_idr);
  const payment = payment_id === null ? undefined : await holdByReference(db, provider, payment_id);
  if (
    payment !== undefined &&
    payment.tenantId === tenantId &&
    payment.invoice.id === invoiceId &&
    leadsFrom('settle', payment.state)
  ) {
    const money = { amount, paidAt: paid_at, receiptId: receipt_id, providerId: null };
    await settle(db, payment, { step: 'settle', money, actor, now });
    return;
  }
  const { invoice, credit } = await recordPayment(db, {
    tenantId,
    invoiceId,
    amount,
    cause: `receipt:${provider}:${receipt_id}`,
    paidAt: paid_at,
    recordedAt: now,
  });
  const { number, open } = invoice;
  await confirmReceived(db, {
    tenantId,
    payment: null,
    invoice: number ?? invoiceId,
    amount,
    open,
    credit,
    paidAt: paid_at,
  });
}

async function isBooked(db: Kysely<Schema>, provider: string, receiptId: string): Promise<boolean> {
  const row = await db
    .selectFrom('payment_events')
    .where('provider', '=', provider)
    .where('receipt_id', '=', receiptId)
    .where(sql<SqlBool>`(outcome = 'settled' or resolution = 'booked')`)
    .select('id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
