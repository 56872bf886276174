import { type Bill, bill, CATALOGUE, monthDays, type Plan, PriceList, type Usage } from '@riwayat/billing';

/** What a simulated month costs under one plan. */
export interface MonthPrice {
  readonly plan: Plan;
  readonly bill: Bill;
}

/** A plan that nobody offers. */
export class UnknownPlanKeyError extends Error {
  override readonly name = 'UnknownPlanKeyError';
}

/** Days that are too few, or too many, to be a month. */
export class NotAMonthError extends Error {
  override readonly name = 'NotAMonthError';
}

/** A month of every length that there is. Which days were simulated changes no price; how many there are does. */
const MONTHS = ['2026-02', '2028-02', '2026-06', '2026-07'];

/** Every plan at once. */
export const ALL_PLANS = 'all';

/**
 * What a simulated month would cost: in the newest version of each plan, whatever year the month is of, without discounts,
 * which are a contract's.
 *
 * @param usage of 28 to 31 days, from whichever on
 * @param wanted key of a plan, or {@link ALL_PLANS}
 * @param plans every version of every plan
 * @returns the cheapest first
 * @throws {UnknownPlanKeyError} for a key that is no plan's; {NotAMonthError} for usage of other than a month
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
  const month = monthOf(usage);
  const days = monthDays(month);
  const [startedOn = ''] = days;
  const prices = new PriceList(plans);
  return chosen
    .map((plan) => ({
      plan,
      bill: bill({
        month,
        usage: { ...usage, days },
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

function monthOf({ days: { length } }: Usage): string {
  const month = MONTHS.find((one) => monthDays(one).length === length);
  if (month === undefined) {
    throw new NotAMonthError(`Plans price a month, which has 28 to 31 days, and not ${length}.`);
  }
  return month;
}
