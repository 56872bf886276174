/*
 * The one function that says what usage costs: live cost, preview, forecast, invoice and plan comparison all ask it.
 *
 * What always holds: it is pure; the lines of a bill add up to its total in whole rupiah; a bill is rounded once, at its
 * total, halves up; the days of a month on which one version of a plan was in effect are rated together, in however many
 * pieces they lie.
 */
import { discountsIn } from '../discounts/discounts.ts';
import { quantityOf, type Usage, usageOfDays } from '../meters/meter.ts';
import { type Decimal, decimal, largest, portion, quotient, sum, ZERO } from '../money/decimal.ts';
import { type Rupiah, roundTogether } from '../money/rupiah.ts';
import type { Contract, Term } from '../plans/contract.ts';
import type { Plan } from '../plans/plan.ts';
import type { PriceList } from '../plans/price-list.ts';
import { charged, type Share } from './charges.ts';
import type { BillLine, ExactLine } from './line.ts';

/** What a tenant used in a month, under which contract, at which prices. */
export interface BillQuestion {
  /** `YYYY-MM` */
  readonly month: string;
  /** Every day of the month, in order, is a day of the usage. */
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
 * @throws {UnknownPlanError} when the price list lacks a plan of the contract
 */
export function bill({ month, usage, contract, prices }: BillQuestion): Bill {
  const of = usage.days.length;
  const charges = plansInEffect(usage.days, contract, prices).flatMap(({ plan, days }) =>
    linesOfPlan(plan, usageOfDays(usage, days), { days: days.size, of }),
  );
  const lines = [...charges, ...discountLines(month, usage, contract, charges, of)];
  const { parts, total } = roundTogether(lines.map(({ exact }) => exact));
  return {
    month,
    lines: lines.map((line, index) => ({ ...line, amount: parts[index] ?? 0n })),
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

function cacheLines(
  { cacheModifier, key, version }: Plan,
  usage: Usage,
  charges: readonly ExactLine[],
  share: Share,
): ExactLine[] {
  const lookups = quantityOf(usage, 'cache_lookups');
  if (cacheModifier === undefined || lookups.eq(ZERO)) {
    return [];
  }
  const ratio = quotient(quantityOf(usage, 'cache_hits'), lookups);
  const step = cacheModifier.steps.find(({ above, inclusive }) =>
    inclusive ? ratio.gte(decimal(above)) : ratio.gt(decimal(above)),
  );
  const of = sum(
    charges.filter(({ component }) => component === cacheModifier.component).map(({ exact }) => exact),
  );
  if (step === undefined || decimal(step.percent).eq(ZERO) || of.eq(ZERO)) {
    return [];
  }
  return [
    {
      kind: 'cache-modifier',
      component: cacheModifier.component,
      name: cacheModifier.name,
      plan: { key, version },
      discount: null,
      share,
      measured: { meter: 'cache_hits', quantity: ratio, included: ZERO, unit: undefined },
      ...percentOf(of, decimal(step.percent)),
    },
  ];
}

function limitLines(plan: Plan, lines: readonly ExactLine[], share: Share): ExactLine[] {
  const so = sum(lines.map(({ exact }) => exact));
  const shared = (amount: string): Decimal => portion(decimal(amount), share.days, share.of);
  const line = (kind: 'minimum' | 'cap', limit: Decimal): ExactLine => ({
    kind,
    component: null,
    name:
      kind === 'minimum'
        ? { id: 'Tagihan minimum', en: 'Minimum charge' }
        : { id: 'Tagihan maksimum', en: 'Maximum charge' },
    plan: { key: plan.key, version: plan.version },
    discount: null,
    share,
    measured: null,
    calculation: { kind: 'limit', charged: so, limit },
    exact: limit.minus(so),
  });
  const { minimum, cap } = plan;
  if (minimum !== undefined && so.lt(shared(minimum))) {
    return [line('minimum', shared(minimum))];
  }
  return cap !== undefined && so.gt(shared(cap)) ? [line('cap', shared(cap))] : [];
}

const DISCOUNT_NAMES = {
  prepaid: { id: 'Diskon bayar di muka', en: 'Prepayment discount' },
  volume: { id: 'Diskon volume', en: 'Volume discount' },
  'non-profit': { id: 'Diskon nirlaba', en: 'Non-profit discount' },
  women: { id: 'Diskon koperasi wanita', en: 'Women’s co-operative discount' },
  rural: { id: 'Diskon koperasi pedesaan', en: 'Rural co-operative discount' },
  'early-adopter': { id: 'Diskon pengguna awal', en: 'Early adopter discount' },
  referral: { id: 'Diskon referensi', en: 'Referral discount' },
} as const;

function discountLines(
  month: string,
  usage: Usage,
  { discounts }: Contract,
  charges: readonly ExactLine[],
  of: number,
): ExactLine[] {
  let left = largest(ZERO, sum(charges.map(({ exact }) => exact)));
  return discountsIn(month, discounts, quantityOf(usage, 'members')).map(({ kind, percent }) => {
    const taken = percentOf(left, decimal(`-${percent}`));
    left = left.plus(taken.exact);
    return {
      kind: 'discount',
      component: null,
      name: DISCOUNT_NAMES[kind],
      plan: null,
      discount: kind,
      share: { days: of, of },
      measured: null,
      ...taken,
    };
  });
}

function percentOf(of: Decimal, percent: Decimal): Pick<ExactLine, 'calculation' | 'exact'> {
  return { calculation: { kind: 'percent', of, percent }, exact: of.times(percent).times(decimal('0.01')) };
}
