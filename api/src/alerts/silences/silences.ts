/*
 * When nobody is told, though something is wrong: rules and whole tenants that are mute, alerts that snooze, maintenance.
 *
 * What always holds: what is silent is evaluated all the same, and is there to be seen; what lasts when a silence ends is
 * told then. A silence that is over stays as it was.
 */
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { newId } from '../../ids/id.ts';
import { cut, ordering } from '../../lists/page.ts';
import type { Schema } from '../../postgres/schema.ts';
import { personOf } from '../person.ts';
import type { newSilence, SilenceBody, silencePage, silenceQuery } from './silence-body.ts';

/** Those that are not over. Each is looked at whenever somebody may be told of something. */
const MOST_SILENCES = 100;
const MS_PER_DAY = 24 * 60 * 60 * 1_000;
/** Longer than work takes; what is to be silent for longer is muted. */
const LONGEST_MAINTENANCE_DAYS = 14;
/** Further ahead is a slip of the pen. */
const FURTHEST_DAYS = 366;

interface SilenceAct {
  readonly tenantId: TenantId;
  readonly actor: Actor;
  readonly now: Date;
}

/** A page of a tenant's silences, those that begin last first. */
export async function listSilences(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { state, limit, cursor }: z.infer<typeof silenceQuery>,
  now: Date,
): Promise<z.infer<typeof silencePage>> {
  const order = ordering(sql.ref('starts_at'), 'timestamptz', sql.ref('alert_silences.id'), cursor);
  const rows = await silencesOf(db, tenantId)
    .$if(state === 'current', (query) =>
      query.where(({ eb, or }) => or([eb('ends_at', 'is', null), eb('ends_at', '>', now)])),
    )
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('alert_silences.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, (row) => described(row, now));
}

/** @throws {ProblemError} `not-found` */
export async function findSilence(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
  now: Date,
): Promise<SilenceBody> {
  const row = await silencesOf(db, tenantId).where('alert_silences.id', '=', id).executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found', { detail: 'There is no such silence.' });
  }
  return described(row, now);
}

/**
 * Begins a silence, or plans one.
 *
 * @returns its id
 * @throws {ProblemError} `invalid-request` for a rule or times that cannot be; `conflict` when there are too many
 */
export async function beginSilence(
  db: Kysely<Schema>,
  { tenantId, actor, now }: SilenceAct,
  wanted: z.infer<typeof newSilence>,
): Promise<string> {
  const { kind, rule_id, reason } = wanted;
  const { startsAt, endsAt } = timesOf(wanted, now);
  const id = newId('sil');
  await db.transaction().execute(async (transaction) => {
    // One after another, so that two do not both find room for one.
    await transaction
      .selectFrom('tenants')
      .where('id', '=', tenantId)
      .select('id')
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const { silences } = await transaction
      .selectFrom('alert_silences')
      .where('tenant_id', '=', tenantId)
      .where('kind', '<>', 'snooze')
      .where(({ eb, or }) => or([eb('ends_at', 'is', null), eb('ends_at', '>', now)]))
      .select(({ fn }) => fn.countAll<string>().as('silences'))
      .executeTakeFirstOrThrow();
    if (Number(silences) >= MOST_SILENCES) {
      throw problem('conflict', { detail: `There are ${MOST_SILENCES} silences already. End some of them.` });
    }
    await checkRule(transaction, tenantId, rule_id);
    await transaction
      .insertInto('alert_silences')
      .values({
        id,
        tenant_id: tenantId,
        kind,
        rule_id,
        alert_id: null,
        starts_at: startsAt,
        ends_at: endsAt,
        reason,
        created_by: actor.userId,
        created_at: now,
      })
      .execute();
    await audit(transaction, {
      action: 'alert-silence.begun',
      tenantId,
      actor,
      subject: { kind: 'alert-silence', id },
      details: { kind, rule: rule_id, from: startsAt.toISOString(), until: endsAt?.toISOString() ?? null },
    });
  });
  return id;
}

/**
 * Ends a silence before its time; one that has not begun never was.
 *
 * @throws {ProblemError} `not-found`; `alert-step-refused` when it is over
 */
export async function endSilence(
  db: Kysely<Schema>,
  { tenantId, actor, now }: SilenceAct,
  id: string,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const silence = await transaction
      .selectFrom('alert_silences')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .select(['starts_at', 'ends_at', 'alert_id'])
      .forUpdate()
      .executeTakeFirst();
    if (silence === undefined) {
      throw problem('not-found', { detail: 'There is no such silence.' });
    }
    const { starts_at: startsAt, ends_at: endsAt, alert_id: alertId } = silence;
    if (endsAt !== null && endsAt <= now) {
      throw problem('alert-step-refused', {
        detail: `The silence is over since ${endsAt.toISOString()}.`,
      });
    }
    await transaction
      .updateTable('alert_silences')
      .set({ ends_at: startsAt > now ? startsAt : now })
      .where('id', '=', id)
      .execute();
    if (alertId !== null && endsAt !== null) {
      // It was to be told again when the snooze ends, which is now.
      await transaction
        .updateTable('alerts')
        .set({ due_at: now })
        .where('id', '=', alertId)
        .where('due_at', '=', endsAt)
        .execute();
    }
    await audit(transaction, {
      action: 'alert-silence.ended',
      tenantId,
      actor,
      subject: { kind: 'alert-silence', id },
    });
  });
}

/** @throws {ProblemError} `invalid-request`, naming the field */
function timesOf(
  { kind, starts_at, ends_at }: z.infer<typeof newSilence>,
  now: Date,
): { startsAt: Date; endsAt: Date | null } {
  const startsAt = starts_at === undefined ? now : new Date(starts_at);
  const endsAt = ends_at === null ? null : new Date(ends_at);
  const refuse = (field: string, message: string): never => {
    throw problem('invalid-request', { errors: [{ path: `body.${field}`, message }] });
  };
  if (startsAt.getTime() > now.getTime() + FURTHEST_DAYS * MS_PER_DAY) {
    refuse('starts_at', `must be within ${FURTHEST_DAYS} days`);
  }
  if (endsAt === null) {
    return kind === 'maintenance'
      ? refuse('ends_at', 'must be given: maintenance has to end')
      : { startsAt, endsAt };
  }
  if (endsAt <= startsAt || endsAt <= now) {
    refuse('ends_at', 'must be in the future, and after the beginning');
  }
  const days = kind === 'maintenance' ? LONGEST_MAINTENANCE_DAYS : FURTHEST_DAYS;
  if (endsAt.getTime() - startsAt.getTime() > days * MS_PER_DAY) {
    refuse('ends_at', `must be ${days} days after the beginning at the latest`);
  }
  return { startsAt, endsAt };
}

async function checkRule(db: Kysely<Schema>, tenantId: TenantId, ruleId: string | null): Promise<void> {
  if (ruleId === null) {
    return;
  }
  const rule = await db
    .selectFrom('alert_rules')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', ruleId)
    .where('deleted_at', 'is', null)
    .select('id')
    .executeTakeFirst();
  if (rule === undefined) {
    throw problem('invalid-request', {
      errors: [{ path: 'body.rule_id', message: 'must be the id of a rule that there is' }],
    });
  }
}

function silencesOf(db: Kysely<Schema>, tenantId: TenantId) {
  return db
    .selectFrom('alert_silences')
    .leftJoin('users', 'users.id', 'alert_silences.created_by')
    .where('alert_silences.tenant_id', '=', tenantId)
    .select(['alert_silences.id', 'kind', 'rule_id', 'alert_id', 'starts_at', 'ends_at', 'reason'])
    .select(['created_by', 'users.name as created_by_name', 'alert_silences.created_at']);
}

type Row = Awaited<ReturnType<ReturnType<typeof silencesOf>['executeTakeFirstOrThrow']>>;

function described(row: Row, now: Date): SilenceBody {
  const over = row.ends_at !== null && row.ends_at <= now;
  return {
    id: row.id,
    kind: row.kind,
    rule_id: row.rule_id,
    alert_id: row.alert_id,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    state: over ? 'over' : row.starts_at > now ? 'planned' : 'active',
    reason: row.reason,
    created_by: personOf(row.created_by, row.created_by_name),
    created_at: row.created_at.toISOString(),
  };
}
