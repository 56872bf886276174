import { expect, it } from 'vitest';
import { priceOfTotals } from '../rating/price-of-totals.ts';
import { planOf } from '../testing/plans.ts';

interface Parameters {
  readonly members: bigint;
  readonly transactions: bigint;
  readonly storage: bigint;
  readonly premiumFeatures: bigint;
}

/** How the prices were published as code, rule by rule. It leaves out API calls, which their text charges for. */
const CALCULATOR: Readonly<Record<string, (of: Parameters) => bigint>> = {
  starter: ({ members, transactions }) =>
    500_000n + above(members, 100n) * 2_000n + above(transactions, 50n) * 100n,
  professional: ({ members, transactions }) =>
    1_500_000n + above(members, 500n) * 1_500n + above(transactions, 500n) * 80n,
  enterprise: () => 3_000_000n,
  usage: ({ members, transactions, storage }) =>
    300_000n + members * 2_000n + above(transactions, 100n) * 100n + above(storage, 1n) * 100n,
  hybrid: ({ members, transactions, storage, premiumFeatures }) =>
    1_000_000n +
    above(members, 200n) * 1_500n +
    above(transactions, 200n) * 50n +
    above(storage, 1n) * 50n +
    premiumFeatures * 200_000n,
};

const MEMBERS = [0n, 99n, 100n, 101n, 200n, 201n, 500n, 501n, 12_345n];
const TRANSACTIONS = [0n, 50n, 51n, 100n, 101n, 201n, 501n, 10_000n];
const STORAGE = [0n, 1n, 25n];
const PREMIUM_FEATURES = [0n, 3n];

function above(quantity: bigint, free: bigint): bigint {
  return quantity > free ? quantity - free : 0n;
}

it.each(Object.keys(CALCULATOR))('agrees with the published calculator on %s', (key) => {
  for (const members of MEMBERS) {
    for (const transactions of TRANSACTIONS) {
      for (const storage of STORAGE) {
        for (const premiumFeatures of PREMIUM_FEATURES) {
          const { total } = priceOfTotals(planOf(key), {
            members: String(members),
            transactions: String(transactions),
            storage: String(storage),
            premium_features: String(premiumFeatures),
          });
          const published = CALCULATOR[key]?.({ members, transactions, storage, premiumFeatures });
          expect(total, `${members}, ${transactions}, ${storage}, ${premiumFeatures}`).toBe(published);
        }
      }
    }
  }
});

it('charges for API calls as the text of the usage plan says, which the calculator leaves out', () => {
  const parameters = { members: 250n, transactions: 300n, storage: 2n, premiumFeatures: 0n };
  const totals = { members: '250', transactions: '300', storage: '2' };
  const calculated = CALCULATOR['usage']?.(parameters) ?? 0n;
  expect(priceOfTotals(planOf('usage'), { ...totals, api_calls: '1000' }).total).toBe(calculated);
  expect(priceOfTotals(planOf('usage'), { ...totals, api_calls: '101000' }).total).toBe(calculated + 1_000n);
});
