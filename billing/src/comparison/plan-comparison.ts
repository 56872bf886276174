import { METER_KEYS, type MeterKey, quantityOf, type Usage } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import type { Contract } from '../plans/contract.ts';
import type { Plan } from '../plans/plan.ts';
import { PriceList } from '../plans/price-list.ts';
import { type Bill, type BillQuestion, bill, plansInEffect } from '../rating/bill.ts';

/** What a month would cost under a plan. */
export interface PricedPlan {
  readonly plan: Plan;
  readonly bill: Bill;
  /** Meters above a limit of the plan that it sells nothing beyond: the tenant does not fit into it. */
  readonly exceeded: readonly MeterKey[];
}

export interface ComparisonQuestion extends BillQuestion {
  /** The local day whose plan is the tenant's own, and whose offers are compared; it may be after the month. */
  readonly today: string;
}

/** All plans side by side. */
export interface PlanComparison {
  /** The offered ones and the tenant's own, cheapest first; of equal price by key. */
  readonly plans: readonly PricedPlan[];
  /** The tenant's own; undefined when the contract does not hold today. */
  readonly current: PricedPlan | undefined;
  /** The cheapest of those that the tenant fits into. */
  readonly cheapest: PricedPlan | undefined;
}

/**
 * Prices a month under every plan, as if each had been in effect on all its days, with the discounts that the contract
 * has in that month.
 *
 * @throws {UnknownPlanError} when the price list lacks a plan of the contract
 */
export function comparePlans({ month, usage, contract, prices, today }: ComparisonQuestion): PlanComparison {
  const own = plansInEffect([today], contract, prices)[0]?.plan;
  const offered = prices.offeredOn(today).filter(({ key }) => key !== own?.key);
  const plans = [...(own === undefined ? [] : [own]), ...offered]
    .map((plan) => ({
      plan,
      bill: billUnder(plan, month, usage, contract),
      exceeded: exceededLimits(plan, usage),
    }))
    .sort((a, b) =>
      a.bill.total === b.bill.total
        ? a.plan.key < b.plan.key
          ? -1
          : 1
        : a.bill.total < b.bill.total
          ? -1
          : 1,
    );
  return {
    plans,
    current: plans.find(({ plan }) => plan === own),
    cheapest: plans.find(({ exceeded }) => exceeded.length === 0),
  };
}

/** The bill of a month on all days of which one version of a plan is in effect, under a contract's discounts. */
export function billUnder(plan: Plan, month: string, usage: Usage, contract: Contract): Bill {
  return bill(wholeMonthUnder(plan, month, usage, contract));
}

/** What {@link billUnder} bills. */
export function wholeMonthUnder(
  { key, version, ...plan }: Plan,
  month: string,
  usage: Usage,
  { discounts }: Contract,
): BillQuestion {
  const [firstDay = ''] = usage.days;
  return {
    month,
    usage,
    contract: { startedOn: firstDay, terms: [{ from: firstDay, plan: key, version }], discounts },
    prices: new PriceList([{ key, version, ...plan }]),
  };
}

/** The meters that a plan charges for. */
export function metersCharged({ charges }: Plan): Set<MeterKey> {
  return new Set(charges.flatMap((charge) => (charge.model === 'flat' ? [] : [charge.meter])));
}

function exceededLimits(plan: Plan, usage: Usage): MeterKey[] {
  const charged = metersCharged(plan);
  return METER_KEYS.filter((meter) => {
    const limit = plan.limits[meter];
    return limit !== undefined && !charged.has(meter) && quantityOf(usage, meter).gt(decimal(limit));
  });
}
