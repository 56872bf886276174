import type { Contract, GrantedDiscount } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type Actor, audit, SYSTEM } from '../audit/audit.ts';
import type { Schema } from '../postgres/schema.ts';

/** A tenant's contract, and what goes with it that no price depends on. */
export interface TenantContract {
  readonly contract: Contract;
  /** Whole rupiah a month; null: none was set. */
  readonly budget: bigint | null;
  /** What becomes of usage that is known only after its month was billed. */
  readonly lateEvents: 'adjust' | 'waive';
}

/** What a tenant begins with. */
export interface NewContract {
  readonly tenantId: TenantId;
  /** The first local day that is billed. */
  readonly startedOn: string;
  /** Key of a plan. */
  readonly plan: string;
  /** Whole rupiah a month. */
  readonly budget?: bigint;
}

const discountRow = z.union([
  z.object({
    kind: z.enum(['early-adopter', 'volume', 'non-profit', 'women', 'rural']),
    from: z.string(),
    until: z.string().nullable(),
  }),
  z.object({ kind: z.literal('referral'), from: z.string(), referred: z.number() }),
  z.object({
    kind: z.literal('prepaid'),
    from: z.string(),
    years: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  }),
]);

/** A tenant's contract, or undefined: it has none, and nothing is billed. */
export async function contractOf(
  db: Kysely<Schema>,
  tenantId: TenantId,
): Promise<TenantContract | undefined> {
  return (await contractsOf(db, [tenantId])).get(tenantId);
}

/** The contracts of those tenants that have one, by tenant. */
export async function contractsOf(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
): Promise<Map<string, TenantContract>> {
  const of = [...tenantIds];
  const [rows, terms, discounts] = await Promise.all([
    db.selectFrom('contracts').selectAll().where('tenant_id', 'in', of).execute(),
    db
      .selectFrom('contract_terms')
      .select(['tenant_id', 'from_day', 'plan_key', 'plan_version'])
      .where('tenant_id', 'in', of)
      .orderBy('from_day')
      .execute(),
    db
      .selectFrom('contract_discounts')
      .select(['tenant_id', 'kind', 'from_day as from', 'until_day as until', 'referred', 'years'])
      .where('tenant_id', 'in', of)
      .orderBy('from_day')
      .orderBy('id')
      .execute(),
  ]);
  const termsOf = byTenant(terms);
  const discountsOf = byTenant(discounts);
  return new Map(
    rows.map((row) => [
      row.tenant_id,
      {
        contract: {
          startedOn: row.started_on,
          ...(row.ended_on !== null && { endedOn: row.ended_on }),
          terms: (termsOf.get(row.tenant_id) ?? []).map(({ from_day, plan_key, plan_version }) => ({
            from: from_day,
            plan: plan_key,
            ...(plan_version !== null && { version: plan_version }),
          })),
          discounts: (discountsOf.get(row.tenant_id) ?? []).map(grantedDiscount),
        },
        budget: row.budget_idr === null ? null : BigInt(row.budget_idr),
        lateEvents: row.late_events,
      },
    ]),
  );
}

function byTenant<Row extends { readonly tenant_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const of = new Map<string, Row[]>();
  for (const row of rows) {
    const known = of.get(row.tenant_id);
    if (known === undefined) {
      of.set(row.tenant_id, [row]);
    } else {
      known.push(row);
    }
  }
  return of;
}

function grantedDiscount(row: unknown): GrantedDiscount {
  const discount = discountRow.parse(row);
  if (!('until' in discount)) {
    return discount;
  }
  const { until, ...rest } = discount;
  return until === null ? rest : { ...rest, until };
}

/**
 * Begins a tenant's contract. One that exists is left as it is.
 *
 * @returns false when there was one
 */
export async function openContract(
  db: Kysely<Schema>,
  { tenantId, startedOn, plan, budget }: NewContract,
  actor: Actor = SYSTEM,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const made = await transaction
      .insertInto('contracts')
      .values({ tenant_id: tenantId, started_on: startedOn, ended_on: null, budget_idr: budget ?? null })
      .onConflict((conflict) => conflict.column('tenant_id').doNothing())
      .returning('tenant_id')
      .executeTakeFirst();
    if (made === undefined) {
      return false;
    }
    await transaction
      .insertInto('contract_terms')
      .values({ tenant_id: tenantId, from_day: startedOn, plan_key: plan, plan_version: null })
      .execute();
    await audit(transaction, {
      actor,
      tenantId,
      action: 'contract.opened',
      subject: { kind: 'contract', id: tenantId },
      details: { plan, started_on: startedOn },
    });
    return true;
  });
}

/**
 * Sets what a month should cost at most.
 *
 * @param budget whole rupiah, above 0; null: nothing in particular
 * @returns false when the tenant has no contract
 */
export function setBudget(
  db: Kysely<Schema>,
  tenantId: TenantId,
  budget: bigint | null,
  actor: Actor,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const set = await transaction
      .updateTable('contracts')
      .set({ budget_idr: budget })
      .where('tenant_id', '=', tenantId)
      .returning('tenant_id')
      .executeTakeFirst();
    if (set === undefined) {
      return false;
    }
    await audit(transaction, {
      actor,
      tenantId,
      action: 'budget.changed',
      subject: { kind: 'contract', id: tenantId },
      details: { budget: budget === null ? null : String(budget) },
    });
    return true;
  });
}
