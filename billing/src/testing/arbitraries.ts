import fc from 'fast-check';
import type { MeterKey, Usage } from '../meters/meter.ts';
import { type Decimal, decimal, ZERO } from '../money/decimal.ts';
import { monthDays } from '../period/month.ts';
import type { Contract, GrantedDiscount } from '../plans/contract.ts';
import { COMPONENTS, type Plan, type PlanInput } from '../plans/plan.ts';
import { planWith } from './plans.ts';

type ChargeInput = PlanInput['charges'][number];

/** Enough cases to meet what is rare. */
export const PROPERTY = { numRuns: 10_000 };

/** A flow, and levels of both kinds. */
const METERS_USED = ['api_calls', 'storage', 'members'] as const satisfies readonly MeterKey[];

/** Plain decimal text of 0 to `most`, with up to three decimals; small and whole ones more often than by chance. */
export function amountText(most: bigint): fc.Arbitrary<string> {
  return fc.oneof(
    fc.bigInt({ min: 0n, max: most }).map(String),
    fc.bigInt({ min: 0n, max: 20n }).map(String),
    fc.bigInt({ min: 0n, max: most * 1000n }).map((thousandths) => {
      const digits = String(thousandths).padStart(4, '0');
      return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
    }),
  );
}

const price = amountText(5_000n);
const quantity = amountText(1_000n);
const positive = fc.bigInt({ min: 1n, max: 500n }).map(String);
const hours = { size: '3600', name: { id: 'jam', en: 'hours' } };

/** Whole numbers that rise, each above 0. */
const risingEnds = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: 1_000n }), { minLength: 0, maxLength: 3 })
  .map((ends) => ends.sort((a, b) => (a < b ? -1 : 1)).map(String));

/** Tiers with whole ends, at any prices. */
export const volumeTiers = risingEnds.chain((ends) =>
  fc
    .array(price, { minLength: ends.length + 1, maxLength: ends.length + 1 })
    .map((prices) => prices.map((each, index) => ({ upTo: ends[index] ?? null, price: each }))),
);

type Model = ChargeInput['model'];

/** A charge of any of some models. Its key is given by its place. */
function chargeOf(models: readonly Model[], mode: fc.Arbitrary<'volume' | 'graduated'>) {
  return fc
    .record({
      model: fc.constantFrom(...models),
      meter: fc.constantFrom(...METERS_USED),
      component: fc.constantFrom(...COMPONENTS),
      unit: fc.constantFrom(undefined, undefined, hours),
      included: fc.oneof(fc.constant('0'), quantity),
      covered: fc.option(quantity, { nil: undefined }),
      price,
      packageSize: positive,
      mode,
      tiers: volumeTiers,
    })
    .map(({ model, component, ...rest }): ((key: string) => ChargeInput) => {
      const { meter, unit, included } = rest;
      return (key) => {
        const charge = { key, component, name: { id: `Biaya ${key}`, en: `Charge ${key}` } };
        const metered = { ...charge, meter, included, ...(unit && { unit }) };
        switch (model) {
          case 'flat':
            return { ...charge, model, price: rest.price };
          case 'tiered':
            return { ...metered, model, mode: rest.mode, tiers: rest.tiers };
          case 'package':
            return { ...metered, model, price: rest.price, packageSize: rest.packageSize };
          case 'burst':
            return {
              ...charge,
              meter,
              model,
              price: rest.price,
              ...(unit && { unit }),
              ...(rest.covered !== undefined && { covered: rest.covered }),
            };
          default:
            return { ...metered, model, price: rest.price };
        }
      };
    });
}

const ALL_MODELS: readonly Model[] = ['flat', 'per-unit', 'tiered', 'package', 'per-day-peak', 'burst'];

const cacheModifier: fc.Arbitrary<PlanInput['cacheModifier']> = fc.option(
  fc.constantFrom(...COMPONENTS).map((component) => ({
    key: 'cache',
    component,
    name: { id: 'Cache', en: 'Cache' },
    steps: [
      { above: '0.9', percent: '-20' },
      { above: '0.5', inclusive: true, percent: '0' },
      { above: '0', inclusive: true, percent: '12.5' },
    ],
  })),
  { nil: undefined },
);

/** A plan of up to three charges, perhaps with a minimum, a cap and terms for the cache. */
export const plans: fc.Arbitrary<Plan> = fc
  .record({
    charges: fc.array(chargeOf(ALL_MODELS, fc.constantFrom('volume', 'graduated')), {
      minLength: 1,
      maxLength: 3,
    }),
    limits: fc.oneof(
      fc.constant({}),
      amountText(1_000_000n).map((minimum) => ({ minimum })),
      amountText(1_000_000n).map((cap) => ({ cap })),
    ),
    cacheModifier,
  })
  .map(({ charges, limits, cacheModifier: cache }) =>
    planWith(
      charges.map((charge, index) => charge(`c${index}`)),
      { ...limits, ...(cache && { cacheModifier: cache }) },
    ),
  );

/** A plan under which more usage never costs less. */
export const risingPlans: fc.Arbitrary<Plan> = fc
  .record({
    charges: fc.array(
      chargeOf(['flat', 'per-unit', 'tiered', 'package', 'per-day-peak'], fc.constant('graduated')),
      { minLength: 1, maxLength: 3 },
    ),
    limits: fc.oneof(
      fc.constant({}),
      amountText(1_000_000n).map((minimum) => ({ minimum })),
      amountText(1_000_000n).map((cap) => ({ cap })),
    ),
  })
  .map(({ charges, limits }) =>
    planWith(
      charges.map((charge, index) => charge(`c${index}`)),
      limits,
    ),
  );

/** The month that usage is of. */
export const MONTH = '2026-03';
export const DAYS = monthDays(MONTH);
/** So many kinds of days take turns in a month: more cost time, and show nothing else. */
const MOST_KINDS = 5;

/** Quantities of 0 to a thousand, in eighths: small and whole ones more often than by chance. */
const dayValue = fc
  .oneof(fc.nat(40), fc.nat(8_000))
  .map((eighths) => decimal(BigInt(eighths)).times(decimal('0.125')));

function valuesOf(days: number): fc.Arbitrary<Decimal[]> {
  return fc.array(dayValue, { minLength: days, maxLength: days });
}

/** Usage of a month, by every meter that the charges have; sometimes nothing was looked up. */
export const usages: fc.Arbitrary<Usage> = fc.integer({ min: 1, max: MOST_KINDS }).chain((count) =>
  fc
    .record({
      api_calls: valuesOf(count),
      storage: valuesOf(count),
      members: valuesOf(count),
      hits: valuesOf(count),
      misses: valuesOf(count),
    })
    .map(({ api_calls, storage, members, hits, misses }) => ({
      days: DAYS,
      perDay: {
        api_calls: inTurn(api_calls),
        storage: inTurn(storage),
        members: inTurn(members),
        cache_hits: inTurn(hits),
        cache_lookups: inTurn(hits.map((hit, index) => hit.plus(misses[index] ?? hit))),
      },
    })),
);

function inTurn(kinds: readonly Decimal[]): Decimal[] {
  return DAYS.map((_, index) => kinds[index % kinds.length] ?? ZERO);
}

/** Any of the discounts, granted for a month that may be before, in or after {@link MONTH}. */
export const discounts: fc.Arbitrary<GrantedDiscount[]> = fc.array(
  fc.constantFrom('2025-01-10', '2025-12-31', '2026-02-01', '2026-03-31', '2026-04-01').chain((from) =>
    fc.oneof(
      fc
        .constantFrom('early-adopter' as const, 'volume' as const, 'non-profit' as const, 'women' as const)
        .map((kind) => ({ kind, from })),
      fc.constant({ kind: 'rural' as const, from, until: '2026-03-01' }),
      fc.integer({ min: 1, max: 6 }).map((referred) => ({ kind: 'referral' as const, from, referred })),
      fc.constantFrom<(1 | 2 | 3)[]>(1, 2, 3).map((years) => ({ kind: 'prepaid' as const, from, years })),
    ),
  ),
  { maxLength: 5 },
);

/** A contract for one plan from before the month on. */
export function contractFor(plan: Plan, granted: readonly GrantedDiscount[] = []): Contract {
  return {
    startedOn: '2025-01-01',
    terms: [{ from: '2025-01-01', plan: plan.key }],
    discounts: granted,
  };
}
