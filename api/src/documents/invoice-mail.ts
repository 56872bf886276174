/*
 * Mails about invoices: what is issued, what is credited, and that a suspension is over.
 *
 * What always holds: they are in the outbox when the transaction that makes it true is committed, one for each
 * administrator and board member, and each of these happens once: so nobody has two.
 */
import type { TenantId } from '@riwayat/collector';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { TenantRole } from '../identity/permissions.ts';
import type { CreditNews } from '../invoices/reminders.ts';
import { sendMails } from '../notifications/mail.ts';
import type { MailTemplate, MailValues } from '../notifications/mail-templates.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';

const RECIPIENTS: readonly TenantRole[] = ['administrator', 'board'];

/**
 * Mails invoices to those who are to know of them, each in their language, in one statement however many there are.
 *
 * @param db the transaction that issues them
 */
export async function mailInvoices(db: Kysely<Schema>, ids: readonly string[]): Promise<void> {
  await mailRecipients(
    db,
    'invoice-issued',
    sql`
      select invoices.tenant_id,
        jsonb_build_object('invoice', invoices.id, 'number', invoices.number, 'month', invoices.period,
          'open', invoices.open::text, 'dueOn', invoices.due_on::text, 'graceUntil', invoices.grace_until::text)
      from invoices
      where invoices.id = any(${[...ids]}::text[]) and invoices.number is not null`,
  );
}

/**
 * Mails a credit note to the same people.
 *
 * @param db the transaction that issues it
 */
export async function mailCreditNote(
  db: Kysely<Schema>,
  { tenantId, note, number, invoice, amount, open, credit, reason }: CreditNews,
): Promise<void> {
  const values: Omit<MailValues['credit-note-issued'], 'name'> = {
    note,
    number,
    invoice,
    amount: amount.toString(),
    open: open.toString(),
    credit: credit.toString(),
    reason,
  };
  await mailRecipients(db, 'credit-note-issued', sql`select ${tenantId}::text, ${jsonText(values)}::jsonb`);
}

/**
 * Mails to the same people of tenants that these are no longer suspended.
 *
 * @param db the transaction that lifts it
 */
export async function mailLifted(
  db: Kysely<Schema>,
  tenantIds: readonly TenantId[],
  liftedAt: Date,
): Promise<void> {
  const values: Omit<MailValues['suspension-lifted'], 'name'> = { liftedAt: liftedAt.toISOString() };
  await mailRecipients(
    db,
    'suspension-lifted',
    sql`select tenant, ${jsonText(values)}::jsonb from unnest(${[...tenantIds]}::text[]) as lifted (tenant)`,
  );
}

/** @param news a `select` of `tenant_id`, and of the template's values but the reader's name */
async function mailRecipients(
  db: Kysely<Schema>,
  template: MailTemplate,
  news: RawBuilder<unknown>,
): Promise<void> {
  await sendMails(
    db,
    template,
    sql`
      select tenants.id, users.email, coalesce(users.locale, tenants.locale),
        news.values || jsonb_build_object('name', users.name)
      from (${news}) as news (tenant_id, values)
      join tenants on tenants.id = news.tenant_id
      join memberships on memberships.tenant_id = tenants.id
        and memberships.role = any(${[...RECIPIENTS]}::text[])
      join users on users.id = memberships.user_id`,
  );
}
