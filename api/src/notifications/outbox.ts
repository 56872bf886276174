import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../postgres/schema.ts';
import { LOCALES } from '../tenants/tenant.ts';
import { isMailTemplate, MAIL_TEMPLATES } from './mail-templates.ts';
import { mailText } from './mail-text.ts';

/** What is shown at once, newest last. */
const MOST_MAILS = 50;

/** A mail of the outbox, as the machine's operator sees it. Until it is sent, it may hold a token. */
export interface OutboxMail {
  readonly id: string;
  readonly tenantId: string;
  readonly to: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  /** Undefined once it is sent: what it said is wiped. */
  readonly written: { readonly subject: string; readonly text: string } | undefined;
}

/**
 * The newest mails of the outbox, oldest first.
 *
 * @param to only those to this address
 */
export async function outboxMails(db: Kysely<Schema>, to?: string): Promise<OutboxMail[]> {
  const rows = await db
    .selectFrom('outbox')
    .innerJoin('tenants', 'tenants.id', 'outbox.tenant_id')
    .where('channel', '=', 'mail')
    .$if(to !== undefined, (query) => query.where('recipient', '=', to ?? ''))
    .select([
      'outbox.id',
      'tenant_id',
      'recipient',
      'outbox.locale',
      'template',
      'values',
      'state',
      'attempts',
      'last_error',
      'outbox.created_at',
      'tenants.name as tenant',
      'tenants.timezone',
    ])
    .orderBy('outbox.id', 'desc')
    .limit(MOST_MAILS)
    .execute();
  return rows.reverse().map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    to: row.recipient,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at,
    written: row.state === 'sent' ? undefined : written(row),
  }));
}

interface WrittenFrom {
  readonly template: string;
  readonly values: unknown;
  readonly locale: string;
  readonly tenant: string;
  readonly timezone: string;
}

function written({ template, values, tenant, timezone, ...row }: WrittenFrom): OutboxMail['written'] {
  if (!isMailTemplate(template)) {
    return { subject: `(unknown template ${template})`, text: '' };
  }
  const locale = z.enum(LOCALES).parse(row.locale);
  return mailText(MAIL_TEMPLATES[template].letter(values, { tenant, timezone, locale }), locale);
}
