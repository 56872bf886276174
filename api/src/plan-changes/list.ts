import type { PriceList } from '@riwayat/billing';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { nameOf } from './effect.ts';
import { PLAN_CHANGE_STATES } from './plan-change-state.ts';
import type { ChangeScope } from './plan-changes.ts';

const planRef = z.object({ key: z.string(), name: z.object({ id: z.string(), en: z.string() }) });

export const planChangeBody = z
  .object({
    id: z.string(),
    tenant: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(PLAN_CHANGE_STATES),
    direction: z.enum(['upgrade', 'downgrade']),
    from_plan: planRef,
    to_plan: planRef,
    reason: z.string().describe('The tenant’s'),
    earliest_on: z.iso.date().describe('The first local day that was possible'),
    wanted_from: z.iso.date(),
    effective_from: z.iso.date().nullable().describe('Once approved'),
    requested_by: z.string().nullable().describe('User id'),
    requested_at: z.iso.datetime(),
    exported_at: z.iso
      .datetime()
      .nullable()
      .describe('When the copy of the data was there by which a downgrade was approved'),
    decision_reason: z.string().nullable().describe('Why it was rejected or revoked'),
    decided_at: z.iso.datetime().nullable(),
    effective_at: z.iso.datetime().nullable().describe('When it was noted that its day had come'),
  })
  .meta({ id: 'PlanChange' });

export const planChangePage = pageOf(planChangeBody).meta({ id: 'PlanChangePage' });

export const planChangeQuery = pageQuery.extend({ state: z.enum(PLAN_CHANGE_STATES).optional() });

export type PlanChangeBody = z.infer<typeof planChangeBody>;

/** A page of plan changes, the latest first. */
export async function listPlanChanges(
  db: Kysely<Schema>,
  prices: PriceList,
  scope: ChangeScope,
  { state, limit, cursor }: z.infer<typeof planChangeQuery>,
): Promise<z.infer<typeof planChangePage>> {
  const order = ordering(
    sql.ref('plan_changes.requested_at'),
    'timestamptz',
    sql.ref('plan_changes.id'),
    cursor,
  );
  const rows = await changesOf(db, scope)
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'requested'))
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('plan_changes.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, (row) => described(row, prices));
}

/** One plan change, or undefined when the scope has none of this id. */
export async function findPlanChange(
  db: Kysely<Schema>,
  prices: PriceList,
  scope: ChangeScope,
  id: string,
): Promise<PlanChangeBody | undefined> {
  const row = await changesOf(db, scope).where('plan_changes.id', '=', id).executeTakeFirst();
  return row && described(row, prices);
}

function changesOf(db: Kysely<Schema>, scope: ChangeScope) {
  return db
    .selectFrom('plan_changes')
    .innerJoin('tenants', 'tenants.id', 'plan_changes.tenant_id')
    .where(scope === 'all' ? sql<boolean>`true` : sql<boolean>`tenant_id = ${scope.tenantId}`)
    .select(['plan_changes.id', 'tenant_id', 'tenants.name as tenant_name', 'state', 'direction'])
    .select(['from_plan', 'to_plan', 'reason', 'earliest_on', 'wanted_from', 'effective_from'])
    .select(['requested_by', 'requested_at', 'exported_at', 'decision_reason', 'decided_at', 'effective_at']);
}

type Row = Awaited<ReturnType<ReturnType<typeof changesOf>['executeTakeFirstOrThrow']>>;

function described(row: Row, prices: PriceList): PlanChangeBody {
  return {
    id: row.id,
    tenant: { id: row.tenant_id, name: row.tenant_name },
    state: row.state,
    direction: row.direction,
    from_plan: { key: row.from_plan, name: nameOf(prices, row.from_plan) },
    to_plan: { key: row.to_plan, name: nameOf(prices, row.to_plan) },
    reason: row.reason,
    earliest_on: row.earliest_on,
    wanted_from: row.wanted_from,
    effective_from: row.effective_from,
    requested_by: row.requested_by,
    requested_at: row.requested_at.toISOString(),
    exported_at: row.exported_at?.toISOString() ?? null,
    decision_reason: row.decision_reason,
    decided_at: row.decided_at?.toISOString() ?? null,
    effective_at: row.effective_at?.toISOString() ?? null,
  };
}
