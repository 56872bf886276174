/*
 * What a provider tells of its payments, by a webhook or when it is asked.
 *
 * What always holds: a thing that is told twice changes nothing the second time; whatever was told is kept, with what became
 * of it; what does not fit is held for somebody to look at.
 */
import type { Kysely } from 'kysely';
import { type Actor, SYSTEM } from '../audit/audit.ts';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';
import { type HeldPayment, holdByReference } from './held-payment.ts';
import { type Judgement, judge } from './judgement.ts';
import { keepCard } from './preferences.ts';
import type { ProviderPayment } from './provider/provider.ts';
import { settle } from './settle.ts';
import type { EventOutcome } from './tables.ts';
import { tellDebitFailed } from './tell.ts';

export interface Told {
  /** Name of the provider. */
  readonly provider: string;
  /** What is told twice has the same. */
  readonly eventId: string;
  readonly payment: ProviderPayment;
  /** As it came. */
  readonly body: string;
}

/**
 * Does what follows from what a provider tells.
 *
 * @param db a transaction
 * @param actor who made us ask; the system, when the provider told by itself
 * @returns undefined when it was told before
 */
export async function applyTold(
  db: Kysely<Schema>,
  told: Told,
  now: Date,
  actor: Actor = SYSTEM,
): Promise<EventOutcome | undefined> {
  const event = await keepTold(db, told, now);
  if (event === undefined) {
    return undefined;
  }
  const payment = await holdByReference(db, told.provider, told.payment.reference);
  const judgement = await unlessHeld(db, told, judge(payment, told.payment));
  if (payment !== undefined) {
    await follow(db, payment, told, judgement, { now, actor });
  }
  await db
    .updateTable('payment_events')
    .set({
      outcome: judgement.outcome,
      problem: judgement.outcome === 'held' ? judgement.problem : null,
      ...(payment && { payment_id: payment.id, tenant_id: payment.tenantId }),
    })
    .where('id', '=', event)
    .execute();
  return judgement.outcome;
}

/** Money that is held is held once, however it is told of. */
async function unlessHeld(
  db: Kysely<Schema>,
  { provider, payment: { receipt } }: Told,
  judgement: Judgement,
): Promise<Judgement> {
  if (judgement.outcome !== 'held' || receipt === undefined) {
    return judgement;
  }
  const held = await db
    .selectFrom('payment_events')
    .where('provider', '=', provider)
    .where('receipt_id', '=', receipt.id)
    .where('outcome', '=', 'held')
    .select('id')
    .limit(1)
    .executeTakeFirst();
  return held === undefined ? judgement : { outcome: 'known' };
}

/** What the provider answers, when we ask, is told as by a webhook: the same answer once. */
export function answered(provider: string, payment: ProviderPayment): Told {
  const { id, state, receipt } = payment;
  const body = JSON.stringify(payment, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return { provider, eventId: `answer:${id}:${state}:${receipt?.id ?? ''}`, payment, body };
}

/** @returns id of the row; undefined when there is one already */
async function keepTold(
  db: Kysely<Schema>,
  { provider, eventId, payment, body }: Told,
  now: Date,
): Promise<string | undefined> {
  const { reference, receipt } = payment;
  const row = await db
    .insertInto('payment_events')
    .values({
      id: newId('pev'),
      provider,
      event_id: eventId,
      reference,
      receipt_id: receipt?.id ?? null,
      received_idr: receipt?.amount ?? null,
      paid_at: receipt?.paidAt ?? null,
      body,
      received_at: now,
      outcome: 'known',
    })
    .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

async function follow(
  db: Kysely<Schema>,
  payment: HeldPayment,
  { provider, payment: told }: Told,
  judgement: Judgement,
  { now, actor }: { readonly now: Date; readonly actor: Actor },
): Promise<void> {
  const { tenantId, id } = payment;
  if (judgement.outcome === 'settled') {
    const { receipt } = judgement;
    await settle(db, payment, {
      step: 'settle',
      money: { amount: receipt.amount, paidAt: receipt.paidAt, receiptId: receipt.id, providerId: told.id },
      actor,
      now,
    });
    if (told.card !== undefined) {
      await keepCard(db, tenantId, { ...told.card, provider }, actor, now);
    }
  }
  if (judgement.outcome === 'closed') {
    await db
      .updateTable('invoice_payments')
      .set({ state: judgement.state, ended_at: now, provider_id: payment.providerId ?? told.id })
      .where('id', '=', id)
      .execute();
    if (payment.isDebit) {
      await tellDebitFailed(db, payment);
    }
  }
}
