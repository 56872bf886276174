import { randomBytes } from 'node:crypto';
import {
  bill,
  billingMonth,
  dayAt,
  daysLater,
  decimal,
  evenUsage,
  monthsLater,
  portion,
  sum,
} from '@riwayat/billing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { contractOf, openContract } from '../billing/contracts.ts';
import type { Metering } from '../billing/metering.ts';
import { Prices } from '../billing/prices.ts';
import { ProblemError } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { planChangeEffect } from './effect.ts';
import { OPEN_STATES } from './plan-change-state.ts';
import { PlanChanges } from './plan-changes.ts';

const SEQUENCES = 40;
const MS_PER_DAY = 24 * 60 * 60 * 1_000;
const BASE_FEES = { starter: '500000', professional: '1500000', enterprise: '3000000' } as const;
type PlanKey = keyof typeof BASE_FEES;
/** What is in every plan, so that a bill has base fees alone. */
const metering: Pick<Metering, 'ofScreen'> = {
  ofScreen: async ({ month }) => evenUsage(month.days, { members: '50' }),
};

let postgres: TestPostgres;
let database: Database;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
});
afterAll(() => postgres.stop());

const step = fc.oneof(
  fc.record({
    do: fc.constant('request' as const),
    plan: fc.constantFrom<PlanKey>('starter', 'professional', 'enterprise'),
    inDays: fc.integer({ min: -2, max: 45 }),
  }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 400 }) }),
  fc.record({
    do: fc.constantFrom('review', 'approve', 'approve', 'reject', 'withdraw', 'revoke', 'export', 'daily'),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

it('leaves terms in order and never in the past, and every month billed by its days, whatever is asked and decided', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Asia/Jakarta', 'Asia/Jayapura', 'UTC', 'America/New_York'),
      fc.array(step, { minLength: 5, maxLength: 25 }),
      async (timezone, steps) => {
        let now = new Date('2026-01-20T17:30:00Z');
        const id = `t-${randomBytes(8).toString('hex')}`;
        const tenant = await new TenantDirectory(database).create({ id, name: id, timezone });
        const startedOn = dayAt(now, timezone);
        await openContract(database.db, { tenantId: tenant.id, startedOn, plan: 'starter' });
        const prices = new Prices(database);
        const changes = new PlanChanges({ database, prices, metering }, () => now);
        let terms = await termsOf(tenant);
        for (const one of steps) {
          if (one.do === 'wait') {
            now = new Date(now.getTime() + ('hours' in one ? one.hours : 0) * (MS_PER_DAY / 24));
          } else {
            await take(one, tenant, changes, prices, now);
          }
          const today = dayAt(now, timezone);
          const after = await termsOf(tenant);
          expect(after.filter(({ from }) => from < today)).toEqual(terms.filter(({ from }) => from < today));
          expect(after[0]?.from).toBe(startedOn);
          expect(after.map(({ from }) => from)).toEqual([...new Set(after.map(({ from }) => from))].sort());
          terms = after;
        }
        await expectBilledByDays(tenant, startedOn, prices);
      },
    ),
    { numRuns: SEQUENCES },
  );
}, 120_000);

async function take(
  one: Step,
  tenant: Tenant,
  changes: PlanChanges,
  prices: Prices,
  now: Date,
): Promise<void> {
  const open = await database.db
    .selectFrom('plan_changes')
    .where('tenant_id', '=', tenant.id)
    .where('state', 'in', OPEN_STATES)
    .select('id')
    .execute();
  expect(open.length).toBeLessThanOrEqual(1);
  const act = { scope: 'all' as const, id: open[0]?.id ?? 'pch_none', actor: SYSTEM };
  const today = dayAt(now, tenant.timezone);
  try {
    switch (one.do) {
      case 'request': {
        const wish = 'plan' in one ? { plan: one.plan, from: daysLater(today, one.inDays) } : { plan: '' };
        await changes.request(tenant, { ...wish, reason: 'r' }, SYSTEM);
        break;
      }
      case 'review':
        await changes.review(act);
        break;
      case 'approve':
        await changes.approve(act);
        break;
      case 'reject':
        await changes.reject(act, 'r');
        break;
      case 'withdraw':
        await changes.withdraw(act);
        break;
      case 'revoke':
        await changes.revoke(act, 'r');
        break;
      case 'export':
        await exportIsReady(tenant, now);
        break;
      case 'daily':
        await planChangeEffect({ database, prices, now: () => now }).run(
          { tenantId: tenant.id, date: today },
          { jobId: '1', attempt: 1, lastAttempt: false, signal: new AbortController().signal },
        );
    }
  } catch (error) {
    // Refused with a reason is fine; anything else is not.
    if (!(error instanceof ProblemError) || error.code === 'internal-error') {
      throw error;
    }
  }
}

async function expectBilledByDays(tenant: Tenant, startedOn: string, prices: Prices): Promise<void> {
  const contract = (await contractOf(database.db, tenant.id))?.contract;
  if (contract === undefined) {
    throw new Error('The contract is gone.');
  }
  const list = await prices.list();
  const last = contract.terms.at(-1)?.from ?? startedOn;
  for (
    let month = startedOn.slice(0, 7);
    month <= monthsLater(last.slice(0, 7), 1);
    month = monthsLater(month, 1)
  ) {
    const { days } = billingMonth(month, tenant.timezone);
    const { lines, exact } = bill({
      month,
      usage: evenUsage(days, { members: '50' }),
      contract,
      prices: list,
    });
    const billed = days.filter((day) => day >= startedOn);
    const fees = lines.filter(({ component }) => component === 'base_fee');
    expect(fees.reduce((count, { share }) => count + share.days, 0)).toBe(billed.length);
    const byDay = new Map<string, number>();
    for (const day of billed) {
      const plan = contract.terms.findLast(({ from }) => from <= day)?.plan ?? '';
      byDay.set(plan, (byDay.get(plan) ?? 0) + 1);
    }
    const expected = sum(
      [...byDay].map(([plan, count]) => portion(decimal(feeOf(plan)), count, days.length)),
    );
    expect(exact.minus(expected).abs().lt(decimal('0.000001')), `${month}: ${exact} and ${expected}`).toBe(
      true,
    );
    expect(Object.fromEntries(fees.map(({ plan, share }) => [plan?.key, share.days]))).toEqual(
      Object.fromEntries(byDay),
    );
  }
}

function feeOf(plan: string): string {
  return Object.entries(BASE_FEES).find(([key]) => key === plan)?.[1] ?? '0';
}

async function termsOf({ id }: Tenant) {
  return (await contractOf(database.db, id))?.contract.terms ?? [];
}

async function exportIsReady({ id }: Tenant, at: Date): Promise<void> {
  await database.db
    .updateTable('data_exports')
    .set({
      state: 'ready',
      finished_at: at,
      file_key: `${id}/data-exports/${randomBytes(4).toString('hex')}`,
      bytes: 1n,
      records: 1n,
      sha256: '0',
    })
    .where('tenant_id', '=', id)
    .where('state', '=', 'pending')
    .execute();
}
