/*
 * What people do about an alert.
 *
 * What always holds: an alert is acknowledged once and resolved once, whoever is first; of each is known who and when. One
 * that was resolved by hand goes on being evaluated, so it fires again after it was well and not before.
 */
import type { TenantId } from '@riwayat/collector';
import type { Kysely, Transaction } from 'kysely';
import type { AuditAction } from '../../audit/actions.ts';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { newId } from '../../ids/id.ts';
import { jsonText } from '../../postgres/json.ts';
import type { Logger } from '../../postgres/logger.ts';
import type { Schema } from '../../postgres/schema.ts';
import { toldAlerts } from '../evaluator/told-alerts.ts';
import type { AlertTelling } from '../news.ts';
import type { AlertEventKind } from '../tables.ts';

/** What somebody does about an alert of a tenant. */
export interface AlertAct {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly actor: Actor;
  readonly now: Date;
}

/** Who tells people. */
export interface Telling {
  readonly telling: AlertTelling;
  readonly logger: Logger;
}

/**
 * Says that somebody looks after an alert: it is neither repeated nor handed on any more.
 *
 * @param comment null for none
 * @throws {ProblemError} `not-found`; `alert-step-refused` when it is over, or somebody has done so already
 */
export async function acknowledge(db: Kysely<Schema>, act: AlertAct, comment: string | null): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const alert = await lastingAlert(transaction, act);
    if (alert.acknowledged_at !== null) {
      throw problem('alert-step-refused', {
        detail: `${alert.acknowledger ?? 'Somebody who is gone'} acknowledged it at ${alert.acknowledged_at.toISOString()}. Comment on it instead.`,
      });
    }
    await transaction
      .updateTable('alerts')
      .set({ acknowledged_at: act.now, acknowledged_by: act.actor.userId, due_at: null })
      .where('id', '=', act.id)
      .execute();
    await record(transaction, act, 'acknowledged', 'alert.acknowledged', comment);
  });
}

/**
 * Writes something to an alert, also to one that is over.
 *
 * @throws {ProblemError} `not-found`
 */
export async function comment(db: Kysely<Schema>, act: AlertAct, text: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await lockedAlert(transaction, act);
    await record(transaction, act, 'commented', 'alert.commented', text);
  });
}

/**
 * Has nobody told of an alert for a while; what lasts by then is told again, unless somebody has acknowledged it. Takes
 * the place of a snooze that there is.
 *
 * @param until later than now
 * @throws {ProblemError} `not-found`; `alert-step-refused` when it is over
 */
export async function snooze(
  db: Kysely<Schema>,
  act: AlertAct,
  until: Date,
  reason: string | null,
): Promise<void> {
  const { tenantId, id, actor, now } = act;
  await db.transaction().execute(async (transaction) => {
    const alert = await lastingAlert(transaction, act);
    await transaction
      .updateTable('alert_silences')
      .set({ ends_at: now })
      .where('alert_id', '=', id)
      .where('ends_at', '>', now)
      .execute();
    await transaction
      .insertInto('alert_silences')
      .values({
        id: newId('sil'),
        tenant_id: tenantId,
        kind: 'snooze',
        rule_id: null,
        alert_id: id,
        starts_at: now,
        ends_at: until,
        reason: reason ?? '',
        created_by: actor.userId,
        created_at: now,
      })
      .execute();
    if (alert.acknowledged_at === null) {
      await transaction.updateTable('alerts').set({ due_at: until }).where('id', '=', id).execute();
    }
    await record(transaction, act, 'snoozed', 'alert.snoozed', reason, { until: until.toISOString() });
  });
}

/**
 * Says that an alert is over, and has those told who were told that it is not.
 *
 * @throws {ProblemError} `not-found`; `alert-step-refused` when it is already
 */
export async function resolveByHand(
  db: Kysely<Schema>,
  act: AlertAct,
  comment: string | null,
  { telling, logger }: Telling,
): Promise<void> {
  const { id } = act;
  await db.transaction().execute(async (transaction) => {
    const { fired_at } = await lastingAlert(transaction, act);
    // Whoever evaluates may have a clock that is ahead.
    const now = new Date(Math.max(fired_at.getTime(), act.now.getTime()));
    await transaction
      .updateTable('alerts')
      .set({ resolved_at: now, resolved_by: act.actor.userId, due_at: null })
      .where('id', '=', id)
      .execute();
    const because = 'by_hand';
    const details = { because };
    const eventId = await record(
      transaction,
      { ...act, now },
      'resolved',
      'alert.resolved',
      comment,
      details,
    );
    const alert = (await toldAlerts(transaction, [id], logger)).get(id);
    if (alert !== undefined) {
      await telling.tell(transaction, [{ eventId, kind: 'resolved', at: now, because, alert }], now);
    }
  });
}

/** Waits for whoever does something about the same alert. */
async function lockedAlert(transaction: Transaction<Schema>, { tenantId, id }: AlertAct) {
  const alert = await transaction
    .selectFrom('alerts')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .select(['fired_at', 'resolved_at', 'acknowledged_at'])
    .select(({ selectFrom }) =>
      selectFrom('users').whereRef('users.id', '=', 'acknowledged_by').select('name').as('acknowledger'),
    )
    .forUpdate()
    .executeTakeFirst();
  if (alert === undefined) {
    throw problem('not-found', { detail: 'There is no such alert.' });
  }
  return alert;
}

async function lastingAlert(transaction: Transaction<Schema>, act: AlertAct) {
  const alert = await lockedAlert(transaction, act);
  if (alert.resolved_at !== null) {
    throw problem('alert-step-refused', {
      detail: `The alert is over since ${alert.resolved_at.toISOString()}. It can still be commented on.`,
    });
  }
  return alert;
}

/** @returns the id of the event */
async function record(
  transaction: Transaction<Schema>,
  { tenantId, id, actor, now }: AlertAct,
  kind: AlertEventKind,
  action: AuditAction,
  text: string | null,
  details: Readonly<Record<string, string>> = {},
): Promise<string> {
  const event = await transaction
    .insertInto('alert_events')
    .values({
      alert_id: id,
      tenant_id: tenantId,
      kind,
      at: now,
      by_user: actor.userId,
      text,
      details: jsonText(details),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await audit(transaction, { action, tenantId, actor, subject: { kind: 'alert', id }, details });
  return event.id;
}
