import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evenUsage, type MeterKey, quantityOf, type Usage } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import type { Contract } from '../plans/contract.ts';
import type { Plan, PlanInput } from '../plans/plan.ts';
import { PriceList } from '../plans/price-list.ts';
import { planOf, planWith } from '../testing/plans.ts';
import { type BreakEven, breakEvens } from './break-even.ts';
import { billUnder, comparePlans } from './plan-comparison.ts';
import { withQuantity } from './scaled-usage.ts';

const FEBRUARY = billingMonth('2026-02', 'Asia/Jakarta');
const PRICES = new PriceList(CATALOGUE);

function contractFor(plan: string, discounts: Contract['discounts'] = []): Contract {
  return { startedOn: '2026-01-01', terms: [{ from: '2026-01-01', plan }], discounts };
}

function usageOf(totals: Partial<Record<MeterKey, string>>): Usage {
  return evenUsage(FEBRUARY.days, totals);
}

function flatPlan(key: string, price: string, terms: Partial<PlanInput> = {}): Plan {
  const name = { id: 'Dasar', en: 'Base' };
  return planWith([{ key: 'base', component: 'base_fee', name, model: 'flat', price }], { key, ...terms });
}

const MEDIUM = usageOf({ members: '300', transactions: '400', admin_users: '5', storage: '2' });

it('prices the own month under every plan, and finds the cheapest that the tenant fits into', () => {
  const { plans, current, cheapest } = comparePlans({
    month: '2026-02',
    usage: MEDIUM,
    contract: contractFor('professional'),
    prices: PRICES,
    today: '2026-03-10',
  });
  const totals = new Map(plans.map(({ plan, bill: { total } }) => [plan.key, total]));
  expect(totals.size).toBe(CATALOGUE.filter(({ offered }) => offered).length);
  expect(totals.get('professional')).toBe(1_500_000n);
  expect(totals.get('usage')).toBe(300_000n + 600_000n + 30_000n + 100n);
  expect(totals.get('enterprise')).toBe(3_000_000n);
  expect(totals.get('hybrid')).toBe(1_000_000n + 150_000n + 10_000n + 50n);
  expect(plans.map(({ bill: { total } }) => total)).toEqual(
    [...totals.values()].sort((a, b) => Number(a - b)),
  );
  expect(current?.plan.key).toBe('professional');
  // One administrator and one gigabyte are all that Starter has: five and two do not fit.
  expect(plans.find(({ plan }) => plan.key === 'starter')?.exceeded.toSorted()).toEqual([
    'admin_users',
    'storage',
  ]);
  expect(cheapest?.exceeded).toEqual([]);
});

it('leaves a tenant’s plan that is no longer offered beside those that are, and its discounts on all', () => {
  const old = flatPlan('old', '50000', { offered: false });
  const { plans, current } = comparePlans({
    month: '2026-02',
    usage: MEDIUM,
    contract: contractFor('old', [{ kind: 'rural', from: '2026-01-01' }]),
    prices: new PriceList([...CATALOGUE, old]),
    today: '2026-03-10',
  });
  expect([current?.plan.key, current?.bill.total]).toEqual(['old', 42_500n]);
  expect(plans.find(({ plan }) => plan.key === 'professional')?.bill.total).toBe(1_275_000n);
});

it('finds the members above which professional is cheaper than usage, to the member', () => {
  const points = breakEvens({
    month: '2026-02',
    usage: usageOf({ members: '300' }),
    contract: contractFor('usage'),
    plans: [planOf('usage'), planOf('professional')],
  });
  expect(points.filter(({ meter }) => meter === 'members')).toEqual([
    // 300,000 + 2,000 a member, against 1,500,000 and 1,500 for each above 500.
    { meter: 'members', quantity: 900n, cheaperBelow: 'usage', cheaperAbove: 'professional' },
  ]);
});

it('finds that a price which falls with volume makes the dearer plan the cheaper one, and back', () => {
  const falling = planWith(
    [
      {
        key: 'users',
        component: 'concurrent_users',
        name: { id: 'Pengguna', en: 'Users' },
        model: 'tiered',
        meter: 'concurrent_users',
        tiers: [
          { upTo: '100', price: '20' },
          { upTo: null, price: '5' },
        ],
      },
    ],
    { key: 'falling' },
  );
  const flat = flatPlan('flat', '1000');
  const points = breakEvens({
    month: '2026-02',
    usage: usageOf({ concurrent_users: '10' }),
    contract: contractFor('flat'),
    plans: [flat, falling],
  });
  expect(points).toEqual([
    { meter: 'concurrent_users', quantity: 50n, cheaperBelow: 'falling', cheaperAbove: 'flat' },
    { meter: 'concurrent_users', quantity: 100n, cheaperBelow: 'flat', cheaperAbove: 'falling' },
    { meter: 'concurrent_users', quantity: 200n, cheaperBelow: 'falling', cheaperAbove: 'flat' },
  ]);
});

const price = fc.nat(50).map(String);
const linearPlan = fc
  .record({
    base: fc.nat(2_000).map(String),
    included: fc.nat(40).map(String),
    steps: fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 2 }),
    prices: fc.tuple(price, price, price),
    mode: fc.constantFrom('volume' as const, 'graduated' as const),
  })
  .map(({ base, included, steps, prices, mode }) => {
    const ends = [...steps].sort((a, b) => a - b).map(String);
    const name = { id: 'Anggota', en: 'Members' };
    return (key: string): Plan =>
      planWith(
        [
          { key: 'base', component: 'base_fee', name, model: 'flat', price: base },
          {
            key: 'members',
            component: 'members',
            name,
            model: 'tiered',
            meter: 'members',
            mode,
            included,
            tiers: prices
              .slice(0, ends.length + 1)
              .map((each, index) => ({ upTo: ends[index] ?? null, price: each })),
          },
        ],
        { key },
      );
  });

it('misses no point, and none is off by one, for any two plans of steps', { timeout: 60_000 }, () => {
  const { days } = FEBRUARY;
  fc.assert(
    fc.property(linearPlan, linearPlan, (makeFirst, makeSecond) => {
      const plans = [makeFirst('first'), makeSecond('second')] as const;
      const usage = evenUsage(days, { members: '5' });
      const contract = contractFor('first');
      const found = breakEvens({ month: '2026-02', usage, contract, plans });
      const farthest = 150n;
      const byHand: BreakEven[] = [];
      let last = '';
      for (let members = 0n; members <= farthest; members += 1n) {
        const varied = evenUsage(days, { members: String(members) });
        const [first, second] = plans.map((plan) => billUnder(plan, '2026-02', varied, contract).total);
        const now = first === second ? '' : (first ?? 0n) < (second ?? 0n) ? 'first' : 'second';
        if (last !== '' && now !== '' && now !== last) {
          byHand.push({ meter: 'members', quantity: members - 1n, cheaperBelow: last, cheaperAbove: now });
        }
        last = now === '' ? last : now;
      }
      expect(found.filter(({ quantity }) => quantity < farthest)).toEqual(byHand);
    }),
    { numRuns: 100 },
  );
});

it('varies one meter to exactly what is asked for, and leaves its days in proportion', () => {
  const quantity = fc.bigInt({ min: 0n, max: 10n ** 9n });
  const values = fc.array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 28, maxLength: 28 });
  const meter = fc.constantFrom<MeterKey>('api_calls', 'members', 'concurrent_users');
  fc.assert(
    fc.property(meter, values, quantity, (key, days, wanted) => {
      const usage: Usage = { days: FEBRUARY.days, perDay: { [key]: days.map((day) => decimal(day)) } };
      const varied = withQuantity(usage, key, decimal(wanted));
      expect(quantityOf(varied, key).toFixed()).toBe(String(wanted));
      expect(varied.perDay[key]?.every((day) => day.gte(decimal('0')))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
