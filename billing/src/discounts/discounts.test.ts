import { describe, expect, it } from 'vitest';
import { decimal } from '../money/decimal.ts';
import { monthsLater } from '../period/month.ts';
import type { GrantedDiscount } from '../plans/contract.ts';
import { discountsIn } from './discounts.ts';

/** The percentage of each month from January 2026 on, until there is none any more. */
function percents(granted: GrantedDiscount, months: number): (string | undefined)[] {
  return Array.from(
    { length: months },
    (_, index) => discountsIn(monthsLater('2026-01', index), [granted], decimal('10'))[0]?.percent,
  );
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

it('gives early adopters half for three months, 30 % until the sixth, 15 % until the twelfth', () => {
  expect(percents({ kind: 'early-adopter', from: '2026-01-31' }, 13)).toEqual([
    ...times(3, '50'),
    ...times(3, '30'),
    ...times(6, '15'),
    undefined,
  ]);
});

it.each([
  [1, ['5', undefined]],
  [2, ['5', undefined]],
  [3, [...times(3, '10'), undefined]],
  [5, [...times(6, '15'), undefined]],
])('gives for %s referred tenants what that brings, for as long', (referred, expected) => {
  expect(percents({ kind: 'referral', from: '2026-01-01', referred }, expected.length)).toEqual(expected);
});

it.each([
  [1, '10'],
  [2, '15'],
  [3, '20'],
] as const)('gives for %s years paid ahead %s %%, and then no more', (years, percent) => {
  const expected = [...times(years * 12, percent), undefined];
  expect(percents({ kind: 'prepaid', from: '2026-01-15', years }, expected.length)).toEqual(expected);
});

it.each([
  ['500', undefined],
  ['501', '10'],
  ['1000', '10'],
  ['1001', '15'],
  ['2000', '15'],
  ['2001', '20'],
])('gives for %s members a volume discount of %s', (members, percent) => {
  const [discount] = discountsIn('2026-01', [{ kind: 'volume', from: '2026-01-01' }], decimal(members));
  expect(discount?.percent).toBe(percent);
});

describe('several at once', () => {
  it('are taken in one order, of each kind the highest', () => {
    const granted: GrantedDiscount[] = [
      { kind: 'referral', from: '2026-01-01', referred: 5 },
      { kind: 'rural', from: '2020-01-01' },
      { kind: 'women', from: '2020-01-01' },
      { kind: 'non-profit', from: '2020-01-01' },
      { kind: 'early-adopter', from: '2025-10-01' },
      { kind: 'early-adopter', from: '2025-12-01' },
      { kind: 'volume', from: '2020-01-01' },
      { kind: 'prepaid', from: '2026-01-01', years: 2 },
    ];
    expect(discountsIn('2026-01', granted, decimal('1500'))).toEqual([
      { kind: 'prepaid', percent: '15' },
      { kind: 'volume', percent: '15' },
      { kind: 'non-profit', percent: '25' },
      { kind: 'women', percent: '10' },
      { kind: 'rural', percent: '15' },
      { kind: 'early-adopter', percent: '50' },
      { kind: 'referral', percent: '15' },
    ]);
  });

  it('hold in the months of their first and last days, and in none besides', () => {
    const granted: GrantedDiscount[] = [{ kind: 'women', from: '2026-02-28', until: '2026-04-01' }];
    const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'];
    expect(months.map((month) => discountsIn(month, granted, decimal('1')).length)).toEqual([0, 1, 1, 1, 0]);
  });
});
