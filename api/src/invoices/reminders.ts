import type { Kysely } from 'kysely';
import { notifyEach } from '../notifications/notify.ts';
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
