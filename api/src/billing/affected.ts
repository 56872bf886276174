import type { Plan } from '@riwayat/billing';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/**
 * How many tenants a version of a plan is the price of: those whose contracts have the plan on the version's first day or
 * begin to have it later, and hold to no version.
 */
export async function affectedBy(
  db: Kysely<Schema>,
  { key, effectiveFrom }: Pick<Plan, 'key' | 'effectiveFrom'>,
): Promise<number> {
  const { rows } = await sql<{ tenants: number }>`
    select count(distinct contracts.tenant_id)::int as tenants
    from contracts
    join contract_terms as terms on terms.tenant_id = contracts.tenant_id
    where terms.plan_key = ${key} and terms.plan_version is null
      and (contracts.ended_on is null or contracts.ended_on >= greatest(${effectiveFrom}::date, terms.from_day))
      and not exists (
        select from contract_terms as next
        where next.tenant_id = terms.tenant_id and next.from_day > terms.from_day
          and next.from_day <= ${effectiveFrom}::date
      )`.execute(db);
  return rows[0]?.tenants ?? 0;
}
