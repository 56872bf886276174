import { type Decimal, decimal } from './decimal.ts';

/** Whole rupiah: the only form in which money is asked for, paid or shown. */
export type Rupiah = bigint;

/** An amount in whole rupiah, halves away from zero. */
export function roundToRupiah(amount: Decimal): Rupiah {
  return BigInt(amount.round(0, 1 /* roundHalfUp */).toFixed(0));
}

/**
 * Shares a sum out in whole rupiah by largest remainder: the shares are as near to the weights as whole numbers can be,
 * and they add up to the sum. Equal remainders go to the earlier weights.
 *
 * @param total may be negative: then each share is, or is 0
 * @param weights none below 0; when all are 0 there is nothing to go by, and the first takes everything
 * @throws {RangeError} for a weight below 0, or for something to share out and nobody to take it
 */
export function apportion(total: Rupiah, weights: readonly bigint[]): Rupiah[] {
  if (weights.some((weight) => weight < 0n)) {
    throw new RangeError('A share cannot have a weight below 0.');
  }
  if (weights.length === 0) {
    if (total !== 0n) {
      throw new RangeError(`${total} cannot be shared out among nobody.`);
    }
    return [];
  }
  const sign = total < 0n ? -1n : 1n;
  const size = total * sign;
  const all = weights.reduce((sum, weight) => sum + weight, 0n);
  if (all === 0n) {
    return weights.map((_, index) => (index === 0 ? total : 0n));
  }
  const shares = weights.map((weight) => (size * weight) / all);
  const remainders = weights.map((weight, index) => ({ index, remainder: (size * weight) % all }));
  const left = size - shares.reduce((sum, share) => sum + share, 0n);
  remainders.sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const { index } of remainders.slice(0, Number(left))) {
    shares[index] = (shares[index] ?? 0n) + 1n;
  }
  return shares.map((share) => share * sign);
}

/**
 * Amounts in whole rupiah that add up to the rounded sum of the exact ones: each is the exact one rounded down or up.
 */
export function roundTogether(amounts: readonly Decimal[]): { parts: Rupiah[]; total: Rupiah } {
  const floors = amounts.map(floor);
  const remainders = amounts.map((amount, index) => ({
    index,
    remainder: amount.minus(decimal(floors[index] ?? 0n)),
  }));
  const total = roundToRupiah(amounts.reduce((sum, amount) => sum.plus(amount), decimal('0')));
  const left = total - floors.reduce((sum, part) => sum + part, 0n);
  remainders.sort((a, b) => b.remainder.cmp(a.remainder) || a.index - b.index);
  const raised = new Set(remainders.slice(0, Number(left)).map(({ index }) => index));
  return { parts: floors.map((part, index) => (raised.has(index) ? part + 1n : part)), total };
}

function floor(amount: Decimal): bigint {
  const truncated = BigInt(amount.round(0, 0 /* roundDown */).toFixed(0));
  return amount.lt(decimal(truncated)) ? truncated - 1n : truncated;
}
