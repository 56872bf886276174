import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { type Permission, type Role, rolesWith } from '../identity/permissions.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';

/** An invoice, and what is to be paid of it: whole rupiah. Days are the tenant's. */
export interface InvoiceValues {
  readonly invoice: string;
  readonly number: string;
  /** `YYYY-MM`. */
  readonly period: string;
  readonly open: string;
  readonly graceUntil: string;
  readonly suspendOn: string;
}

/** An alert, in both languages. */
export interface AlertValues {
  readonly alert: string;
  readonly severity: string;
  /** Whose alert it is. */
  readonly tenant: string;
  readonly nameEn: string;
  readonly nameId: string;
  readonly saysEn: string;
  readonly saysId: string;
  /** Off in quiet hours and while the alert is silent. */
  readonly sound: 'on' | 'off';
}

/** What people are told of, and the values that its text needs. */
export interface NotificationValues {
  'alert.fired': AlertValues;
  'alert.repeated': AlertValues;
  'alert.escalated': AlertValues;
  'alert.resolved': AlertValues;
  'booking.requested': { booking: string; course: string; learner: string; startsAt: string };
  'booking.confirmed': { booking: string; course: string; learner: string; startsAt: string };
  'booking.expired': { booking: string; course: string };
  'booking.cancelled': { booking: string; course: string; reason: string };
  'payment.received': { booking: string; course: string; learner: string };
  'payment.verified': { booking: string; course: string; startsAt: string };
  'payment.rejected': { booking: string; course: string; reason: string };
  /** Amounts are whole rupiah, as text; invoices are named by their numbers. */
  'invoice-payment.received': { invoice: string; amount: string; open: string; credit: string };
  'invoice-payment.rejected': { invoice: string; amount: string; reason: string };
  'invoice-payment.debit-failed': { invoice: string; amount: string };
  'invoice-payment.proof-uploaded': { tenant: string; invoice: string; amount: string };
  'session.started': { booking: string; course: string };
  'session.finished': { booking: string; course: string };
  'review.received': { booking: string; course: string; rating: number };
  'material.published': { material: string; title: string };
  'invoice.issued': InvoiceValues;
  'invoice.due-soon': InvoiceValues;
  'invoice.late': InvoiceValues;
  'invoice.suspended': InvoiceValues;
  /** `note` is the id of the credit note, `number` its number; `credit` what had been paid of what it takes back. */
  'invoice.credited': {
    note: string;
    number: string;
    invoice: string;
    amount: string;
    open: string;
    credit: string;
  };
  'suspension.lifted': { liftedAt: string };
  'plan-change.requested': { tenant: string; planId: string; planEn: string; from: string };
  'plan-change.withdrawn': { tenant: string; planId: string; planEn: string };
  'plan-change.in-review': { planId: string; planEn: string };
  'plan-change.approved': { planId: string; planEn: string; from: string };
  'plan-change.rejected': { planId: string; planEn: string; reason: string };
  'plan-change.revoked': { planId: string; planEn: string; reason: string };
  'plan-change.effective': { planId: string; planEn: string };
  'data-export.ready': { export: string };
  'data-export.failed': { export: string };
  'account.locked': { until: string };
  'account.new-device': { device: string };
  'webhook.disabled': { webhook: string; host: string };
}

export type NotificationKind = keyof NotificationValues;

export interface Notification<Kind extends NotificationKind> {
  readonly tenantId: TenantId;
  /** Who is told. */
  readonly userId: string;
  readonly kind: Kind;
  readonly values: NotificationValues[Kind];
}

/**
 * Tells a person something. In the transaction that makes it true: either both happen or neither.
 *
 * @param db the transaction
 */
export async function notify<Kind extends NotificationKind>(
  db: Kysely<Schema>,
  { tenantId, userId, kind, values }: Notification<Kind>,
): Promise<void> {
  await db
    .insertInto('notifications')
    .values({ tenant_id: tenantId, user_id: userId, kind, values: jsonText(values) })
    .execute();
}

/**
 * Tells many people something, each their own, in one statement. In the transaction that makes it true.
 *
 * @param db the transaction
 */
export async function notifyAll<Kind extends NotificationKind>(
  db: Kysely<Schema>,
  notifications: readonly Notification<Kind>[],
): Promise<void> {
  const told = notifications.map(({ tenantId, userId, kind, values }) => ({
    tenantId,
    userId,
    kind,
    values,
  }));
  await sql`
    insert into notifications (tenant_id, user_id, kind, values)
    select "tenantId", "userId", kind, values
    from jsonb_to_recordset(${jsonText(told)}::jsonb) as told("tenantId" text, "userId" text, kind text, values jsonb)`.execute(
    db,
  );
}

/**
 * Tells every learner of a tenant something. In the transaction that makes it true.
 *
 * @param db the transaction
 * @returns how many were told
 */
export function notifyMembers<Kind extends NotificationKind>(
  db: Kysely<Schema>,
  notification: Omit<Notification<Kind>, 'userId'>,
): Promise<number> {
  return notifyRoles(db, ['member'], [notification]);
}

/**
 * Tells everybody of a tenant who has a permission. In the transaction that makes it true.
 *
 * @param db the transaction
 * @returns how many were told
 */
export function notifyPermitted<Kind extends NotificationKind>(
  db: Kysely<Schema>,
  permission: Permission,
  notification: Omit<Notification<Kind>, 'userId'>,
): Promise<number> {
  return notifyRoles(db, rolesWith(permission), [notification]);
}

/**
 * Tells everybody who has a permission in their tenant, of many tenants. In the transaction that makes it true.
 *
 * @param db the transaction
 * @returns how many were told
 */
export function notifyEach<Kind extends NotificationKind>(
  db: Kysely<Schema>,
  permission: Permission,
  notifications: readonly Omit<Notification<Kind>, 'userId'>[],
): Promise<number> {
  return notifyRoles(db, rolesWith(permission), notifications);
}

/** In one statement, however many they are. */
async function notifyRoles<Kind extends NotificationKind>(
  db: Kysely<Schema>,
  roles: readonly Role[],
  notifications: readonly Omit<Notification<Kind>, 'userId'>[],
): Promise<number> {
  const rows = notifications.map(({ tenantId, kind, values }) => ({ tenant_id: tenantId, kind, values }));
  const { numAffectedRows = 0n } = await sql`
    insert into notifications (tenant_id, user_id, kind, values)
    select memberships.tenant_id, memberships.user_id, news.kind, news.values
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as news(tenant_id text, kind text, "values" jsonb)
    join memberships on memberships.tenant_id = news.tenant_id and memberships.role = any(${[...roles]}::text[])`.execute(
    db,
  );
  return Number(numAffectedRows);
}
