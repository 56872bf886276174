import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evenUsage } from '../meters/meter.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import { PriceList } from '../plans/price-list.ts';
import { bill } from '../rating/bill.ts';
import { attribute, costByComponent, UNATTRIBUTED, type Weighted } from './attribution.ts';
import { requestWeight } from './weight.ts';

const PROPERTY = { numRuns: 10_000 };

const total = fc.bigInt({ min: -1_000_000_000_000n, max: 1_000_000_000_000n });
// Small weights make ties, large ones make fractions.
const weight = fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 10n ** 20n }));
const rows = fc.uniqueArray(fc.record({ key: fc.string({ maxLength: 4 }), weight }), {
  selector: ({ key }) => key,
  maxLength: 30,
});

function amountsOf(shared: readonly { key: string; amount: bigint }[]): Map<string, bigint> {
  return new Map(shared.map(({ key, amount }) => [key, amount]));
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

it('shares out all of a total, whoever there is to take it', () => {
  fc.assert(
    fc.property(total, rows, (sum, weighted) => {
      const shared = attribute(sum, weighted);
      expect(shared.reduce((added, { amount }) => added + amount, 0n)).toBe(sum);
    }),
    PROPERTY,
  );
});

it('gives each key the same, in whatever order the rows come', () => {
  const shuffled = rows.chain((weighted) =>
    fc.tuple(fc.constant(weighted), fc.shuffledSubarray(weighted, { minLength: weighted.length })),
  );
  fc.assert(
    fc.property(total, shuffled, (sum, [weighted, otherwise]) => {
      expect(amountsOf(attribute(sum, otherwise))).toEqual(amountsOf(attribute(sum, weighted)));
    }),
    PROPERTY,
  );
});

it('never gives more to who weighs less', () => {
  fc.assert(
    fc.property(total, rows, (sum, weighted) => {
      const heaviestFirst = attribute(sum, weighted)
        .filter(({ key }) => key !== UNATTRIBUTED)
        .sort((a, b) => (a.weight > b.weight ? -1 : 1));
      heaviestFirst.slice(1).forEach((lighter, index) => {
        const heavier = heaviestFirst[index];
        if (heavier !== undefined && heavier.weight > lighter.weight) {
          expect(magnitude(heavier.amount)).toBeGreaterThanOrEqual(magnitude(lighter.amount));
        }
      });
    }),
    PROPERTY,
  );
});

it('never takes from who gains weight', () => {
  fc.assert(
    fc.property(total, rows, fc.nat(), weight, (sum, weighted, chosen, gained) => {
      fc.pre(weighted.length > 0);
      const at = chosen % weighted.length;
      const heavier = weighted.map(
        (row, index): Weighted => (index === at ? { ...row, weight: row.weight + gained } : row),
      );
      const before = attribute(sum, weighted)[at]?.amount ?? 0n;
      const after = attribute(sum, heavier)[at]?.amount ?? 0n;
      expect(magnitude(after)).toBeGreaterThanOrEqual(magnitude(before));
    }),
    PROPERTY,
  );
});

it('says so when a cost is nobody’s', () => {
  expect(attribute(820_100n, [])).toEqual([{ key: UNATTRIBUTED, weight: 0n, amount: 820_100n }]);
  expect(attribute(820_100n, [{ key: '/api/v1/idle', weight: 0n }])).toEqual([
    { key: '/api/v1/idle', weight: 0n, amount: 0n },
    { key: UNATTRIBUTED, weight: 0n, amount: 820_100n },
  ]);
  expect(attribute(820_100n, [{ key: UNATTRIBUTED, weight: 0n }])).toEqual([
    { key: UNATTRIBUTED, weight: 0n, amount: 820_100n },
  ]);
  expect(attribute(0n, [])).toEqual([]);
  expect(attribute(0n, [{ key: 'siti', weight: 0n }])).toEqual([{ key: 'siti', weight: 0n, amount: 0n }]);
});

it('refuses a key that is given twice', () => {
  const twice = [
    { key: 'siti', weight: 1n },
    { key: 'siti', weight: 2n },
  ];
  expect(() => attribute(10n, twice)).toThrow(RangeError);
});

it('breaks a bill down by component, with discounts beside them, to its total', () => {
  const { days } = billingMonth('2026-02', 'Asia/Jakarta');
  const { lines, total: owed } = bill({
    month: '2026-02',
    usage: evenUsage(days, { members: '250', transactions: '300', storage: '2' }),
    contract: {
      startedOn: '2026-01-01',
      terms: [{ from: '2026-01-01', plan: 'usage' }],
      discounts: [{ kind: 'women', from: '2026-01-01' }],
    },
    prices: new PriceList(CATALOGUE),
  });
  const groups = costByComponent({ lines });
  expect(amountsOf(groups)).toEqual(
    new Map([
      ['base_fee', 300_000n],
      ['members', 500_000n],
      ['transactions', 20_000n],
      ['storage', 100n],
      ['api_calls', 0n],
      ['discounts', -82_010n],
    ]),
  );
  expect(groups.reduce((added, { amount }) => added + amount, 0n)).toBe(owed);
});

it.each([
  { bytesOut: 0n, cpu: 0n, duration: 0n, weighs: 100_000n },
  { bytesOut: 2_048n, cpu: 0n, duration: 20_000n, weighs: 100_000n + 2_048_000n },
  { bytesOut: 0n, cpu: 5_000n, duration: 20_000n, weighs: 100_000n + 250_000n },
  { bytesOut: 0n, cpu: 1n, duration: 3n, weighs: 100_000n + 333_333n },
  { bytesOut: 0n, cpu: 30_000n, duration: 20_000n, weighs: 100_000n + 1_000_000n },
])('weighs $bytesOut bytes and $cpu of $duration on the CPU as $weighs', ({ weighs, ...request }) => {
  expect(requestWeight(request)).toBe(weighs);
});
