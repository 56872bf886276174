/*
 * Mails that bring an invoice.
 *
 * What always holds: they are in the outbox when the transaction that issues the invoice is committed, one for each
 * administrator and board member, and an invoice is issued once: so nobody has two.
 */
import { type Kysely, sql } from 'kysely';
import type { TenantRole } from '../identity/permissions.ts';
import { sendMails } from '../notifications/mail.ts';
import type { Schema } from '../postgres/schema.ts';

const RECIPIENTS: readonly TenantRole[] = ['administrator', 'board'];

/**
 * Mails invoices to those who are to know of them, each in their language, in one statement however many there are.
 *
 * @param db the transaction that issues them
 */
export async function mailInvoices(db: Kysely<Schema>, ids: readonly string[]): Promise<void> {
  await sendMails(
    db,
    'invoice-issued',
    sql`
      select invoices.tenant_id, users.email, coalesce(users.locale, tenants.locale),
        jsonb_build_object('name', users.name, 'invoice', invoices.id, 'number', invoices.number,
          'month', invoices.period, 'open', invoices.open::text, 'dueOn', invoices.due_on::text,
          'graceUntil', invoices.grace_until::text)
      from invoices
      join tenants on tenants.id = invoices.tenant_id
      join memberships on memberships.tenant_id = invoices.tenant_id
        and memberships.role = any(${[...RECIPIENTS]}::text[])
      join users on users.id = memberships.user_id
      where invoices.id = any(${[...ids]}::text[]) and invoices.number is not null`,
  );
}
