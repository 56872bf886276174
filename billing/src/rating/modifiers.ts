import { quantityOf, type Usage } from '../meters/meter.ts';
import { type Decimal, decimal, kept, portion, sum, ZERO } from '../money/decimal.ts';
import type { Plan } from '../plans/plan.ts';
import type { Share } from './charges.ts';
import type { ExactLine } from './line.ts';

type Amount = Pick<ExactLine, 'calculation' | 'exact'>;

/** What a percentage of an amount comes to; below 0 it takes off. */
export function percentOf(of: Decimal, percent: Decimal): Amount {
  return { calculation: { kind: 'percent', of, percent }, exact: hundredths(of, percent) };
}

/**
 * The line by which a plan rewards a good cache, or charges for a poor one: none where the plan has no such terms, nothing
 * was looked up, or the step is 0 %.
 *
 * @param usage of the days on which the plan was in effect
 * @param charges of the plan on these days
 */
export function cacheLines(
  { cacheModifier, key, version }: Plan,
  usage: Usage,
  charges: readonly ExactLine[],
  share: Share,
): ExactLine[] {
  const lookups = quantityOf(usage, 'cache_lookups');
  if (cacheModifier === undefined || lookups.eq(ZERO)) {
    return [];
  }
  const hits = quantityOf(usage, 'cache_hits');
  const step = cacheModifier.steps.find(({ above, inclusive }) => {
    const bound = decimal(above).times(lookups);
    return inclusive ? hits.gte(bound) : hits.gt(bound);
  });
  const of = sum(
    charges.filter(({ component }) => component === cacheModifier.component).map(({ exact }) => exact),
  );
  if (step === undefined || decimal(step.percent).eq(ZERO) || of.eq(ZERO)) {
    return [];
  }
  const percent = decimal(step.percent);
  return [
    {
      kind: 'cache-modifier',
      component: cacheModifier.component,
      name: cacheModifier.name,
      plan: { key, version },
      discount: null,
      share,
      measured: null,
      calculation: { kind: 'cache', hits, lookups, of, percent },
      exact: hundredths(of, percent),
    },
  ];
}

const LIMIT_NAMES = {
  minimum: { id: 'Tagihan minimum', en: 'Minimum charge' },
  cap: { id: 'Tagihan maksimum', en: 'Maximum charge' },
};

/** The line that brings what a plan charges up to its minimum or down to its cap, each the days' share of a month's. */
export function limitLines(
  { minimum, cap, key, version }: Plan,
  lines: readonly ExactLine[],
  share: Share,
): ExactLine[] {
  const charged = sum(lines.map(({ exact }) => exact));
  const shared = (limit: Decimal): Decimal => portion(limit, share.days, share.of);
  const line = (kind: 'minimum' | 'cap', limit: Decimal): ExactLine => ({
    kind,
    component: null,
    name: LIMIT_NAMES[kind],
    plan: { key, version },
    discount: null,
    share,
    measured: null,
    calculation: { kind: 'limit', charged, limit },
    exact: kept(shared(limit).minus(charged)),
  });
  if (minimum !== undefined && charged.lt(shared(decimal(minimum)))) {
    return [line('minimum', decimal(minimum))];
  }
  return cap !== undefined && charged.gt(shared(decimal(cap))) ? [line('cap', decimal(cap))] : [];
}

function hundredths(of: Decimal, percent: Decimal): Decimal {
  return kept(of.times(percent).times(decimal('0.01')));
}
