/*
 * Whose the cost of a bill is: by endpoint, by person, by day, by component.
 *
 * What always holds: every breakdown adds up to the bill's total, to the rupiah; whoever weighs more is not given less,
 * and gaining weight never makes a share smaller; no order of the rows changes a share.
 */
import { apportion, type Rupiah } from '../money/rupiah.ts';
import { COMPONENTS, type Component } from '../plans/plan.ts';
import type { Bill } from '../rating/bill.ts';

/** What nobody weighs in for, and the key for requests that are nobody's. */
export const UNATTRIBUTED = '(unattributed)';

/** An endpoint, a person or a day, and the sum of the weights of its requests. */
export interface Weighted {
  readonly key: string;
  /** See `requestWeight`; not below 0. */
  readonly weight: bigint;
}

/** What of a bill is somebody's. */
export interface Attributed extends Weighted {
  readonly amount: Rupiah;
}

/**
 * Shares a total out by weight, by largest remainder; equal remainders go by the keys. When there is a total and nobody
 * has weight, all of it is a row more, of {@link UNATTRIBUTED}.
 *
 * @returns in the order of the rows given
 * @throws {RangeError} for a weight below 0, or a key that is given twice
 */
export function attribute(total: Rupiah, rows: readonly Weighted[]): Attributed[] {
  if (new Set(rows.map(({ key }) => key)).size !== rows.length) {
    throw new RangeError('A cost is shared out among different keys.');
  }
  if (total !== 0n && rows.every(({ weight }) => weight === 0n)) {
    const nothing = rows
      .filter(({ key }) => key !== UNATTRIBUTED)
      .map((row): Attributed => ({ ...row, amount: 0n }));
    return [...nothing, { key: UNATTRIBUTED, weight: 0n, amount: total }];
  }
  const byKey = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
  const shares = apportion(
    total,
    byKey.map(({ weight }) => weight),
  );
  const amounts = new Map(byKey.map(({ key }, index) => [key, shares[index] ?? 0n]));
  return rows.map((row) => ({ ...row, amount: amounts.get(row.key) ?? 0n }));
}

/** What lines of a bill are for: a component, or what is taken off or added for all of them. */
export type CostGroup = Component | 'limits' | 'discounts';

/**
 * A bill by what it is for: its lines, added up by component; then minimum and maximum, and discounts, which are of no
 * component. What the bill has no line for is not there.
 */
export function costByComponent({ lines }: Pick<Bill, 'lines'>): { key: CostGroup; amount: Rupiah }[] {
  const amounts = new Map<CostGroup, Rupiah>();
  for (const { kind, component, amount } of lines) {
    const key = component ?? (kind === 'discount' ? 'discounts' : 'limits');
    amounts.set(key, (amounts.get(key) ?? 0n) + amount);
  }
  return [...COMPONENTS, 'limits' as const, 'discounts' as const].flatMap((key) => {
    const amount = amounts.get(key);
    return amount === undefined ? [] : [{ key, amount }];
  });
}
