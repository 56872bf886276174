import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';

/** A plan of a contract from a day on. */
export interface NewTerm {
  readonly tenantId: TenantId;
  /** Key of a plan. */
  readonly plan: string;
  readonly from: string;
}

/**
 * Writes a plan into a contract. It takes the place of a term of the same day.
 *
 * @param db the transaction
 * @throws {ProblemError} `plan-change-refused` when the contract ends before the day
 */
export async function writeTerm(db: Kysely<Schema>, { tenantId, plan, from }: NewTerm): Promise<void> {
  const contract = await db
    .selectFrom('contracts')
    .where('tenant_id', '=', tenantId)
    .select('ended_on')
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (contract.ended_on !== null && contract.ended_on < from) {
    throw problem('plan-change-refused', {
      detail: `The contract ends on ${contract.ended_on}, before ${from}. Let the contract go on, or reject the change.`,
    });
  }
  await db
    .insertInto('contract_terms')
    .values({ tenant_id: tenantId, from_day: from, plan_key: plan, plan_version: null })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'from_day']).doUpdateSet({ plan_key: plan, plan_version: null }),
    )
    .execute();
}

/**
 * Takes a term out of a contract. A contract always has a first one: that gets back the plan that was there before.
 *
 * @param db the transaction
 * @param term `plan`: the one before
 */
export async function takeTermBack(db: Kysely<Schema>, { tenantId, plan, from }: NewTerm): Promise<void> {
  const before = await db
    .selectFrom('contract_terms')
    .where('tenant_id', '=', tenantId)
    .where('from_day', '<', from)
    .select('from_day')
    .limit(1)
    .executeTakeFirst();
  if (before === undefined) {
    await db
      .updateTable('contract_terms')
      .set({ plan_key: plan, plan_version: null })
      .where('tenant_id', '=', tenantId)
      .where('from_day', '=', from)
      .execute();
    return;
  }
  await db
    .deleteFrom('contract_terms')
    .where('tenant_id', '=', tenantId)
    .where('from_day', '=', from)
    .execute();
}
