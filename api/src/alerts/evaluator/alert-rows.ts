/** What a round makes of the alerts in Postgres: those that fire, those that are over, those that are due. */
import type { Severity, Transition } from '@riwayat/alerting';
import { type Kysely, sql } from 'kysely';
import { newId } from '../../ids/id.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { AlertNews, ReadNumbers, ResolvedBecause } from '../news.ts';
import { type Change, resolvedBecause } from './changes.ts';
import { type DueTerms, dueKind, nextDue } from './due.ts';

/** Of an alert whose tenant has never said otherwise: what the column says. */
const ESCALATE_AFTER_SECONDS = 900;
/** Of one round; the rest is due in the next one. */
const MOST_DUE = 1_000;

/** Something that became of an alert, before it is news. */
export interface Happening {
  readonly alertId: string;
  readonly tenantId: string;
  readonly kind: AlertNews['kind'];
  readonly at: Date;
  readonly because: ResolvedBecause | null;
  /** What was read, and why it is over. */
  readonly details: object;
}

/** Makes the alerts that fire. One that lasts already goes on, and is no news. */
export async function fire(db: Kysely<Schema>, changes: readonly Change[]): Promise<Happening[]> {
  const firing = changes.flatMap((change) =>
    change.transitions
      .filter(({ kind }) => kind === 'fired')
      .map((transition) => ({ change, transition, id: newId('alt') })),
  );
  if (firing.length === 0) {
    return [];
  }
  const escalateAfter = await escalations(
    db,
    firing.map(({ change }) => change.rule.tenantId),
  );
  const rows = firing.map(({ id, change: { rule, subject }, transition }) => {
    const { tenantId, stored } = rule;
    const firedAt = new Date(transition.at);
    const { severity, repeat } = stored.rule;
    const after = escalateAfter(tenantId);
    const terms = { severity, repeat, firedAt, acknowledged: false, escalation: 0, escalateAfter: after };
    return {
      id,
      tenant_id: tenantId,
      rule_id: stored.id,
      rule_version: stored.version,
      subject,
      severity,
      since: new Date(transition.since),
      fired_at: firedAt,
      fired_with: numbersOf(transition),
      due_at: nextDue(terms, firedAt),
    };
  });
  const { rows: made } = await sql<{ id: string }>`
    insert into alerts (id, tenant_id, rule_id, rule_version, subject, severity, since, fired_at, fired_with, due_at)
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fired(
      id text, tenant_id text, rule_id text, rule_version integer, subject text, severity text,
      since timestamptz, fired_at timestamptz, fired_with jsonb, due_at timestamptz
    )
    on conflict (rule_id, subject) where resolved_at is null do nothing
    returning id`.execute(db);
  const new_ = new Set(made.map(({ id }) => id));
  return rows
    .filter(({ id }) => new_.has(id))
    .map(({ id, tenant_id, fired_at, fired_with }) => ({
      alertId: id,
      tenantId: tenant_id,
      kind: 'fired',
      at: fired_at,
      because: null,
      details: fired_with,
    }));
}

/** Ends the alerts that are over. One that somebody has resolved by hand is over already, and is no news. */
export async function resolve(
  db: Kysely<Schema>,
  changes: readonly Change[],
  now: Date,
): Promise<Happening[]> {
  const over = changes.flatMap((change) => {
    const because = resolvedBecause(change);
    const transition = change.transitions.find(({ kind }) => kind === 'resolved');
    return because === undefined
      ? []
      : [
          {
            rule_id: change.rule.stored.id,
            subject: change.subject,
            at: transition === undefined ? now : new Date(transition.at),
            resolved_with: transition === undefined ? null : numbersOf(transition),
            because,
          },
        ];
  });
  if (over.length === 0) {
    return [];
  }
  const { rows } = await sql<Resolved>`
    update alerts
    set resolved_at = greatest(over.at, fired_at), resolved_with = over.resolved_with, due_at = null
    from jsonb_to_recordset(${JSON.stringify(over)}::jsonb) as over(
      rule_id text, subject text, at timestamptz, resolved_with jsonb, because text
    )
    where alerts.rule_id = over.rule_id and alerts.subject = over.subject and resolved_at is null
    returning alerts.id, tenant_id, resolved_at, alerts.resolved_with, because`.execute(db);
  return rows.map((row) => ({
    alertId: row.id,
    tenantId: row.tenant_id,
    kind: 'resolved',
    at: row.resolved_at,
    because: row.because,
    details: { because: row.because, ...row.resolved_with },
  }));
}

interface Resolved {
  readonly id: string;
  readonly tenant_id: string;
  readonly resolved_at: Date;
  readonly resolved_with: ReadNumbers | null;
  readonly because: ResolvedBecause;
}

interface DueRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly severity: Severity;
  readonly fired_at: Date;
  readonly acknowledged: boolean;
  readonly escalation: number;
  readonly repeat: number | null;
  readonly escalate_after: number | null;
}

/** Tells again, and hands on, what is due; says when it is due next. */
export async function takeDue(db: Kysely<Schema>, now: Date, tenantId?: string): Promise<Happening[]> {
  const { rows } = await sql<DueRow>`
    select alerts.id, alerts.tenant_id, severity, fired_at, acknowledged_at is not null as acknowledged, escalation,
      (versions.rule->>'repeat')::integer as repeat,
      case when settings.tenant_id is null then ${ESCALATE_AFTER_SECONDS}::integer else settings.escalate_after end
        as escalate_after
    from alerts
    join alert_rule_versions as versions on versions.rule_id = alerts.rule_id and versions.version = rule_version
    left join alert_settings as settings on settings.tenant_id = alerts.tenant_id
    where due_at <= ${now} and (${tenantId ?? null}::text is null or alerts.tenant_id = ${tenantId ?? null})
    order by due_at, alerts.id
    limit ${MOST_DUE}
    for update of alerts`.execute(db);
  if (rows.length === 0) {
    return [];
  }
  const due = rows.map((row) => dueNow(row, now));
  await sql`
    update alerts set escalation = due.escalation, due_at = due.due_at
    from jsonb_to_recordset(${JSON.stringify(due)}::jsonb) as due(id text, escalation integer, due_at timestamptz)
    where alerts.id = due.id`.execute(db);
  return due.flatMap(({ id, tenantId: tenant, kind, escalation }) =>
    kind === undefined
      ? []
      : [{ alertId: id, tenantId: tenant, kind, at: now, because: null, details: { escalation } }],
  );
}

function dueNow(row: DueRow, now: Date) {
  const { id, tenant_id: tenantId, severity, fired_at: firedAt, acknowledged, repeat } = row;
  const terms: DueTerms = {
    severity,
    firedAt,
    acknowledged,
    escalation: row.escalation,
    repeat,
    escalateAfter: row.escalate_after,
  };
  const kind = dueKind(terms, now);
  const escalation = row.escalation + (kind === 'escalated' ? 1 : 0);
  return { id, tenantId, kind, escalation, due_at: nextDue({ ...terms, escalation }, now) };
}

async function escalations(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
): Promise<(tenantId: string) => number | null> {
  const rows = await db
    .selectFrom('alert_settings')
    .where('tenant_id', 'in', [...new Set(tenantIds)])
    .select(['tenant_id', 'escalate_after'])
    .execute();
  const known = new Map(rows.map((row) => [row.tenant_id, row.escalate_after]));
  return (tenantId) => {
    const seconds = known.get(tenantId);
    return seconds === undefined ? ESCALATE_AFTER_SECONDS : seconds;
  };
}

function numbersOf({ value, other }: Transition): ReadNumbers {
  return { value, other };
}
