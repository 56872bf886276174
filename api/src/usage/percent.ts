import { type Decimal, decimal, quotient, ZERO } from '@riwayat/billing';

const PERCENT = decimal('100');
const HALF_UP = 1;

/** A part in percent of a whole, to one decimal, as JSON has it; null of nothing. */
export function percentOf(part: Decimal, whole: Decimal): number | null {
  return whole.eq(ZERO) ? null : Number(quotient(part.times(PERCENT), whole).round(1, HALF_UP).toFixed());
}

/** How much more an amount is than the one before, in percent of that, to one decimal; null when there was none. */
export function changeOf(amount: Decimal, before: Decimal): number | null {
  return percentOf(amount.minus(before), before);
}
