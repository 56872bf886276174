import { ruleSchema } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { cut, ordering } from '../../lists/page.ts';
import type { Schema } from '../../postgres/schema.ts';
import { personOf } from '../person.ts';
import {
  type alertBody,
  type alertEventBody,
  type alertPage,
  type alertQuery,
  type alertWithHistoryBody,
  readNumbers,
  textOf,
} from './alert-body.ts';

/** More than happens to any alert that people look after. */
const MOST_EVENTS = 200;

const details = z.record(z.string(), z.unknown());

/** A page of a tenant's alerts, those that fired last first. */
export async function listAlerts(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { state, severity, rule, subject, limit, cursor }: z.infer<typeof alertQuery>,
  now: Date,
): Promise<z.infer<typeof alertPage>> {
  const order = ordering(sql.ref('alerts.fired_at'), 'timestamptz', sql.ref('alerts.id'), cursor);
  let wanted = alertsOf(db, tenantId, now);
  if (state !== 'all') {
    wanted = wanted.where('alerts.resolved_at', state === 'open' ? 'is' : 'is not', null);
  }
  if (severity !== undefined) {
    wanted = wanted.where('alerts.severity', '=', severity);
  }
  if (rule !== undefined) {
    wanted = wanted.where('alerts.rule_id', '=', rule);
  }
  if (subject !== undefined) {
    wanted = wanted.where('alerts.subject', '=', subject);
  }
  const rows = await wanted
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('alerts.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, described);
}

/** One alert and what became of it, or undefined when the tenant has none of this id. */
export async function findAlert(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
  now: Date,
): Promise<z.infer<typeof alertWithHistoryBody> | undefined> {
  const row = await alertsOf(db, tenantId, now).where('alerts.id', '=', id).executeTakeFirst();
  return (
    row && {
      ...described(row),
      definition: ruleSchema.parse(row.rule),
      history: await historyOf(db, tenantId, id),
    }
  );
}

async function historyOf(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<z.infer<typeof alertEventBody>[]> {
  const rows = await db
    .selectFrom('alert_events')
    .leftJoin('users', 'users.id', 'alert_events.by_user')
    .where('alert_id', '=', id)
    .where('tenant_id', '=', tenantId)
    .select(['alert_events.id', 'kind', 'at', 'by_user', 'users.name as by_name', 'text', 'details'])
    .orderBy('alert_events.id', 'desc')
    .limit(MOST_EVENTS)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    at: row.at.toISOString(),
    by: personOf(row.by_user, row.by_name),
    text: row.text,
    details: details.parse(row.details),
  }));
}

function alertsOf(db: Kysely<Schema>, tenantId: TenantId, now: Date) {
  return db
    .selectFrom('alerts')
    .innerJoin('alert_rules', 'alert_rules.id', 'alerts.rule_id')
    .innerJoin('alert_rule_versions as versions', (join) =>
      join
        .onRef('versions.rule_id', '=', 'alerts.rule_id')
        .onRef('versions.version', '=', 'alerts.rule_version'),
    )
    .leftJoin('users as acknowledger', 'acknowledger.id', 'alerts.acknowledged_by')
    .leftJoin('users as resolver', 'resolver.id', 'alerts.resolved_by')
    .where('alerts.tenant_id', '=', tenantId)
    .select(['alerts.id', 'alerts.rule_id', 'rule_version', 'versions.name', 'versions.rule', 'default_key'])
    .select(['subject', 'severity', 'since', 'fired_at', 'fired_with', 'escalation'])
    .select(['acknowledged_at', 'acknowledged_by', 'acknowledger.name as acknowledger_name'])
    .select(['resolved_at', 'resolved_with', 'resolved_by', 'resolver.name as resolver_name'])
    .select(({ selectFrom }) =>
      selectFrom('alert_silences')
        .whereRef('alert_silences.alert_id', '=', 'alerts.id')
        .where('ends_at', '>', now)
        .select(({ fn }) => fn.max('ends_at').as('until'))
        .as('snoozed_until'),
    );
}

type Row = Awaited<ReturnType<ReturnType<typeof alertsOf>['executeTakeFirstOrThrow']>>;

function described(row: Row): z.infer<typeof alertBody> {
  const firedWith = readNumbers.parse(row.fired_with);
  return {
    id: row.id,
    rule: {
      id: row.rule_id,
      version: row.rule_version,
      name: row.name,
      default_key: row.default_key,
    },
    subject: row.subject,
    severity: row.severity,
    state: row.resolved_at !== null ? 'resolved' : row.acknowledged_at !== null ? 'acknowledged' : 'firing',
    since: row.since.toISOString(),
    fired_at: row.fired_at.toISOString(),
    fired_with: firedWith,
    text: textOf(ruleSchema.parse(row.rule), firedWith),
    acknowledged_at: row.acknowledged_at?.toISOString() ?? null,
    acknowledged_by: personOf(row.acknowledged_by, row.acknowledger_name),
    resolved_at: row.resolved_at?.toISOString() ?? null,
    resolved_with: row.resolved_with === null ? null : readNumbers.parse(row.resolved_with),
    resolved_by: personOf(row.resolved_by, row.resolver_name),
    escalation: row.escalation,
    snoozed_until: row.snoozed_until?.toISOString() ?? null,
  };
}
