/*
 * The one function that says what usage costs: live cost, preview, forecast, invoice and plan comparison all ask it.
 *
 * What always holds: it is pure; the lines of a bill add up to its total in whole rupiah; a line is exact to 12 decimals,
 * and a bill is rounded once, at its total, halves up; the days of a month on which one version of a plan was in effect are
 * rated together, in however many pieces they lie; what was used on days without a contract counts for nothing.
 */
import { type Usage, usageOfDays } from '../meters/meter.ts';
import { type Decimal, sum } from '../money/decimal.ts';
import { type Rupiah, roundTogether } from '../money/rupiah.ts';
import type { Contract, Term } from '../plans/contract.ts';
import type { Plan } from '../plans/plan.ts';
import type { PriceList } from '../plans/price-list.ts';
import { charged, type Share } from './charges.ts';
import { discountLines } from './discount-lines.ts';
import type { BillLine, ExactLine } from './line.ts';
import { cacheLines, limitLines } from './modifiers.ts';
import { requireWholeMonth } from './whole-month.ts';

/** What a tenant used in a month, under which contract, at which prices. */
export interface BillQuestion {
  /** `YYYY-MM` */
  readonly month: string;
  /** Of every day of the month, in order; days to come have used nothing. */
  readonly usage: Usage;
  readonly contract: Contract;
  readonly prices: PriceList;
}

export interface Bill {
  readonly month: string;
  readonly lines: readonly BillLine[];
  /** Before rounding. */
  readonly exact: Decimal;
  /** What is owed: never below 0. */
  readonly total: Rupiah;
}

/** A contract names a plan that is in no price list on one of its days. */
export class UnknownPlanError extends Error {
  override readonly name = 'UnknownPlanError';
}

/**
 * What a month costs.
 *
 * @throws {UnknownPlanError} when the price list lacks a plan of the contract; {RangeError} for usage that is not of every
 *   day of the month
 */
export function bill({ month, usage, contract, prices }: BillQuestion): Bill {
  requireWholeMonth(month, usage);
  const of = usage.days.length;
  const inEffect = plansInEffect(usage.days, contract, prices);
  const charges = inEffect.flatMap(({ plan, days }) =>
    linesOfPlan(plan, usageOfDays(usage, days), { days: days.size, of }),
  );
  const billed = usageOfDays(usage, new Set(inEffect.flatMap(({ days }) => [...days])));
  const lines = [...charges, ...discountLines(month, billed, contract.discounts, charges, of)];
  const { parts, total } = roundTogether(lines.map(({ exact }) => exact));
  return {
    month,
    lines: lines.map((line, index) => ({ ...line, amount: parts[index] ?? 0n, negated: false })),
    exact: sum(lines.map(({ exact }) => exact)),
    total,
  };
}

/** The versions of plans in effect in a month, in the order of their first days, each with all its days. */
export function plansInEffect(
  days: readonly string[],
  { startedOn, endedOn, terms }: Contract,
  prices: PriceList,
): { plan: Plan; days: Set<string> }[] {
  const inEffect = new Map<Plan, Set<string>>();
  for (const day of days) {
    if (day < startedOn || (endedOn !== undefined && day > endedOn)) {
      continue;
    }
    const plan = planOn(day, terms, prices);
    inEffect.set(plan, (inEffect.get(plan) ?? new Set()).add(day));
  }
  return [...inEffect].map(([plan, itsDays]) => ({ plan, days: itsDays }));
}

function planOn(day: string, terms: readonly Term[], prices: PriceList): Plan {
  const term = terms.findLast(({ from }) => from <= day) ?? terms[0];
  if (term === undefined) {
    throw new UnknownPlanError(`The contract has no plan on ${day}.`);
  }
  const plan =
    term.version === undefined ? prices.on(term.plan, day) : prices.version(term.plan, term.version);
  if (plan === undefined) {
    const version = term.version === undefined ? '' : ` in version ${term.version}`;
    throw new UnknownPlanError(`There is no price of the plan "${term.plan}"${version} for ${day}.`);
  }
  return plan;
}

function linesOfPlan(plan: Plan, usage: Usage, share: Share): ExactLine[] {
  const of = { plan: { key: plan.key, version: plan.version }, discount: null, share };
  const charges: ExactLine[] = plan.charges.map((charge) => ({
    ...of,
    kind: 'charge',
    component: charge.component,
    name: charge.name,
    ...charged(charge, usage, share),
  }));
  const modified = [...charges, ...cacheLines(plan, usage, charges, share)];
  return [...modified, ...limitLines(plan, modified, share)];
}
