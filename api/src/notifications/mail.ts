/*
 * Mail that a transaction sends.
 *
 * What always holds: a mail is in the outbox when its transaction is committed, and only then; who sends it is a job of
 * the same transaction. What is in the outbox may hold tokens, so nobody but the worker and the machine's own operator
 * (`npm run tenant -- outbox`) reads it, and its values are wiped once it is sent.
 */
import type { TenantId } from '@riwayat/collector';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { LIMITS } from '../channels/channel.ts';
import { deliverBy } from '../channels/task.ts';
import { addJob } from '../jobs/task.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import type { Locale } from '../tenants/tenant.ts';
import { MAIL_TEMPLATES, type MailTemplate, type MailValues } from './mail-templates.ts';

const { attempts: MAIL_ATTEMPTS } = LIMITS.mail;
const DELIVER_MAIL = deliverBy('mail');

export interface Mail<Template extends MailTemplate> {
  /** In whose name and time zone it is written. */
  readonly tenantId: TenantId;
  /** One e-mail address. */
  readonly to: string;
  readonly locale: Locale;
  readonly template: Template;
  /** What the template's text needs. */
  readonly values: MailValues[Template];
}

/**
 * Sends a mail, soon after the transaction is committed.
 *
 * @param db the transaction that the mail belongs to
 * @throws {z.ZodError} when the values are not the template's
 */
export async function sendMail<Template extends MailTemplate>(
  db: Kysely<Schema>,
  { tenantId, to, locale, template, values }: Mail<Template>,
): Promise<void> {
  const { id } = await db
    .insertInto('outbox')
    .values({
      tenant_id: tenantId,
      channel: 'mail',
      recipient: to,
      locale,
      template,
      values: jsonText(MAIL_TEMPLATES[template].values.parse(values)),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await addJob(db, DELIVER_MAIL, { tenantId, outboxId: id }, { maxAttempts: MAIL_ATTEMPTS });
}

/**
 * Sends a mail to each whom a query selects, in one statement however many there are.
 *
 * @param db the transaction that the mails belong to
 * @param recipients a `select` of `tenant_id`, `recipient` (an e-mail address), `locale` and `values`, which are the
 *   template's: Postgres makes them, so only delivery finds that they are not
 */
export async function sendMails(
  db: Kysely<Schema>,
  template: MailTemplate,
  recipients: RawBuilder<unknown>,
): Promise<void> {
  await sql`
    with mails as (
      insert into outbox (tenant_id, channel, recipient, locale, template, values)
      select tenant_id, 'mail', recipient, locale, ${template}, values
      from (${recipients}) as mail (tenant_id, recipient, locale, values)
      returning id, tenant_id)
    select graphile_worker.add_job(${DELIVER_MAIL.name}::text,
      payload := json_build_object('tenantId', tenant_id, 'outboxId', id::text),
      max_attempts := ${MAIL_ATTEMPTS}::int)
    from mails`.execute(db);
}
