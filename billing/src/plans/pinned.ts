import { plansInEffect } from '../rating/bill.ts';
import type { Contract, Term } from './contract.ts';
import type { PriceList } from './price-list.ts';

/**
 * A contract as it is on some days, holding to the versions of plans that are its prices now: a bill of it is the same at
 * any later time, whatever prices are added.
 *
 * @throws {UnknownPlanError} when the price list lacks a plan of the contract
 */
export function pinned(contract: Contract, days: readonly string[], prices: PriceList): Contract {
  const planOf = new Map(
    plansInEffect(days, contract, prices).flatMap(({ plan, days: its }) =>
      [...its].map((day) => [day, plan] as const),
    ),
  );
  const terms: Term[] = [];
  for (const day of days) {
    const plan = planOf.get(day);
    const last = terms.at(-1);
    if (plan !== undefined && (last?.plan !== plan.key || last.version !== plan.version)) {
      terms.push({ from: day, plan: plan.key, version: plan.version });
    }
  }
  return { ...contract, terms: terms.length === 0 ? contract.terms : terms };
}
