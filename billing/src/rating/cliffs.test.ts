import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainCheaper } from '../explain/cheaper.ts';
import { evenUsage } from '../meters/meter.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import type { Contract } from '../plans/contract.ts';
import { PriceList } from '../plans/price-list.ts';
import { PROPERTY, volumeTiers } from '../testing/arbitraries.ts';
import { planOf, planWith } from '../testing/plans.ts';
import type { Totals } from '../testing/usage.ts';
import { bill } from './bill.ts';
import { cheaperBeyond, cliffsOf } from './cliffs.ts';
import { priceOfTotals } from './price-of-totals.ts';

const JULY = billingMonth('2026-07', 'Asia/Jakarta');

function question(totals: Totals, terms: Contract['terms'], discounts: Contract['discounts'] = []) {
  return {
    month: JULY.month,
    usage: evenUsage(JULY.days, totals),
    contract: { startedOn: '2026-01-01', terms, discounts },
    prices: new PriceList(CATALOGUE),
  };
}

function told(of: ReturnType<typeof cheaperBeyond>) {
  return of.map(({ meter, quantity, beyond, saves }) => [meter, quantity.toFixed(), beyond.toFixed(), saves]);
}

it('finds where one more unit makes a month of a plan cheaper, and how far that holds', () => {
  const cliffs = cliffsOf(planOf('concurrent')).map(({ at, cost, costBeyond, levelAt }) =>
    [at, cost, costBeyond, levelAt].map((amount) => amount?.toFixed()),
  );
  expect(cliffs).toEqual([
    ['200', '3000000', '2265000', '250'],
    ['500', '6750000', '4510000', '725'],
    ['1000', '9500000', '4755000', '1950'],
  ]);
});

it('finds none where no tier is priced by volume', () => {
  expect(['usage', 'hybrid', 'payg', 'high-volume'].flatMap((key) => cliffsOf(planOf(key)))).toEqual([]);
});

it('tells a tenant below a cliff how much more would have cost less', () => {
  const terms = [{ from: '2026-01-01', plan: 'concurrent' }];
  const found = cheaperBeyond(question({ concurrent_users: '500' }, terms));
  // 450 users at 15,000 are 6,750,000; 451 at 10,000 are 4,510,000.
  expect(told(found)).toEqual([['concurrent_users', '500', '501', 2_240_000n]]);
  expect(found.map((cheaper) => explainCheaper(cheaper, 'id'))).toEqual([
    'Pemakaian 500 pengguna; dengan 501 pengguna, tagihan bulan ini lebih murah Rp2.240.000.',
  ]);
  expect(found.map((cheaper) => explainCheaper(cheaper, 'en'))).toEqual([
    'Usage was 500 users; with 501 users, the month would have cost Rp\u00a02,240,000 less.',
  ]);
  expect(cheaperBeyond(question({ concurrent_users: '300' }, terms))).toEqual([]);
  expect(cheaperBeyond(question({ concurrent_users: '5000' }, terms))).toEqual([]);
});

it('looks at the days on which the plan held', () => {
  const terms = [
    { from: '2026-01-01', plan: 'tiered' },
    { from: '2026-07-18', plan: 'enterprise' },
  ];
  // Of 49 GB, 17 of 31 days are 26.87…; the tier ends at 27.41…, so that the first whole gigabyte beyond is the 28th.
  // Less 0.54… that are free: 26.32… at 80 are 2,105.80…, 27.45… at 60 are 1,647.09….
  expect(told(cheaperBeyond(question({ data_transfer: '49' }, terms)))).toEqual([
    ['data_transfer', '26.870967741935', '28', 459n],
  ]);
});

it('counts the volume discount, which is of the whole bill', () => {
  const terms = [{ from: '2026-01-01', plan: 'usage' }];
  const granted = [{ kind: 'volume', from: '2026-01-01' }] as const;
  // 1,300,000 for 500 members; 1,302,000 less a tenth for 501.
  expect(told(cheaperBeyond(question({ members: '500' }, terms, granted)))).toEqual([
    ['members', '500', '501', 128_200n],
  ]);
  expect(cheaperBeyond(question({ members: '500' }, terms))).toEqual([]);
});

describe('for any volume tiers', () => {
  const cases = fc.record({
    tiers: volumeTiers,
    included: fc.nat(50),
    used: fc.nat(1_100),
    more: fc.integer({ min: 1, max: 1_100 }),
  });

  it('tells of every saving that more usage would bring, and of nothing else', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(cases, ({ tiers, included, used, more }) => {
        const plan = planWith([
          {
            key: 'users',
            component: 'concurrent_users',
            name: { id: 'Pengguna', en: 'Users' },
            meter: 'concurrent_users',
            model: 'tiered',
            included: String(included),
            tiers,
          },
        ]);
        const contract = {
          startedOn: '2026-01-01',
          terms: [{ from: '2026-01-01', plan: plan.key }],
          discounts: [],
        };
        const of = (users: number) => ({
          month: JULY.month,
          usage: evenUsage(JULY.days, { concurrent_users: String(users) }),
          contract,
          prices: new PriceList([plan]),
        });
        const [found] = cheaperBeyond(of(used));
        const now = bill(of(used)).total;
        const then = bill(of(used + more)).total;
        return then >= (found?.total ?? now) && (found === undefined || found.total + found.saves === now);
      }),
      PROPERTY,
    );
  });

  it('knows the cost at and beyond each cliff as the plan’s bill has it', () => {
    fc.assert(
      fc.property(volumeTiers, fc.nat(50), (tiers, included) => {
        const plan = planWith([
          {
            key: 'members',
            component: 'members',
            name: { id: 'Anggota', en: 'Members' },
            meter: 'members',
            model: 'tiered',
            included: String(included),
            tiers,
          },
        ]);
        for (const { at, cost, costBeyond } of cliffsOf(plan)) {
          const priceOf = (members: string) => priceOfTotals(plan, { members }).exact;
          expect(priceOf(at.toFixed()).eq(cost)).toBe(true);
          expect(priceOf(at.plus('1').toFixed()).eq(costBeyond)).toBe(true);
          expect(costBeyond.lt(cost)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
