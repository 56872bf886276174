import { monthAt, monthsLater } from '@riwayat/billing';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/** How many months that are billed are metered again, for what came late. */
export const MONTHS_CORRECTED = 3;

/** A month that a tenant has no invoice of, or only a draft. */
export interface DueMonth {
  readonly tenantId: string;
  /** `YYYY-MM`. */
  readonly period: string;
}

/**
 * The first month of each tenant that is over and has no invoice: from the start of the contract on; beyond its end for
 * as long as something may come late. A month whose invoice was made void has had one.
 */
export async function firstDueMonths(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
  now: Date,
): Promise<DueMonth[]> {
  const rows = await db
    .selectFrom('contracts')
    .innerJoin('tenants', 'tenants.id', 'contracts.tenant_id')
    .where('contracts.tenant_id', 'in', [...tenantIds])
    .orderBy('contracts.tenant_id')
    .select((query) => [
      'contracts.tenant_id',
      'contracts.started_on',
      'contracts.ended_on',
      'tenants.timezone',
      query
        .selectFrom('invoices')
        .whereRef('invoices.tenant_id', '=', 'contracts.tenant_id')
        .where('invoices.kind', '=', 'monthly')
        .where('invoices.state', '<>', 'draft')
        .select(sql<string[]>`coalesce(array_agg(invoices.period), '{}')`.as('periods'))
        .as('billed'),
    ])
    .execute();
  return rows.flatMap(({ tenant_id, started_on, ended_on, timezone, billed }) => {
    const known = new Set(billed);
    const current = monthAt(now, timezone);
    const end = ended_on === null ? current : monthsLater(monthOf(ended_on), MONTHS_CORRECTED + 1);
    for (let month = monthOf(started_on); month < current && month < end; month = monthsLater(month, 1)) {
      if (!known.has(month)) {
        return [{ tenantId: tenant_id, period: month }];
      }
    }
    return [];
  });
}

function monthOf(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}
