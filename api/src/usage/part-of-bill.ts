import { apportion, type CostGroup, type Rupiah } from '@riwayat/billing';

/** An amount, and what it is for. */
export interface GroupCost {
  readonly key: CostGroup;
  readonly amount: Rupiah;
}

/** How much of a bill's weight a part of it has. */
export interface Part {
  readonly weight: bigint;
  readonly of: bigint;
}

/**
 * What a part of a bill is for: the bill's groups, in the bill's proportions, adding up to the part. What is taken off is
 * shared first, rounded down; what is charged makes up the rest, by largest remainder.
 *
 * @param groups of the whole bill
 * @param total of the part: not below 0
 */
export function groupsOfPart(groups: readonly GroupCost[], total: Rupiah, { weight, of }: Part): GroupCost[] {
  const taken = groups.map(({ amount }) => (amount < 0n && of > 0n ? (-amount * weight) / of : 0n));
  const charged = total + taken.reduce((sum, amount) => sum + amount, 0n);
  const shares = apportion(
    charged,
    groups.map(({ amount }) => (amount > 0n ? amount : 0n)),
  );
  return groups.map(({ key }, index) => ({ key, amount: (shares[index] ?? 0n) - (taken[index] ?? 0n) }));
}

/** Groups of several bills as those of one. */
export function addedUp(bills: readonly (readonly GroupCost[])[]): GroupCost[] {
  const amounts = new Map<CostGroup, Rupiah>();
  for (const { key, amount } of bills.flat()) {
    amounts.set(key, (amounts.get(key) ?? 0n) + amount);
  }
  return [...amounts].map(([key, amount]) => ({ key, amount }));
}
