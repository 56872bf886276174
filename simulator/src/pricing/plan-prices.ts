import { pricesOfMonth } from './month-prices.ts';
import { type MonthUsageOptions, usageOfMonth } from './month-usage.ts';
import { type PricedMonth, pricedMonth } from './priced-month.ts';

/**
 * What a simulated month would cost.
 *
 * @param plan key of a plan, or `all`
 * @throws {UnknownPlanKeyError} for a key that is no plan's; {NotAMonthError} for other than 28 to 31 days
 */
export function planPrices(month: MonthUsageOptions, plan: string): PricedMonth {
  const usage = usageOfMonth(month);
  return pricedMonth(usage, pricesOfMonth(usage, plan));
}
