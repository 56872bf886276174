import { type PriceList, plansInEffect } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../postgres/schema.ts';
import { contractOf } from './contracts.ts';
import { rupiahNumber } from './rupiah-number.ts';

const DISCOUNT_KINDS = [
  'early-adopter',
  'volume',
  'non-profit',
  'women',
  'rural',
  'referral',
  'prepaid',
] as const;

const text = z.object({ id: z.string(), en: z.string() });

export const contractBody = z
  .object({
    started_on: z.iso.date().describe('The first local day that is billed'),
    ended_on: z.iso.date().nullable().describe('The last one'),
    plan: z
      .object({ key: z.string(), version: z.int(), name: text })
      .nullable()
      .describe('In effect today; null before the contract begins and after it has ended'),
    terms: z.array(
      z.object({
        from: z.iso.date(),
        plan: z.string(),
        version: z.int().nullable().describe('Null: the version in effect on each day'),
      }),
    ),
    discounts: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(DISCOUNT_KINDS),
        from: z.iso.date(),
        until: z.iso.date().nullable(),
        referred: z.int().nullable().describe('Of a referral: how many tenants'),
        years: z.int().nullable().describe('Of a prepayment'),
      }),
    ),
    budget_idr: z.int().nullable().describe('Whole rupiah a month'),
    late_events: z.enum(['adjust', 'waive']),
  })
  .meta({ id: 'Contract' });

/** A tenant's contract as it is told, or undefined: there is none. */
export async function contractDocument(
  db: Kysely<Schema>,
  prices: PriceList,
  tenantId: TenantId,
  today: string,
): Promise<z.infer<typeof contractBody> | undefined> {
  const [found, discounts] = await Promise.all([
    contractOf(db, tenantId),
    db
      .selectFrom('contract_discounts')
      .where('tenant_id', '=', tenantId)
      .select(['id', 'kind', 'from_day as from', 'until_day as until', 'referred', 'years'])
      .orderBy('from_day')
      .orderBy('id')
      .execute(),
  ]);
  if (found === undefined) {
    return undefined;
  }
  const { contract, budget, lateEvents } = found;
  const plan = plansInEffect([today], contract, prices)[0]?.plan;
  return {
    started_on: contract.startedOn,
    ended_on: contract.endedOn ?? null,
    plan: plan === undefined ? null : { key: plan.key, version: plan.version, name: plan.name },
    terms: contract.terms.map(({ from, plan: key, version = null }) => ({ from, plan: key, version })),
    discounts,
    budget_idr: budget === null ? null : rupiahNumber(budget),
    late_events: lateEvents,
  };
}
