/*
 * What discounts take off.
 *
 * The one rule for several at once: they are taken in the order of DISCOUNT_ORDER, each from what the ones before it have
 * left. So no order of granting changes a bill, and nothing falls below zero. A discount is of whole months: it holds in a
 * month when it holds on any day of it.
 */
import { type Decimal, decimal } from '../money/decimal.ts';
import { monthsBetween } from '../period/month.ts';
import type { GrantedDiscount } from '../plans/contract.ts';

export const DISCOUNT_ORDER = [
  'prepaid',
  'volume',
  'non-profit',
  'women',
  'rural',
  'early-adopter',
  'referral',
] as const;

export type DiscountKind = (typeof DISCOUNT_ORDER)[number];

export interface DiscountInMonth {
  readonly kind: DiscountKind;
  /** Percent, 0 to 100. */
  readonly percent: string;
}

const MONTHS_IN_YEAR = 12;
/** By months since the first; each ends before its bound. */
const EARLY_ADOPTER = [
  { months: 3, percent: '50' },
  { months: 6, percent: '30' },
  { months: 12, percent: '15' },
] as const;
/** By members, from the highest. */
const VOLUME = [
  { beyond: '2000', percent: '20' },
  { beyond: '1000', percent: '15' },
  { beyond: '500', percent: '10' },
] as const;
/** The numbers of members beyond which the volume discount is higher. */
export const VOLUME_BOUNDS: readonly string[] = VOLUME.map(({ beyond }) => beyond);
/** By tenants referred, from the highest: percent, and for how many months. */
const REFERRAL = [
  { referred: 5, percent: '15', months: 6 },
  { referred: 3, percent: '10', months: 3 },
  { referred: 1, percent: '5', months: 1 },
] as const;
const PREPAID: Readonly<Record<1 | 2 | 3, string>> = { 1: '10', 2: '15', 3: '20' };
const FIXED = { 'non-profit': '25', women: '10', rural: '15' } as const;

/**
 * The discounts of a month, in the order in which they are taken. Of several of one kind, the highest.
 *
 * @param month `YYYY-MM`
 * @param members of the month
 */
export function discountsIn(
  month: string,
  granted: readonly GrantedDiscount[],
  members: Decimal,
): DiscountInMonth[] {
  return DISCOUNT_ORDER.flatMap((kind) => {
    const percents = granted
      .filter((discount) => discount.kind === kind)
      .map((discount) => percentOf(discount, month, members))
      .filter((percent) => percent !== undefined)
      .sort((a, b) => decimal(b).cmp(decimal(a)));
    const [percent] = percents;
    return percent === undefined ? [] : [{ kind, percent }];
  });
}

function percentOf(discount: GrantedDiscount, month: string, members: Decimal): string | undefined {
  const since = monthsBetween(discount.from.slice(0, month.length), month);
  if (since < 0) {
    return undefined;
  }
  switch (discount.kind) {
    case 'referral':
      return REFERRAL.find(({ referred, months }) => discount.referred >= referred && since < months)
        ?.percent;
    case 'prepaid':
      return since < discount.years * MONTHS_IN_YEAR ? PREPAID[discount.years] : undefined;
    default:
      if (discount.until !== undefined && discount.until.slice(0, month.length) < month) {
        return undefined;
      }
  }
  switch (discount.kind) {
    case 'early-adopter':
      return EARLY_ADOPTER.find(({ months }) => since < months)?.percent;
    case 'volume':
      return VOLUME.find(({ beyond }) => members.gt(decimal(beyond)))?.percent;
    default:
      return FIXED[discount.kind];
  }
}
