import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';
import type { Method } from './payment-state.ts';
import type { KeptCard } from './provider/provider.ts';

/** How a tenant likes to pay. */
export interface Preferences {
  /** Null: they choose each time. */
  readonly method: Method | null;
  readonly channel: string | null;
  /** What the kept card is recognised by; null without one. */
  readonly card: { readonly provider: string; readonly token: string; readonly label: string } | null;
  /** Whether the card is debited for each invoice, without anybody there. */
  readonly autoDebit: boolean;
}

const NONE: Preferences = { method: null, channel: null, card: null, autoDebit: false };

export async function preferencesOf(db: Kysely<Schema>, tenantId: TenantId): Promise<Preferences> {
  const row = await db
    .selectFrom('payment_preferences')
    .where('tenant_id', '=', tenantId)
    .selectAll()
    .executeTakeFirst();
  if (row === undefined) {
    return NONE;
  }
  const { method, channel, card_provider: provider, card_token: token, card_label: label } = row;
  return {
    method,
    channel,
    card: provider === null || token === null || label === null ? null : { provider, token, label },
    autoDebit: row.auto_debit,
  };
}

export interface Choice {
  readonly method: Method;
  readonly channel: string | null;
  readonly autoDebit: boolean;
}

/**
 * Sets how a tenant likes to pay.
 *
 * @param db a transaction
 * @throws {ProblemError} `payment-method-unavailable` for debits when no card is kept
 */
export async function choose(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { method, channel, autoDebit }: Choice,
  actor: Actor,
  now: Date,
): Promise<void> {
  const { card } = await preferencesOf(db, tenantId);
  if (autoDebit && card === null) {
    throw problem('payment-method-unavailable', {
      detail: 'No card is kept. Pay an invoice by card once, and let the card be kept.',
    });
  }
  await db
    .insertInto('payment_preferences')
    .values({ tenant_id: tenantId, method: null, channel: null, changed_at: now })
    .onConflict((conflict) => conflict.column('tenant_id').doNothing())
    .execute();
  await db
    .updateTable('payment_preferences')
    .set({ method, channel, auto_debit: autoDebit, changed_at: now })
    .where('tenant_id', '=', tenantId)
    .execute();
  await audit(db, {
    action: 'payment-preferences.changed',
    tenantId,
    actor,
    details: { method, channel, auto_debit: autoDebit },
  });
}

/**
 * Keeps the provider's token of a card, in place of any before it.
 *
 * @param db a transaction
 */
export async function keepCard(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { provider, token, label }: KeptCard & { readonly provider: string },
  actor: Actor,
  now: Date,
): Promise<void> {
  const changes = { card_provider: provider, card_token: token, card_label: label, changed_at: now };
  await db
    .insertInto('payment_preferences')
    .values({ tenant_id: tenantId, method: null, channel: null, ...changes })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(changes))
    .execute();
  await audit(db, { action: 'payment-card.kept', tenantId, actor, details: { card: label } });
}

/**
 * Forgets the card, and with it its debits.
 *
 * @param db a transaction
 * @throws {ProblemError} `not-found` when there is none
 */
export async function forgetCard(
  db: Kysely<Schema>,
  tenantId: TenantId,
  actor: Actor,
  now: Date,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('payment_preferences')
    .set({ card_provider: null, card_token: null, card_label: null, auto_debit: false, changed_at: now })
    .where('tenant_id', '=', tenantId)
    .where('card_token', 'is not', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    throw problem('not-found', { detail: 'No card is kept.' });
  }
  await audit(db, { action: 'payment-card.forgotten', tenantId, actor });
}
