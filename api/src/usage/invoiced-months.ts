import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/** What was invoiced for each month, less what was credited since: by month, `YYYY-MM`. */
export async function invoicedMonths(
  db: Kysely<Schema>,
  tenantId: TenantId,
): Promise<ReadonlyMap<string, Rupiah>> {
  const rows = await db
    .selectFrom('invoices')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'monthly')
    .where('state', 'not in', ['draft', 'void'])
    .select(['period', 'total', 'credited'])
    .execute();
  return new Map(rows.map(({ period, total, credited }) => [period, BigInt(total ?? 0) - BigInt(credited)]));
}
