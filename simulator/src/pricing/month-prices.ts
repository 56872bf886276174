import { type Bill, bill, CATALOGUE, type Plan, PriceList, type Usage } from '@riwayat/billing';

/** What a simulated month costs under one plan. */
export interface MonthPrice {
  readonly plan: Plan;
  readonly bill: Bill;
}

/** A plan that nobody offers. */
export class UnknownPlanKeyError extends Error {
  override readonly name = 'UnknownPlanKeyError';
}

/** Every plan at once. */
export const ALL_PLANS = 'all';

/**
 * What a simulated month would cost: in the newest version of each plan, whatever year the month is of, without discounts,
 * which are a contract's.
 *
 * @param wanted key of a plan, or {@link ALL_PLANS}
 * @param plans every version of every plan
 * @returns the cheapest first
 * @throws {UnknownPlanKeyError} for a key that is no plan's
 */
export function pricesOfMonth(
  usage: Usage,
  wanted: string,
  plans: readonly Plan[] = CATALOGUE,
): MonthPrice[] {
  const newest = new Map<string, Plan>();
  for (const plan of plans) {
    const known = newest.get(plan.key);
    if (known === undefined || plan.version > known.version) {
      newest.set(plan.key, plan);
    }
  }
  const chosen = [...newest.values()].filter(({ key, offered }) =>
    wanted === ALL_PLANS ? offered : key === wanted,
  );
  if (chosen.length === 0) {
    throw new UnknownPlanKeyError(
      `There is no plan "${wanted}". Plans: ${[...newest.keys(), ALL_PLANS].join(', ')}.`,
    );
  }
  const [startedOn = ''] = usage.days;
  const prices = new PriceList(plans);
  return chosen
    .map((plan) => ({
      plan,
      bill: bill({
        month: startedOn.slice(0, 'YYYY-MM'.length),
        usage,
        contract: {
          startedOn,
          terms: [{ from: startedOn, plan: plan.key, version: plan.version }],
          discounts: [],
        },
        prices,
      }),
    }))
    .sort((a, b) => (a.bill.total < b.bill.total ? -1 : a.bill.total > b.bill.total ? 1 : 0));
}
