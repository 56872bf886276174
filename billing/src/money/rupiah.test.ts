import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY } from '../testing/arbitraries.ts';
import { type Decimal, decimal, ONE, spread, sum } from './decimal.ts';
import { apportion, roundTogether, roundToRupiah } from './rupiah.ts';

const LARGE = 10n ** 15n;
/** Exact amounts of either sign, to twelve decimals; halves often. */
const amounts = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }).map((halves) => decimal(halves).times(decimal('0.5'))),
  fc
    .bigInt({ min: -LARGE * 1_000n, max: LARGE * 1_000n })
    .map((units) => decimal(units).times(decimal('0.000000000001'))),
);

it.each([
  ['0.5', 1n],
  ['-0.5', -1n],
  ['0.499999999999', 0n],
  ['2.5', 3n],
  ['-2.4', -2n],
])('rounds %s to %s', (exact, rupiah) => {
  expect(roundToRupiah(decimal(exact))).toBe(rupiah);
});

it('rounds together to the rounded sum, each by less than a rupiah, and nothing that is whole', () => {
  fc.assert(
    fc.property(fc.array(amounts, { maxLength: 12 }), (exact) => {
      const { parts, total } = roundTogether(exact);
      expect(total).toBe(roundToRupiah(sum(exact)));
      expect(parts.reduce((added, part) => added + part, 0n)).toBe(total);
      const isNear = (part: bigint, amount: Decimal): boolean => amount.minus(decimal(part)).abs().lt(ONE);
      expect(parts.every((part, index) => isNear(part, exact[index] ?? decimal('-9')))).toBe(true);
    }),
    PROPERTY,
  );
});

it('apportions a whole sum, each share within a rupiah of its exact part', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10_000n }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.bigInt({ min: -LARGE, max: LARGE }), weights, (total, by) => {
      const shares = apportion(total, by);
      expect(shares.reduce((added, share) => added + share, 0n)).toBe(total);
      const all = by.reduce((added, weight) => added + weight, 0n);
      const isFair = shares.every((share, index) => {
        const off = share * all - total * (by[index] ?? 0n);
        return (off < 0n ? -off : off) < all;
      });
      expect(all === 0n ? shares[0] === total : isFair).toBe(true);
    }),
    PROPERTY,
  );
});

it('spreads an amount over parts that add up to it', () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 31 }), (amount, parts) => {
      expect(sum(spread(amount, parts)).eq(amount)).toBe(true);
    }),
    PROPERTY,
  );
});
