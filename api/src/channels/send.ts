/*
 * What goes out to people and to applications, whatever the channel.
 *
 * What always holds: a message is in the outbox when its transaction is committed, and only then; who sends it is a job
 * of the same transaction. Under one key, one recipient gets one message by one channel, however often it is handed on.
 * Whom it goes to is looked up here: a person who is not of the tenant, a telephone number that nobody has verified and
 * an endpoint that is disabled get nothing.
 */
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { MAIL_TEMPLATES, type MailTemplate, type MailValues } from '../notifications/mail-templates.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import { CHANNELS, type Channel, LIMITS } from './channel.ts';
import { NOTICE, NOTICE_LIFETIME_SECONDS, type NoticeTexts, noticeIn } from './notice.ts';
import { taskName } from './task.ts';
import type { EventType, TEST_EVENT } from './webhooks/event-types.ts';

const SECOND_MS = 1_000;
/** An application that was away for so long asks for what it missed by the API. */
const EVENT_LIFETIME_MS = 3 * 24 * 60 * 60 * SECOND_MS;

interface Addressed {
  /** In whose name it is sent. */
  readonly tenantId: TenantId;
  /** What makes it one: the same key, channel and recipient twice are one message. */
  readonly dedupeKey: string;
}

interface MailMessage<Template extends MailTemplate> extends Addressed {
  readonly channel: 'mail';
  readonly userId: string;
  readonly template: Template;
  readonly values: MailValues[Template];
}

/** To every device that the person subscribed, or to their verified telephone number. */
interface NoticeMessage extends Addressed {
  readonly channel: 'push' | 'whatsapp' | 'sms';
  readonly userId: string;
  readonly notice: NoticeTexts;
}

/** To every endpoint of the tenant that wants events of the type, or to the one named. */
interface WebhookMessage extends Addressed {
  readonly channel: 'webhook';
  readonly event: EventType | typeof TEST_EVENT;
  readonly endpointId?: string;
  /** A JSON object; what the endpoint gets as `data`. */
  readonly data: Readonly<Record<string, unknown>>;
}

export type Message =
  | { [Template in MailTemplate]: MailMessage<Template> }[MailTemplate]
  | NoticeMessage
  | WebhookMessage;

/** What {@link send} makes of a message for Postgres. */
interface Wanted {
  readonly n: number;
  readonly channel: Channel;
  readonly tenant: string;
  readonly person: string | null;
  readonly endpoint: string | null;
  readonly template: string;
  readonly key: string;
  /** By locale. */
  readonly subject: { readonly id: string; readonly en: string } | null;
  readonly values: { readonly id: unknown; readonly en: unknown };
  readonly expires: string | null;
}

/**
 * Sends messages, soon after the transaction is committed; in one statement, however many they are.
 *
 * @param db the transaction that the messages belong to
 * @returns the messages that nobody could be found for: no such person in the tenant, no device, no verified number, no
 *   endpoint. One that was sent before under the same key is not among them
 * @throws {z.ZodError} when the values are not the template's
 */
export async function send<M extends Message>(
  db: Kysely<Schema>,
  messages: readonly M[],
  now: Date = new Date(),
): Promise<M[]> {
  if (messages.length === 0) {
    return [];
  }
  const wanted = messages.map((message, n) => wantedOf(message, n, now));
  const { rows } = await sql<{ n: number }>`
    with wanted as (
      select * from jsonb_to_recordset(${jsonText(wanted)}::jsonb) as wanted(n int, channel text, tenant text,
        person text, endpoint text, template text, key text, subject jsonb, "values" jsonb, expires timestamptz)
    ), people as (
      select wanted.*, users.email, coalesce(users.locale, tenants.locale) as locale
      from wanted
      join memberships on memberships.tenant_id = wanted.tenant and memberships.user_id = wanted.person
      join users on users.id = wanted.person
      join tenants on tenants.id = wanted.tenant
    ), addressed as (
      select people.*, email as recipient from people where channel = 'mail'
      union all
      select people.*, push_subscriptions.id from people
      join push_subscriptions on push_subscriptions.user_id = people.person
      where channel = 'push'
      union all
      select people.*, phones.number from people
      join phones on phones.user_id = people.person and phones.verified_at is not null
      where channel in ('whatsapp', 'sms')
      union all
      select wanted.*, '', tenants.locale, webhooks.id from wanted
      join tenants on tenants.id = wanted.tenant
      join webhooks on webhooks.tenant_id = wanted.tenant and case
        when endpoint is null then webhooks.enabled and wanted.template = any(webhooks.event_types)
        else webhooks.id = endpoint
      end
      where channel = 'webhook'
    ), stored as (
      insert into outbox (tenant_id, channel, recipient, user_id, locale, template, subject, values, dedupe_key,
        expires_at)
      select tenant, channel, recipient, person, locale, template, subject->>locale, "values"->locale, key, expires
      from addressed
      on conflict (dedupe_key, channel, recipient) where dedupe_key is not null do nothing
      returning id, tenant_id, channel, recipient
    ), jobs as (
      select graphile_worker.add_job(
        tasks->stored.channel->>'name',
        payload := json_build_object('tenantId', tenant_id, 'outboxId', id::text),
        -- An endpoint that is slow keeps one worker waiting, not all of them.
        queue_name := case when channel = 'webhook' then 'webhook ' || recipient end,
        max_attempts := (tasks->stored.channel->>'attempts')::int)
      from stored, (select ${jsonText(TASKS)}::jsonb as tasks) as known
    )
    select distinct n, (select count(*) from jobs) as jobs from addressed`.execute(db);
  const reached = new Set(rows.map(({ n }) => n));
  return messages.filter((_message, n) => !reached.has(n));
}

const TASKS = Object.fromEntries(
  CHANNELS.map((channel) => [channel, { name: taskName(channel), attempts: LIMITS[channel].attempts }]),
);

function wantedOf(message: Message, n: number, now: Date): Wanted {
  const common = { n, channel: message.channel, tenant: message.tenantId, key: message.dedupeKey };
  switch (message.channel) {
    case 'mail': {
      const values = MAIL_TEMPLATES[message.template].values.parse(message.values);
      return {
        ...common,
        person: message.userId,
        endpoint: null,
        template: message.template,
        subject: null,
        values: { id: values, en: values },
        expires: null,
      };
    }
    case 'webhook': {
      const values = { data: z.record(z.string(), z.json()).parse(message.data), at: now.toISOString() };
      return {
        ...common,
        person: null,
        endpoint: message.endpointId ?? null,
        template: message.event,
        subject: null,
        values: { id: values, en: values },
        expires: new Date(now.getTime() + EVENT_LIFETIME_MS).toISOString(),
      };
    }
    default: {
      const values = { id: noticeIn('id', message.notice), en: noticeIn('en', message.notice) };
      const lifetimeMs = NOTICE_LIFETIME_SECONDS[message.notice.severity] * SECOND_MS;
      return {
        ...common,
        person: message.userId,
        endpoint: null,
        template: NOTICE,
        subject: { id: values.id.title, en: values.en.title },
        values,
        expires: new Date(now.getTime() + lifetimeMs).toISOString(),
      };
    }
  }
}
