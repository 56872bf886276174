/*
 * Where more usage costs less.
 *
 * Under volume tiers the whole quantity has the price of the tier that it reaches, and the volume discount is of the whole
 * bill: just beyond such a bound a bill falls. A tenant is told, and can decide.
 */
import { VOLUME_BOUNDS } from '../discounts/discounts.ts';
import { METERS, type MeterKey, quantityOf, type Usage, usageOfDays } from '../meters/meter.ts';
import { raised } from '../meters/raised.ts';
import { type Decimal, decimal, largest, ONE, portion, quotient, ZERO } from '../money/decimal.ts';
import type { Rupiah } from '../money/rupiah.ts';
import type { ChargeOf, Plan } from '../plans/plan.ts';
import { type BillQuestion, bill, plansInEffect } from './bill.ts';

/** A tier's end at which one more unit makes a month cheaper. */
export interface Cliff {
  /** Key of the charge. */
  readonly charge: string;
  readonly meter: MeterKey;
  /** The last quantity at the higher price, in billed units. */
  readonly at: Decimal;
  /** What that quantity costs in a month, and what one unit more does; in rupiah, exact. */
  readonly cost: Decimal;
  readonly costBeyond: Decimal;
  /** The quantity that costs as much again, at the lower price; null where that is 0. */
  readonly levelAt: Decimal | null;
}

/** The cliffs of a plan, by charge and quantity. */
export function cliffsOf(plan: Plan): Cliff[] {
  return plan.charges.flatMap((charge) => (isVolume(charge) ? cliffsOfCharge(charge) : []));
}

/** A higher quantity with which the same month would have cost less. */
export interface CheaperBeyond {
  readonly meter: MeterKey;
  /** What was used, and the higher quantity; in the meter's own units. */
  readonly quantity: Decimal;
  readonly beyond: Decimal;
  /** What the month would have cost, and by how much that is less. */
  readonly total: Rupiah;
  readonly saves: Rupiah;
}

/**
 * By which meters a month would have cost less if more had been used, each with the quantity that saves most. Everything
 * counts: shares of days, limits, discounts.
 *
 * @throws {UnknownPlanError} as `bill` does
 */
export function cheaperBeyond(question: BillQuestion): CheaperBeyond[] {
  const { total } = bill(question);
  const best = new Map<MeterKey, CheaperBeyond>();
  for (const { meter, quantity, beyond, days } of bounds(question)) {
    const usage = raised(question.usage, meter, beyond, days);
    const cheaper = bill({ ...question, usage }).total;
    const saves = total - cheaper;
    if (saves > (best.get(meter)?.saves ?? 0n)) {
      best.set(meter, { meter, quantity, beyond, total: cheaper, saves });
    }
  }
  return [...best.values()];
}

/** The first whole unit beyond something that lowers a price. */
interface Bound {
  readonly meter: MeterKey;
  readonly quantity: Decimal;
  readonly beyond: Decimal;
  readonly days: ReadonlySet<string>;
}

function bounds({ usage, contract, prices }: BillQuestion): Bound[] {
  const inEffect = plansInEffect(usage.days, contract, prices);
  const ofPlans = inEffect.flatMap(({ plan, days }) =>
    plan.charges.filter(isVolume).flatMap((charge) => boundsOfCharge(charge, usage, days)),
  );
  const days = new Set(inEffect.flatMap((plan) => [...plan.days]));
  const hasVolumeDiscount = contract.discounts.some(({ kind }) => kind === 'volume');
  return hasVolumeDiscount && days.size > 0 ? [...ofPlans, ...boundsOfDiscount(usage, days)] : ofPlans;
}

function boundsOfCharge(
  { meter, tiers, unit }: ChargeOf<'tiered'>,
  usage: Usage,
  days: ReadonlySet<string>,
): Bound[] {
  const quantity = quantityOf(usageOfDays(usage, days), meter);
  const size = decimal(unit?.size ?? '1');
  const share = METERS[meter].kind === 'flow' ? days.size : usage.days.length;
  return tiers
    .flatMap(({ upTo }) => (upTo === null ? [] : [portion(decimal(upTo), share, usage.days.length)]))
    .map((end) => nextWhole(end).times(size))
    .filter((beyond) => beyond.gt(quantity))
    .map((beyond) => ({ meter, quantity, beyond, days }));
}

function boundsOfDiscount(usage: Usage, days: ReadonlySet<string>): Bound[] {
  const quantity = quantityOf(usageOfDays(usage, days), 'members');
  return VOLUME_BOUNDS.map((bound) => decimal(bound).plus(ONE))
    .filter((beyond) => beyond.gt(quantity))
    .map((beyond) => ({ meter: 'members', quantity, beyond, days }));
}

function cliffsOfCharge({ key, meter, included, tiers }: ChargeOf<'tiered'>): Cliff[] {
  const free = decimal(included);
  const costOf = (quantity: Decimal, price: string): Decimal =>
    largest(ZERO, quantity.minus(free)).times(decimal(price));
  return tiers.flatMap(({ upTo, price }, index) => {
    const next = tiers[index + 1];
    if (upTo === null || next === undefined) {
      return [];
    }
    const at = decimal(upTo);
    const cost = costOf(at, price);
    const costBeyond = costOf(at.plus(ONE), next.price);
    const lower = decimal(next.price);
    const levelAt = lower.eq(ZERO) ? null : free.plus(quotient(cost, lower));
    return costBeyond.lt(cost) ? [{ charge: key, meter, at, cost, costBeyond, levelAt }] : [];
  });
}

function isVolume(charge: Plan['charges'][number]): charge is ChargeOf<'tiered'> {
  return charge.model === 'tiered' && charge.mode === 'volume';
}

/** The first whole number above. */
function nextWhole(quantity: Decimal): Decimal {
  return quantity.round(0, 0 /* roundDown */).plus(ONE);
}
