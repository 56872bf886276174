import { evenUsage, type MeterKey } from '../meters/meter.ts';
import { billingMonth } from '../period/month.ts';
import type { Plan } from '../plans/plan.ts';
import { PriceList } from '../plans/price-list.ts';
import { type Bill, bill } from './bill.ts';

/** A month of thirty days that no clock is changed in. */
const MONTH = billingMonth('2026-06', 'UTC');

/**
 * What a plan costs for a month of which only the totals are known, spread evenly: for calculators and plans of what may
 * come. Without discounts, which are a contract's.
 *
 * @param totals by meter, in its own units: plain decimals, such as `{ members: '250', storage: '2' }`
 */
export function priceOfTotals(plan: Plan, totals: Readonly<Partial<Record<MeterKey, string>>>): Bill {
  const [firstDay = ''] = MONTH.days;
  return bill({
    month: MONTH.month,
    usage: evenUsage(MONTH.days, totals),
    contract: {
      startedOn: firstDay,
      terms: [{ from: firstDay, plan: plan.key, version: plan.version }],
      discounts: [],
    },
    prices: new PriceList([plan]),
  });
}
