import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { OPERATORS_TENANT, rolesWith } from '../identity/permissions.ts';
import { sendMails } from '../notifications/mail.ts';
import type { MailValues } from '../notifications/mail-templates.ts';
import { notifyPermitted } from '../notifications/notify.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import { tenantRow } from '../tenants/tenant.ts';
import type { HeldPayment } from './held-payment.ts';

/** What is confirmed to those who pay. */
export interface Confirmation {
  readonly tenantId: TenantId;
  /** The payment whose receipt the mail brings; null for money that came beside the one payment it was told for. */
  readonly payment: string | null;
  /** Number of the invoice. */
  readonly invoice: string;
  readonly amount: Rupiah;
  /** What is still to be paid of the invoice. */
  readonly open: Rupiah;
  /** What was beyond what was owed, and is kept for what comes next. */
  readonly credit: Rupiah;
  readonly paidAt: Date;
}

/** Tells those who pay the tenant's invoices that money came: in the application, and by mail with the receipt. */
export async function confirmReceived(db: Kysely<Schema>, confirmation: Confirmation): Promise<void> {
  const { tenantId, payment, invoice, paidAt } = confirmation;
  const values = {
    invoice,
    amount: confirmation.amount.toString(),
    open: confirmation.open.toString(),
    credit: confirmation.credit.toString(),
  };
  await notifyPermitted(db, 'billing:pay', { tenantId, kind: 'invoice-payment.received', values });
  const told: Omit<MailValues['payment-received'], 'name'> = {
    ...values,
    payment,
    paidAt: paidAt.toISOString(),
  };
  await sendMails(
    db,
    'payment-received',
    sql`
      select memberships.tenant_id, users.email, coalesce(users.locale, tenants.locale),
        jsonb_build_object('name', users.name) || ${jsonText(told)}::jsonb
      from memberships
      join users on users.id = memberships.user_id
      join tenants on tenants.id = memberships.tenant_id
      where memberships.tenant_id = ${tenantId}
        and memberships.role = any(${rolesWith('billing:pay')}::text[])`,
  );
}

/** Tells those who pay that the kept card was not debited. */
export async function tellDebitFailed(
  db: Kysely<Schema>,
  { tenantId, invoice, amount }: Pick<HeldPayment, 'tenantId' | 'invoice' | 'amount'>,
): Promise<void> {
  await notifyPermitted(db, 'billing:pay', {
    tenantId,
    kind: 'invoice-payment.debit-failed',
    values: { invoice: invoice.number, amount: amount.toString() },
  });
}

/** Tells those who pay that a proof was not accepted, and why. */
export async function tellRejected(
  db: Kysely<Schema>,
  { tenantId, invoice, amount }: Pick<HeldPayment, 'tenantId' | 'invoice' | 'amount'>,
  reason: string,
): Promise<void> {
  await notifyPermitted(db, 'billing:pay', {
    tenantId,
    kind: 'invoice-payment.rejected',
    values: { invoice: invoice.number, amount: amount.toString(), reason },
  });
}

/** Tells those who run the platform that a proof waits for them. */
export async function tellProofWaits(
  db: Kysely<Schema>,
  { tenantId, invoice }: Pick<HeldPayment, 'tenantId' | 'invoice'>,
  stated: Rupiah,
): Promise<void> {
  await notifyPermitted(db, 'platform:billing', {
    tenantId: tenantRow.shape.id.parse(OPERATORS_TENANT),
    kind: 'invoice-payment.proof-uploaded',
    values: { tenant: tenantId, invoice: invoice.number, amount: stated.toString() },
  });
}
