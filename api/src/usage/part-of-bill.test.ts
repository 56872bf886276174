import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addedUp, type GroupCost, groupsOfPart } from './part-of-bill.ts';

const PROPERTY = { numRuns: 10_000 };
const amount = fc.bigInt({ min: 0n, max: 10n ** 13n });
const weight = fc.bigInt({ min: 0n, max: 10n ** 20n });

/** A bill of charges, with a discount that is not above them. */
const bill = fc
  .record({
    base_fee: amount,
    members: amount,
    api_calls: amount,
    percent: fc.bigInt({ min: 0n, max: 100n }),
  })
  .map(({ percent, ...charges }): GroupCost[] => {
    const charged = Object.values(charges).reduce((sum, one) => sum + one, 0n);
    return [
      { key: 'base_fee', amount: charges.base_fee },
      { key: 'members', amount: charges.members },
      { key: 'api_calls', amount: charges.api_calls },
      { key: 'discounts', amount: -((charged * percent) / 100n) },
    ];
  });

function sum(groups: readonly GroupCost[]): bigint {
  return groups.reduce((total, one) => total + one.amount, 0n);
}

it('adds up to the part, whatever part it is', () => {
  fc.assert(
    fc.property(bill, weight, weight, (groups, one, other) => {
      fc.pre(one + other > 0n);
      const of = one + other;
      const total = (sum(groups) * one) / of;
      const part = groupsOfPart(groups, total, { weight: one, of });
      expect(sum(part)).toBe(total);
      for (const [index, { key, amount: share }] of part.entries()) {
        const all = groups[index]?.amount ?? 0n;
        expect(key).toBe(groups[index]?.key);
        expect(all < 0n ? share <= 0n && share >= all : share >= 0n && share <= all + 3n).toBe(true);
      }
    }),
    PROPERTY,
  );
});

it('is the bill itself where the part is all of it', () => {
  fc.assert(
    fc.property(bill, weight, (groups, of) => {
      fc.pre(of > 0n);
      expect(groupsOfPart(groups, sum(groups), { weight: of, of })).toEqual(groups);
    }),
    PROPERTY,
  );
});

it('adds bills up by what they are for', () => {
  expect(
    addedUp([
      [
        { key: 'base_fee', amount: 5n },
        { key: 'discounts', amount: -1n },
      ],
      [{ key: 'base_fee', amount: 2n }],
    ]),
  ).toEqual([
    { key: 'base_fee', amount: 7n },
    { key: 'discounts', amount: -1n },
  ]);
});
