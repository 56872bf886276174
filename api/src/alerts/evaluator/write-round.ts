/*
 * What came of a round, in one transaction: states, alerts, their events, and who is told.
 *
 * What always holds: it is written by whoever holds the lease, or not at all; all of it is written, or nothing; a rule that
 * was changed or deleted since it was read is left to the next round, which knows of it.
 */
import { type Kysely, sql } from 'kysely';
import { endSoonWhenIdle } from '../../postgres/idle.ts';
import type { Logger } from '../../postgres/logger.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { AlertNews, AlertTelling } from '../news.ts';
import { fire, type Happening, resolve, takeDue } from './alert-rows.ts';
import type { Change } from './changes.ts';
import type { Lease } from './lease.ts';
import { toldAlerts } from './told-alerts.ts';

export interface RoundParts {
  readonly db: Kysely<Schema>;
  readonly lease: Lease;
  readonly telling: AlertTelling;
  readonly logger: Logger;
}

export interface Written {
  /** Those that Postgres has now. */
  readonly changes: readonly Change[];
  readonly news: readonly AlertNews[];
}

/**
 * Writes the changes of a round, and whatever is due.
 *
 * @param only the changes and what is due of one tenant; of all, unless given
 * @throws {LeaseLostError} when another process evaluates by now
 */
export async function writeRound(
  { db, lease, telling, logger }: RoundParts,
  found: readonly Change[],
  now: Date,
  only?: string,
): Promise<Written> {
  return db.transaction().execute(async (transaction) => {
    await endSoonWhenIdle(transaction);
    await lease.holdFor(transaction);
    const changes = await unchanged(transaction, found);
    const happened = [
      ...(await resolve(transaction, changes, now)),
      ...(await fire(transaction, changes)),
      ...(await takeDue(transaction, now, only)),
    ];
    await writeStates(transaction, changes);
    const news = await record(transaction, happened, logger);
    if (news.length > 0) {
      await telling.tell(transaction, news, now);
    }
    return { changes, news };
  });
}

/** The changes whose rules are as they were read, which they stay until the end of the transaction. */
async function unchanged(db: Kysely<Schema>, changes: readonly Change[]): Promise<Change[]> {
  if (changes.length === 0) {
    return [];
  }
  const ids = [...new Set(changes.map(({ rule }) => rule.stored.id))];
  const rows = await db
    .selectFrom('alert_rules')
    .where('id', '=', sql<string>`any(${ids}::text[])`)
    .select(['id', 'revision'])
    .orderBy('id')
    .forShare()
    .execute();
  const revisions = new Map(rows.map(({ id, revision }) => [id, revision]));
  return changes.filter(({ rule }) => revisions.get(rule.stored.id) === rule.revision);
}

async function writeStates(db: Kysely<Schema>, changes: readonly Change[]): Promise<void> {
  const states = changes.map(({ rule: { stored }, subject, state = null }) => ({
    rule_id: stored.id,
    subject,
    rule_version: stored.version,
    state,
  }));
  const left = states.filter(({ state }) => state !== null);
  const gone = states.filter(({ state }) => state === null);
  if (left.length > 0) {
    await sql`
      insert into alert_states (rule_id, subject, rule_version, state)
      select * from jsonb_to_recordset(${JSON.stringify(left)}::jsonb)
        as states(rule_id text, subject text, rule_version integer, state jsonb)
      on conflict (rule_id, subject) do update
        set rule_version = excluded.rule_version, state = excluded.state`.execute(db);
  }
  if (gone.length > 0) {
    await sql`
      delete from alert_states
      using jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) as gone(rule_id text, subject text)
      where alert_states.rule_id = gone.rule_id and alert_states.subject = gone.subject`.execute(db);
  }
}

async function record(
  db: Kysely<Schema>,
  happened: readonly Happening[],
  logger: Logger,
): Promise<AlertNews[]> {
  if (happened.length === 0) {
    return [];
  }
  const rows = happened.map(({ alertId, tenantId, kind, at, details }) => ({
    alert_id: alertId,
    tenant_id: tenantId,
    kind,
    at,
    details,
  }));
  const { rows: events } = await sql<{ id: string; alert_id: string }>`
    insert into alert_events (alert_id, tenant_id, kind, at, details)
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as happened(alert_id text, tenant_id text, kind text, at timestamptz, details jsonb)
    returning id, alert_id`.execute(db);
  // In one round an alert fires, is over, or is due: never two of these.
  const eventOf = new Map(events.map(({ id, alert_id }) => [alert_id, id]));
  const alerts = await toldAlerts(db, [...eventOf.keys()], logger);
  return happened.flatMap(({ alertId, kind, at, because }) => {
    const [eventId, alert] = [eventOf.get(alertId), alerts.get(alertId)];
    return eventId === undefined || alert === undefined ? [] : [{ eventId, kind, at, because, alert }];
  });
}
