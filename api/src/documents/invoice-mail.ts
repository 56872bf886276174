/*
 * Mails that bring an invoice.
 *
 * What always holds: they are in the outbox when the transaction that issues the invoice is committed, one for each
 * administrator and board member, and an invoice is issued once: so nobody has two. The PDF is written when the mail is
 * sent, and kept nowhere.
 */
import { type Kysely, sql } from 'kysely';
import type { TenantRole } from '../identity/permissions.ts';
import { DELIVER_MAIL, MAIL_ATTEMPTS } from '../notifications/mail.ts';
import { MAIL_TEMPLATES, type MailTemplate } from '../notifications/mail-templates.ts';
import type { MailAttachment } from '../notifications/mailer.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId, type Locale } from '../tenants/tenant.ts';
import type { InvoiceDocument, PaymentMeans, Seller } from './invoice-document.ts';
import { invoicePdf } from './pdf/invoice-pdf.ts';
import { readInvoice } from './read-invoice.ts';

const TEMPLATE = 'invoice-issued' satisfies MailTemplate;
const RECIPIENTS: readonly TenantRole[] = ['administrator', 'board'];

/**
 * Mails invoices to those who are to know of them, each in their language, in one statement however many there are.
 *
 * @param db the transaction that issues them
 */
export async function mailInvoices(db: Kysely<Schema>, ids: readonly string[]): Promise<void> {
  await sql`
    with mails as (
      insert into outbox (tenant_id, channel, recipient, locale, template, values)
      select invoices.tenant_id, 'mail', users.email, coalesce(users.locale, tenants.locale), ${TEMPLATE},
        jsonb_build_object('name', users.name, 'invoice', invoices.id, 'number', invoices.number,
          'month', invoices.period, 'open', invoices.open::text, 'dueOn', invoices.due_on::text,
          'graceUntil', invoices.grace_until::text)
      from invoices
      join tenants on tenants.id = invoices.tenant_id
      join memberships on memberships.tenant_id = invoices.tenant_id
        and memberships.role = any(${[...RECIPIENTS]}::text[])
      join users on users.id = memberships.user_id
      where invoices.id = any(${[...ids]}::text[]) and invoices.number is not null
      returning id, tenant_id)
    select graphile_worker.add_job(${DELIVER_MAIL.name}::text,
      payload := json_build_object('tenantId', tenant_id, 'outboxId', id::text),
      max_attempts := ${MAIL_ATTEMPTS}::int)
    from mails`.execute(db);
}

export interface InvoiceAttachments {
  readonly database: Database;
  readonly seller: Seller;
  readonly means: (invoice: InvoiceDocument) => PaymentMeans;
}

/** What is attached to a mail: the invoice as it is now, to one that brings an invoice. */
export async function invoiceAttachments(
  { database, seller, means }: InvoiceAttachments,
  mail: {
    readonly template: MailTemplate;
    readonly values: unknown;
    readonly tenantId: string;
    readonly locale: Locale;
  },
): Promise<MailAttachment[]> {
  if (mail.template !== TEMPLATE || !isTenantId(mail.tenantId)) {
    return [];
  }
  const { invoice: id } = MAIL_TEMPLATES[TEMPLATE].values.parse(mail.values);
  const invoice = await readInvoice(database.db, mail.tenantId, id);
  if (invoice === undefined) {
    throw new Error(`The invoice ${id} that a mail brings is not there.`);
  }
  const { locale } = mail;
  const content = await invoicePdf(invoice, { seller, means: means(invoice), locale });
  return [{ fileName: `${invoice.number}.pdf`, type: 'application/pdf', content }];
}
