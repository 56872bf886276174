import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { CHANNELS } from '../../channels/channel.ts';
import { send } from '../../channels/send.ts';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { type AlertInWords, alertsInWords } from './alert-in-words.ts';
import { isSilent } from './circumstances.ts';
import { type Settlement, settlementOf, settlementOfWebhook, type Waiting } from './grouping.ts';
import { type Addressed, messageOf } from './message.ts';

/** What is looked at in one transaction; the rest comes in the next one, seconds later. */
const MOST_WAITING = 2_000;

const waitingRow = z.object({
  id: z.string(),
  event_id: z.string(),
  alert_id: z.string(),
  tenant_id: z.string(),
  user_id: z.string().nullable(),
  channel: z.enum(CHANNELS),
  kind: z.enum(['fired', 'repeated', 'escalated', 'resolved']),
  held_because: z.enum(['quiet', 'silence', 'grouping']).nullable(),
  told_before: z.boolean(),
  last_told: z.date().nullable(),
});

type Row = z.infer<typeof waitingRow>;

/**
 * Tells what is due: puts into the outbox what can be told now, notes when to look again at what cannot, and drops what
 * nobody has to know any more.
 *
 * @param db the transaction; nobody else settles until it is over
 * @param publicUrl where people reach the application
 * @returns how many messages went out
 */
export async function settle(db: Kysely<Schema>, publicUrl: string, now: Date): Promise<number> {
  const rows = await waiting(db, now);
  if (rows.length === 0) {
    return 0;
  }
  const alerts = await alertsInWords(db, [...new Set(rows.map(({ alert_id }) => alert_id))], now);
  const outcomes = grouped(rows, alerts).map(({ first, lastTold, entries }) => ({
    first,
    settlement:
      first.channel === 'webhook'
        ? settlementOfWebhook(entries[0], now)
        : settlementOf(entries, lastTold, now),
  }));
  const messages = outcomes.flatMap(({ first, settlement }) => {
    const message = messageOf(addressed(first, settlement, alerts), publicUrl);
    return message === undefined ? [] : [{ ...message, first, settlement }];
  });
  const unreached = new Set((await send(db, messages, now)).map(({ settlement }) => settlement));
  await note(
    db,
    outcomes.flatMap(({ settlement }) => changesOf(settlement, unreached.has(settlement))),
    now,
  );
  return messages.length - unreached.size;
}

/** All that waits for those for whom something is due, so that it can be told together. */
async function waiting(db: Kysely<Schema>, now: Date): Promise<Row[]> {
  const { rows } = await sql`
    with due as (
      select distinct alert_tellings.alert_id, alert_tellings.user_id, alert_tellings.channel, alerts.tenant_id as whose
      from alert_tellings join alerts on alerts.id = alert_tellings.alert_id
      where alert_tellings.state = 'waiting' and alert_tellings.due_at <= ${now}
        and (held_because is distinct from 'silence' or alerts.resolved_at is not null or not ${isSilent(now)})
    ), people as (
      select distinct whose, user_id, channel from due
    )
    select telling.id, telling.event_id, telling.alert_id, telling.tenant_id, telling.user_id, telling.channel,
      telling.kind, telling.held_because,
      exists (
        select from alert_tellings as told
        where told.alert_id = telling.alert_id and told.user_id is not distinct from telling.user_id
          and told.channel = telling.channel and told.state = 'told') as told_before,
      (select max(told_at) from alert_tellings as told join alerts as other on other.id = told.alert_id
        where told.user_id = telling.user_id and told.channel = telling.channel
          and other.tenant_id = alerts.tenant_id) as last_told
    from alert_tellings as telling
    join alerts on alerts.id = telling.alert_id
    join people on people.whose = alerts.tenant_id and people.user_id is not distinct from telling.user_id
      and people.channel = telling.channel
    where telling.state = 'waiting'
    order by telling.event_id, telling.id
    limit ${MOST_WAITING}`.execute(db);
  return rows.map((row) => waitingRow.parse(row));
}

interface Group {
  readonly first: Row;
  readonly lastTold: Date | null;
  readonly entries: [Waiting, ...Waiting[]];
}

/** By tenant, person and channel; each news by itself for webhooks. */
function grouped(rows: readonly Row[], alerts: ReadonlyMap<string, AlertInWords>): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const alert = alerts.get(row.alert_id);
    if (alert === undefined) {
      continue;
    }
    const entry = entryOf(row, alert);
    const key = jsonText([alert.row.tenant_id, row.channel, row.user_id ?? row.id]);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { first: row, lastTold: row.last_told, entries: [entry] });
    } else {
      group.entries.push(entry);
    }
  }
  return [...groups.values()];
}

function entryOf(row: Row, { row: alert, circumstances }: AlertInWords): Waiting {
  return {
    id: row.id,
    eventId: row.event_id,
    alertId: row.alert_id,
    kind: row.kind,
    heldBecause: row.held_because,
    severity: alert.severity,
    over: alert.resolved_at !== null,
    toldBefore: row.told_before,
    hold: circumstances.hold,
  };
}

function addressed(
  { tenant_id, user_id, channel }: Row,
  { lines, told }: Settlement,
  alerts: ReadonlyMap<string, AlertInWords>,
): Addressed {
  return {
    tenantId: tenant_id,
    userId: user_id,
    channel,
    eventId: told[0]?.eventId ?? '',
    lines: lines.flatMap(({ alertId, kind }) => {
      const alert = alerts.get(alertId);
      return alert === undefined ? [] : [{ kind, alert }];
    }),
  };
}

interface Change {
  readonly id: string;
  readonly state: 'waiting' | 'told' | 'dropped' | 'unreached';
  readonly due: Date | null;
  readonly because: string | null;
  readonly with: string | null;
}

function changesOf({ told, dropped, held }: Settlement, unreached: boolean): Change[] {
  const done = { due: null, because: null, with: null };
  return [
    ...told.map(({ id }) =>
      unreached
        ? { ...done, id, state: 'unreached' as const }
        : { ...done, id, state: 'told' as const, with: told[0]?.eventId ?? null },
    ),
    ...dropped.map(({ id }) => ({ ...done, id, state: 'dropped' as const })),
    ...held.map(({ row: { id }, because, until }) => ({
      id,
      state: 'waiting' as const,
      due: until,
      because,
      with: null,
    })),
  ];
}

async function note(db: Kysely<Schema>, changes: readonly Change[], now: Date): Promise<void> {
  await sql`
    update alert_tellings as telling
    set state = change.state, due_at = coalesce(change.due, due_at),
      held_because = coalesce(change.because, held_because),
      told_at = case change.state when 'told' then ${now}::timestamptz end, told_with = change."with"
    from jsonb_to_recordset(${jsonText(changes)}::jsonb)
      as change(id bigint, state text, due timestamptz, because text, "with" bigint)
    where telling.id = change.id`.execute(db);
}
