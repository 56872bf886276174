import type { Usage } from '../meters/meter.ts';
import type { Rupiah } from '../money/rupiah.ts';
import type { Bill } from '../rating/bill.ts';
import type { MonthForecast, Place } from './forecast.ts';

/** What a forecast month will cost. */
export interface CostForecast {
  readonly month: string;
  /** The bill of what is expected to be used. */
  readonly bill: Bill;
  /**
   * From the cheapest to the dearest of the bills in which all meters are at their low, middle and high together. It is
   * wider than four months in five, for meters are seldom all low or all high at once.
   */
  readonly low: Rupiah;
  readonly high: Rupiah;
}

/**
 * Bills a forecast month.
 *
 * @param billOf the bill of some usage of that month
 */
export function costForecast({ month, usage }: MonthForecast, billOf: (usage: Usage) => Bill): CostForecast {
  const at = (place: Place): Bill => billOf(usage[place]);
  const middle = at('middle');
  // Where prices fall with volume, more usage can cost less.
  const totals = [at('low'), middle, at('high')]
    .map(({ total }) => total)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { month, bill: middle, low: totals.at(0) ?? 0n, high: totals.at(-1) ?? 0n };
}
