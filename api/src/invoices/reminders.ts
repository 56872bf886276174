import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { notifyEach, notifyPermitted } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';

/** What the people of a tenant are told about an invoice. */
export interface InvoiceNews {
  readonly event: 'issued' | 'due-soon' | 'late' | 'suspended';
  readonly tenantId: string;
  readonly id: string;
  readonly number: string;
  readonly period: string;
  /** What is to be paid, whole rupiah. */
  readonly open: bigint;
  readonly graceUntil: string;
  readonly suspendOn: string;
}

/**
 * Tells those who may see the bills of their tenants, in one statement.
 *
 * @param db the transaction that makes it true
 */
export async function tellOf(db: Kysely<Schema>, news: readonly InvoiceNews[]): Promise<void> {
  await notifyEach(
    db,
    'billing:read',
    news.flatMap(({ event, tenantId, id, number, period, open, graceUntil, suspendOn }) =>
      isTenantId(tenantId)
        ? [
            {
              tenantId,
              kind: `invoice.${event}` as const,
              values: { invoice: id, number, period, open: open.toString(), graceUntil, suspendOn },
            },
          ]
        : [],
    ),
  );
}

/** A credit note, and what has become of its invoice. Amounts are whole rupiah. */
export interface CreditNews {
  readonly tenantId: TenantId;
  /** Id of the credit note. */
  readonly note: string;
  /** Its number. */
  readonly number: string;
  /** Number of the invoice. */
  readonly invoice: string;
  /** What it takes back. */
  readonly amount: Rupiah;
  /** What has still not been paid of the invoice. */
  readonly open: Rupiah;
  /** What of the amount had been paid, and is credit balance now. */
  readonly credit: Rupiah;
  readonly reason: string;
}

/** Tells the same people of a credit note. */
export async function tellCredited(
  db: Kysely<Schema>,
  { tenantId, note, number, invoice, amount, open, credit }: CreditNews,
): Promise<void> {
  await notifyPermitted(db, 'billing:read', {
    tenantId,
    kind: 'invoice.credited',
    values: {
      note,
      number,
      invoice,
      amount: amount.toString(),
      open: open.toString(),
      credit: credit.toString(),
    },
  });
}

/** Tells the same people of tenants that are no longer suspended. */
export async function tellLifted(
  db: Kysely<Schema>,
  tenantIds: readonly TenantId[],
  liftedAt: Date,
): Promise<void> {
  await notifyEach(
    db,
    'billing:read',
    tenantIds.map((tenantId) => ({
      tenantId,
      kind: 'suspension.lifted' as const,
      values: { liftedAt: liftedAt.toISOString() },
    })),
  );
}
