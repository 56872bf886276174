import { type DiscountKind, discountsIn } from '../discounts/discounts.ts';
import { quantityOf, type Usage } from '../meters/meter.ts';
import { decimal, largest, sum, ZERO } from '../money/decimal.ts';
import type { GrantedDiscount } from '../plans/contract.ts';
import type { LocalText } from '../plans/plan.ts';
import type { ExactLine } from './line.ts';
import { percentOf } from './modifiers.ts';

const NAMES: Readonly<Record<DiscountKind, LocalText>> = {
  prepaid: { id: 'Diskon bayar di muka', en: 'Prepayment discount' },
  volume: { id: 'Diskon volume', en: 'Volume discount' },
  'non-profit': { id: 'Diskon nirlaba', en: 'Non-profit discount' },
  women: { id: 'Diskon koperasi wanita', en: 'Women’s co-operative discount' },
  rural: { id: 'Diskon koperasi pedesaan', en: 'Rural co-operative discount' },
  'early-adopter': { id: 'Diskon pengguna awal', en: 'Early adopter discount' },
  referral: { id: 'Diskon referensi', en: 'Referral discount' },
};

/**
 * What discounts take off a month's charges, in their order, each from what those before have left.
 *
 * @param month `YYYY-MM`
 * @param usage of the days of the contract: its members decide on the volume discount
 * @param charges everything that the plans charge for the month; none, when no plan was in effect
 * @param days in the month
 */
export function discountLines(
  month: string,
  usage: Usage,
  granted: readonly GrantedDiscount[],
  charges: readonly ExactLine[],
  days: number,
): ExactLine[] {
  if (charges.length === 0) {
    return [];
  }
  let left = largest(ZERO, sum(charges.map(({ exact }) => exact)));
  return discountsIn(month, granted, quantityOf(usage, 'members')).map(({ kind, percent }) => {
    const taken = percentOf(left, decimal(`-${percent}`));
    left = left.plus(taken.exact);
    return {
      kind: 'discount',
      component: null,
      name: NAMES[kind],
      plan: null,
      discount: kind,
      share: { days, of: days },
      measured: null,
      ...taken,
    };
  });
}
