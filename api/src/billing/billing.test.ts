import { billingMonth, CATALOGUE, evenUsage, type Plan } from '@riwayat/billing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { contractOf, openContract } from './contracts.ts';
import { PlanVersionError, Prices } from './prices.ts';
import { Pricing } from './pricing.ts';

const FEBRUARY = billingMonth('2026-02', 'Asia/Jakarta');
const USAGE = evenUsage(FEBRUARY.days, {
  members: '250',
  transactions: '300',
  storage: '2',
  api_calls: '500',
});

let postgres: TestPostgres;
let database: Database;
let tenants: TenantDirectory;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  tenants = new TenantDirectory(database);
});
afterAll(() => postgres.stop());

function dearer(version: number, effectiveFrom: string): Plan {
  const [plan] = CATALOGUE.filter(({ key }) => key === 'usage');
  if (plan === undefined) {
    throw new Error('The catalogue has no usage plan.');
  }
  const charges = plan.charges.map((charge) =>
    charge.model === 'flat' ? { ...charge, price: '400000' } : charge,
  );
  return { ...plan, version, effectiveFrom, charges };
}

it('bills by the contract, and not at all without one', async () => {
  const { id } = await tenants.create({ id: 'billed', name: 'Billed' });
  const pricing = new Pricing(database, new Prices(database));
  expect(await pricing.billOf(id, FEBRUARY, USAGE)).toBeUndefined();
  await openContract(database.db, { tenantId: id, startedOn: '2026-01-01', plan: 'usage' });
  expect((await pricing.billOf(id, FEBRUARY, USAGE))?.total).toBe(820_100n);
});

it('leaves a contract that exists as it is', async () => {
  const { id } = await tenants.create({ id: 'opened-twice', name: 'Opened twice' });
  await openContract(database.db, { tenantId: id, startedOn: '2026-01-01', plan: 'usage' });
  await openContract(database.db, { tenantId: id, startedOn: '2026-02-01', plan: 'other' });
  expect(await contractOf(database.db, id)).toEqual({
    contract: { startedOn: '2026-01-01', terms: [{ from: '2026-01-01', plan: 'usage' }], discounts: [] },
    budget: null,
    lateEvents: 'adjust',
  });
});

it('takes a new version of a price from the day on which it comes into effect', async () => {
  const { id } = await tenants.create({ id: 'repriced', name: 'Repriced' });
  await openContract(database.db, { tenantId: id, startedOn: '2026-01-01', plan: 'usage' });
  const prices = new Prices(database);
  const pricing = new Pricing(database, prices);
  await prices.add(dearer(2, '2026-02-15'), SYSTEM);
  const bill = await pricing.billOf(id, FEBRUARY, USAGE);
  const base = bill?.lines.filter(({ component }) => component === 'base_fee');
  expect(base?.map(({ plan, share, amount }) => [plan?.version, share.days, amount])).toEqual([
    [1, 14, 150_000n],
    [2, 14, 200_000n],
  ]);
  await expect(prices.add(dearer(2, '2026-03-01'), SYSTEM)).rejects.toThrow(PlanVersionError);
  await expect(prices.add(dearer(1, '2026-03-01'), SYSTEM)).rejects.toThrow(PlanVersionError);
});
