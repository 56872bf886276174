import { describe, expect, it } from 'vitest';
import { evenUsage } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import type { Contract } from '../plans/contract.ts';
import { PriceList } from '../plans/price-list.ts';
import { planOf, planWith } from '../testing/plans.ts';
import { type Bill, bill, UnknownPlanError } from './bill.ts';

const ZONES = ['Asia/Jakarta', 'Asia/Jayapura', 'UTC', 'America/New_York'];
const PRICES = new PriceList(CATALOGUE);
const SINCE = '2026-01-01';
const CHANGED: Contract = { startedOn: SINCE, terms: [{ from: SINCE, plan: 'starter' }], discounts: [] };

/** A month of 80 members and 40 transactions: what starter and professional include. */
function billIn(month: string, contract: Contract, zone = 'Asia/Jakarta'): Bill {
  const { days } = billingMonth(month, zone);
  return bill({
    month,
    usage: evenUsage(days, { members: '80', transactions: '40' }),
    contract,
    prices: PRICES,
  });
}

function changedOn(day: string): Contract {
  return { ...CHANGED, terms: [...CHANGED.terms, { from: day, plan: 'professional' }] };
}

function baseFees({ lines }: Bill): (string | number | bigint | undefined)[][] {
  return lines
    .filter(({ component }) => component === 'base_fee')
    .map(({ plan, share, amount }) => [plan?.key, share.days, share.of, amount]);
}

describe.each(ZONES)('in %s', (zone) => {
  it.each([
    // 500,000 × 27/28 + 1,500,000 × 1/28
    ['2026-02', '2026-02-28', 535_714n],
    // 500,000 × 28/29 + 1,500,000 × 1/29
    ['2028-02', '2028-02-29', 534_483n],
    // 500,000 × 7/31 + 1,500,000 × 24/31: the day on which clocks go forward, or any other
    ['2026-03', '2026-03-08', 1_274_194n],
    // 500,000 × 15/30 + 1,500,000 × 15/30: the month in which they go back
    ['2026-11', '2026-11-16', 1_000_000n],
  ])('shares %s by its days when the plan changes on %s', (month, day, total) => {
    expect(billIn(month, changedOn(day), zone).total).toBe(total);
  });
});

it('gives a change on the first day the whole month, and one on the last day that day', () => {
  expect(baseFees(billIn('2026-07', changedOn('2026-07-01')))).toEqual([
    ['professional', 31, 31, 1_500_000n],
  ]);
  expect(baseFees(billIn('2026-07', changedOn('2026-07-31')))).toEqual([
    ['starter', 30, 31, 483_871n],
    ['professional', 1, 31, 48_387n],
  ]);
  expect(baseFees(billIn('2026-07', changedOn('2026-08-01')))).toEqual([['starter', 31, 31, 500_000n]]);
});

describe('a contract that begins or ends inside a month', () => {
  it('is billed for its days, the first and the last with them', () => {
    const days = { ...CHANGED, startedOn: '2026-06-10', endedOn: '2026-06-24' };
    expect(baseFees(billIn('2026-06', days))).toEqual([['starter', 15, 30, 250_000n]]);
  });

  it('costs nothing before and after, discounts and all', () => {
    const contract: Contract = {
      ...CHANGED,
      startedOn: '2026-06-10',
      endedOn: '2026-07-01',
      discounts: [{ kind: 'rural', from: SINCE }],
    };
    expect(billIn('2026-05', contract)).toMatchObject({ lines: [], total: 0n });
    expect(billIn('2026-08', contract)).toMatchObject({ lines: [], total: 0n });
    expect(billIn('2026-07', contract).total).toBe(13_710n);
  });

  it('neither charges for what was used on other days, nor counts it for a discount', () => {
    const { days } = billingMonth('2026-06', 'UTC');
    const perDay = {
      members: days.map((_, index) => decimal(index < 9 ? '3000' : '80')),
      transactions: days.map((_, index) => decimal(index < 9 ? '1000' : '1')),
    };
    const contract: Contract = {
      ...CHANGED,
      startedOn: '2026-06-10',
      discounts: [{ kind: 'volume', from: SINCE }],
    };
    const { lines, total } = bill({
      month: '2026-06',
      usage: { days, perDay },
      contract,
      prices: PRICES,
    });
    expect(lines.some(({ kind }) => kind === 'discount')).toBe(false);
    expect(total).toBe(350_000n);
  });

  it('comes to the month together with the contract that takes over, where nothing is free', () => {
    const flat = planWith([
      {
        key: 'base',
        component: 'base_fee',
        name: { id: 'Dasar', en: 'Base' },
        model: 'flat',
        price: '1000',
      },
      {
        key: 'calls',
        component: 'api_calls',
        name: { id: 'Panggilan', en: 'Calls' },
        meter: 'api_calls',
        model: 'per-unit',
        price: '3',
      },
    ]);
    const { days } = billingMonth('2026-07', 'UTC');
    const usage = evenUsage(days, { api_calls: '310' });
    const terms = [{ from: SINCE, plan: flat.key }];
    const exactOf = (period: Partial<Contract>) =>
      bill({
        month: '2026-07',
        usage,
        contract: { startedOn: SINCE, terms, discounts: [], ...period },
        prices: new PriceList([flat]),
      }).exact;
    const before = exactOf({ endedOn: '2026-07-17' });
    expect(before.plus(exactOf({ startedOn: '2026-07-18' })).toFixed()).toBe(exactOf({}).toFixed());
  });
});

it('charges a flow for its own days, and a level as for the month by its days', () => {
  const contract: Contract = {
    startedOn: SINCE,
    terms: [
      { from: SINCE, plan: 'usage' },
      { from: '2026-06-16', plan: 'enterprise' },
    ],
    discounts: [],
  };
  const { days } = billingMonth('2026-06', 'UTC');
  // All on the plan's days: 300 transactions, of which half of the hundred is free. 100 members for half a month.
  const perDay = {
    transactions: days.map((_, index) => decimal(index < 15 ? '20' : '0')),
    members: days.map(() => decimal('100')),
  };
  const { lines } = bill({ month: '2026-06', usage: { days, perDay }, contract, prices: PRICES });
  const amounts = new Map(lines.map(({ component, amount, plan }) => [`${plan?.key} ${component}`, amount]));
  expect(amounts.get('usage transactions')).toBe(25_000n);
  expect(amounts.get('usage members')).toBe(100_000n);
  expect(amounts.get('enterprise base_fee')).toBe(1_500_000n);
});

it('says which plan has no price on which day', () => {
  const unknown = { ...CHANGED, terms: [{ from: SINCE, plan: 'gone' }] };
  expect(() => billIn('2026-07', unknown)).toThrow(UnknownPlanError);
  expect(() => billIn('2026-07', unknown)).toThrow(/"gone" for 2026-07-01/);
  const pinned = { ...CHANGED, terms: [{ from: SINCE, plan: 'starter', version: 9 }] };
  expect(() => billIn('2026-07', pinned)).toThrow(/"starter" in version 9/);
});

it('has the version that is in effect on each day, unless a term holds to one', () => {
  const starter = planOf('starter');
  const dearer = {
    ...starter,
    version: 2,
    effectiveFrom: '2026-07-11',
    charges: starter.charges.map((charge) =>
      charge.model === 'flat' ? { ...charge, price: '800000' } : charge,
    ),
  };
  const question = {
    month: '2026-07',
    usage: evenUsage(billingMonth('2026-07', 'UTC').days, {}),
    prices: new PriceList([...CATALOGUE, dearer]),
  };
  // 500,000 × 10/31 + 800,000 × 21/31
  expect(bill({ ...question, contract: CHANGED }).total).toBe(703_226n);
  const held = { ...CHANGED, terms: [{ from: SINCE, plan: 'starter', version: 1 }] };
  expect(bill({ ...question, contract: held }).total).toBe(500_000n);
});
