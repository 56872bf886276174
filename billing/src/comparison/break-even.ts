/*
 * Where one plan becomes cheaper than another, as one meter of a tenant's month grows and everything else stays as it is.
 *
 * What always holds: both plans are priced by `bill`; a point is exact to one unit of the meter: at `quantity` one plan is
 * not yet cheaper, one unit above it is. Between the quantities at which a charge of either plan bends, what the plans
 * cost runs straight, so no point between them is missed; minimum, cap and bursts bend elsewhere, and there two points
 * that lie close together could be.
 */
import { VOLUME_BOUNDS } from '../discounts/discounts.ts';
import { METER_KEYS, type MeterKey, quantityOf, type Usage } from '../meters/meter.ts';
import { decimal, ONE } from '../money/decimal.ts';
import type { Rupiah } from '../money/rupiah.ts';
import type { Contract } from '../plans/contract.ts';
import type { Charge, Plan } from '../plans/plan.ts';
import { billUnder, metersCharged } from './plan-comparison.ts';
import { withQuantity } from './scaled-usage.ts';

/** A point at which the cheaper of two plans changes. */
export interface BreakEven {
  readonly meter: MeterKey;
  /** In whole units of the meter: the last at which the other plan is not yet cheaper. */
  readonly quantity: bigint;
  /** Keys of plans. */
  readonly cheaperBelow: string;
  readonly cheaperAbove: string;
}

export interface BreakEvenQuestion {
  readonly month: string;
  readonly usage: Usage;
  readonly contract: Contract;
  readonly plans: readonly [Plan, Plan];
}

/** How far beyond what is used is looked, in times of it. */
const REACH = 20n;
/** How far beyond the last price step, in times of it. */
const BEYOND_STEPS = 10n;
/** Between price steps, quantities are looked at that grow by so many times. */
const STRIDE = 4n;

/** Prices that both plans of several questions are asked for are computed once. */
export type PriceOf = (plan: Plan, meter: MeterKey, quantity: bigint) => Rupiah;

/** What plans cost as one meter of a month varies, remembered. */
export function priceOfVaried(month: string, usage: Usage, contract: Contract): PriceOf {
  const known = new Map<string, Rupiah>();
  return (plan, meter, quantity) => {
    const key = metersCharged(plan).has(meter)
      ? `${plan.key}/${meter}/${quantity}`
      : // Volume discounts go by members, whatever the plan charges for.
        meter === 'members'
        ? `${plan.key}/members/${quantity}`
        : plan.key;
    const total = known.get(key) ?? billUnder(plan, month, varied(usage, meter, quantity), contract).total;
    known.set(key, total);
    return total;
  };
}

function varied(usage: Usage, meter: MeterKey, quantity: bigint): Usage {
  return withQuantity(usage, meter, decimal(quantity));
}

/**
 * Every point at which the cheaper of two plans changes, by meter that either charges for, from 0 to some way beyond what
 * is used and beyond the last price step.
 *
 * @param priceOf as of {@link priceOfVaried}, to share with other questions on the same month
 */
export function breakEvens(
  { month, usage, contract, plans }: BreakEvenQuestion,
  priceOf: PriceOf = priceOfVaried(month, usage, contract),
): BreakEven[] {
  const [first, second] = plans;
  const charged = new Set([...metersCharged(first), ...metersCharged(second)]);
  return METER_KEYS.filter((meter) => charged.has(meter)).flatMap((meter) => {
    /** Which one is cheaper: -1 the first, 1 the second, 0 neither. */
    const cheaper = (quantity: bigint): number => {
      const [one, other] = [priceOf(first, meter, quantity), priceOf(second, meter, quantity)];
      return one < other ? -1 : one > other ? 1 : 0;
    };
    return changesOf(cheaper, quantitiesToLookAt(usage, meter, plans)).map(
      ({ quantity, to }): BreakEven => ({
        meter,
        quantity,
        cheaperBelow: to === 1 ? first.key : second.key,
        cheaperAbove: to === 1 ? second.key : first.key,
      }),
    );
  });
}

function changesOf(
  cheaper: (quantity: bigint) => number,
  quantities: readonly bigint[],
): { quantity: bigint; to: number }[] {
  let last = 0;
  return quantities.flatMap((quantity, index) => {
    const now = cheaper(quantity);
    if (now === 0 || now === last) {
      return [];
    }
    const before = last;
    last = now;
    const from = quantities[index - 1];
    return before === 0 || from === undefined
      ? []
      : [{ quantity: lastWithout(from, quantity, (between) => cheaper(between) === now), to: now }];
  });
}

/** The last quantity without a property that `low` has not and `high` has. */
function lastWithout(low: bigint, high: bigint, has: (quantity: bigint) => boolean): bigint {
  if (high - low <= 1n) {
    return low;
  }
  const middle = (low + high) / 2n;
  return has(middle) ? lastWithout(low, middle, has) : lastWithout(middle, high, has);
}

function quantitiesToLookAt(usage: Usage, meter: MeterKey, plans: readonly Plan[]): bigint[] {
  const own = BigInt(quantityOf(usage, meter).round(0, 0).toFixed());
  const steps = [
    ...plans.flatMap(({ charges }) => charges.flatMap((charge) => stepsOf(charge, meter))),
    ...(meter === 'members' ? VOLUME_BOUNDS.map(BigInt) : []),
  ];
  const end = [1n, own * REACH, ...steps.map((step) => step * BEYOND_STEPS)].sort(rising).at(-1) ?? 1n;
  const strides: bigint[] = [];
  for (let quantity = 1n; quantity < end; quantity *= STRIDE) {
    strides.push(quantity);
  }
  const all = [0n, own, end, ...strides, ...steps.flatMap((step) => [step, step + 1n])];
  return [...new Set(all)].filter((quantity) => quantity <= end).sort(rising);
}

function rising(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The quantities, in whole units of the meter, at which the price of a unit changes. */
function stepsOf(charge: Charge, meter: MeterKey): bigint[] {
  if (charge.model === 'flat' || charge.meter !== meter) {
    return [];
  }
  const size = charge.unit === undefined ? ONE : decimal(charge.unit.size);
  const steps = [
    charge.model === 'burst' ? charge.covered : charge.included,
    ...(charge.model === 'tiered' ? charge.tiers.map(({ upTo }) => upTo) : []),
  ];
  return steps.flatMap((step) =>
    step === undefined || step === null
      ? []
      : [BigInt(decimal(step).times(size).round(0, 0 /* roundDown */).toFixed(0))],
  );
}
