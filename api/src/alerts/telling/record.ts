import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { AlertNews } from '../news.ts';
import { addresseesOf } from './addressees.ts';
import type { TellingChannel } from './channels.ts';

interface Telling {
  readonly event: string;
  readonly alert: string;
  readonly tenant: string;
  readonly person: string | null;
  readonly channel: TellingChannel;
  readonly kind: AlertNews['kind'];
}

/** Somebody who sees a news in the application. */
export interface Insider {
  readonly eventId: string;
  readonly tenantId: string;
  readonly userId: string;
}

const added = z.object({
  event_id: z.string(),
  tenant_id: z.string(),
  user_id: z.string().nullable(),
  channel: z.string(),
});

/**
 * Writes down who is to be told of some news, and by what: those whom routes lead to; that it is over, whoever was told,
 * or is about to be, that it had fired. What was written down before stays as it is.
 *
 * @param db the transaction
 * @returns who is new to each news in the application, where things show at once
 */
export async function recordTellings(
  db: Kysely<Schema>,
  news: readonly AlertNews[],
  now: Date,
): Promise<Insider[]> {
  const lasting = news.filter(({ kind }) => kind !== 'resolved');
  const over = news.filter(({ kind }) => kind === 'resolved');
  const rows = [...(await tellingsOf(db, lasting, now)), ...(await tellingsOfResolved(db, over, now))].map(
    (row) => added.parse(row),
  );
  return rows.flatMap(({ event_id: eventId, tenant_id: tenantId, user_id: userId, channel }) =>
    channel === 'in_app' && userId !== null ? { eventId, tenantId, userId } : [],
  );
}

async function tellingsOf(db: Kysely<Schema>, news: readonly AlertNews[], now: Date): Promise<unknown[]> {
  if (news.length === 0) {
    return [];
  }
  const byEvent = new Map(news.map((item) => [item.eventId, item]));
  const people = (await addresseesOf(db, news)).flatMap(({ eventId, tenantId, userId, channels }) => {
    const item = byEvent.get(eventId);
    return item === undefined
      ? []
      : (['in_app', ...channels] as const).map((channel) => telling(item, tenantId, userId, channel));
  });
  const applications = news.map((item) => telling(item, item.alert.tenantId, null, 'webhook'));
  const { rows } = await sql`
    insert into alert_tellings (event_id, alert_id, tenant_id, user_id, channel, kind, due_at, state, told_at)
    select event, alert, tenant, person, channel, kind, ${now}::timestamptz,
      case channel when 'in_app' then 'told' else 'waiting' end,
      case channel when 'in_app' then ${now}::timestamptz end
    from jsonb_to_recordset(${jsonText([...people, ...applications])}::jsonb)
      as telling(event bigint, alert text, tenant text, person text, channel text, kind text)
    on conflict do nothing
    returning event_id, tenant_id, user_id, channel`.execute(db);
  return rows;
}

async function tellingsOfResolved(
  db: Kysely<Schema>,
  news: readonly AlertNews[],
  now: Date,
): Promise<unknown[]> {
  if (news.length === 0) {
    return [];
  }
  const over = news.map(({ eventId, alert }) => ({ event: eventId, alert: alert.id }));
  const { rows } = await sql`
    insert into alert_tellings (event_id, alert_id, tenant_id, user_id, channel, kind, due_at, state, told_at)
    select distinct resolved.event, told.alert_id, told.tenant_id, told.user_id, told.channel, 'resolved',
      ${now}::timestamptz,
      case told.channel when 'in_app' then 'told' else 'waiting' end,
      case told.channel when 'in_app' then ${now}::timestamptz end
    from jsonb_to_recordset(${jsonText(over)}::jsonb) as resolved(event bigint, alert text)
    join alert_tellings as told on told.alert_id = resolved.alert and told.state in ('told', 'waiting')
    on conflict do nothing
    returning event_id, tenant_id, user_id, channel`.execute(db);
  return rows;
}

function telling(
  { eventId, kind, alert }: AlertNews,
  tenantId: string,
  userId: string | null,
  channel: TellingChannel,
): Telling {
  return { event: eventId, alert: alert.id, tenant: tenantId, person: userId, channel, kind };
}
