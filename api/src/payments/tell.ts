import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { OPERATORS_TENANT, rolesWith } from '../identity/permissions.ts';
import { sendMail } from '../notifications/mail.ts';
import { notifyPermitted } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { type Locale, tenantRow } from '../tenants/tenant.ts';
import type { HeldPayment } from './held-payment.ts';

/** More people than pay a tenant's invoices. */
const MOST_RECIPIENTS = 50;

/** What is confirmed to those who pay. */
export interface Confirmation {
  readonly tenantId: TenantId;
  /** Number of the invoice. */
  readonly invoice: string;
  readonly amount: Rupiah;
  /** What is still to be paid of the invoice. */
  readonly open: Rupiah;
  /** What was beyond what was owed, and is kept for what comes next. */
  readonly credit: Rupiah;
  readonly paidAt: Date;
}

/** Tells those who pay the tenant's invoices that money came: in the application and by mail. */
export async function confirmReceived(db: Kysely<Schema>, confirmation: Confirmation): Promise<void> {
  const { tenantId, invoice, paidAt } = confirmation;
  const values = {
    invoice,
    amount: confirmation.amount.toString(),
    open: confirmation.open.toString(),
    credit: confirmation.credit.toString(),
  };
  await notifyPermitted(db, 'billing:pay', { tenantId, kind: 'invoice-payment.received', values });
  for (const { email, name, locale } of await payers(db, tenantId)) {
    await sendMail(db, {
      tenantId,
      to: email,
      locale,
      template: 'payment-received',
      values: { ...values, name, paidAt: paidAt.toISOString() },
    });
  }
}

/** Everybody who pays the tenant's invoices, in the language that each reads. */
async function payers(
  db: Kysely<Schema>,
  tenantId: TenantId,
): Promise<{ email: string; name: string; locale: Locale }[]> {
  return db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .innerJoin('tenants', 'tenants.id', 'memberships.tenant_id')
    .where('memberships.tenant_id', '=', tenantId)
    .where('memberships.role', 'in', rolesWith('billing:pay'))
    .orderBy('users.id')
    .limit(MOST_RECIPIENTS)
    .select(['users.email', 'users.name', sql<Locale>`coalesce(users.locale, tenants.locale)`.as('locale')])
    .execute();
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
