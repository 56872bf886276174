/*
 * What a tenant could pay less by.
 *
 * What always holds: a saving is the bill of the tenant's own month less the bill of that month as it would have been,
 * both under the plan that the tenant has, or would have; advice that saves nothing is not given. Each saving stands for
 * itself: two pieces of advice together do not save their sum.
 */
import { billUnder, comparePlans } from '../comparison/plan-comparison.ts';
import { discountsIn } from '../discounts/discounts.ts';
import { quantityOf, type Usage } from '../meters/meter.ts';
import { decimal, ZERO } from '../money/decimal.ts';
import type { Rupiah } from '../money/rupiah.ts';
import type { GrantedDiscount } from '../plans/contract.ts';
import type { Plan } from '../plans/plan.ts';
import type { BillQuestion } from '../rating/bill.ts';
import type { EndpointShare, EndpointUse } from './endpoint-use.ts';
import {
  type ChangedUsage,
  hitsFor,
  withCompression,
  withFewerCalls,
  withMoreHits,
} from './usage-changes.ts';

/** What saves how much of the month, in whole rupiah, above 0. */
export type Advice = { readonly saving: Rupiah } & (
  | { readonly kind: 'other-plan'; readonly plan: Plan }
  | {
      readonly kind: 'commitment';
      /** The saving is a year's; longer ones save more, each month. */
      readonly options: readonly { readonly years: 1 | 2 | 3; readonly saving: Rupiah }[];
    }
  | {
      readonly kind: 'caching';
      readonly lookups: bigint;
      readonly hits: bigint;
      /** How many there would be. */
      readonly targetHits: bigint;
      /** Misses that become hits. */
      readonly endpoints: readonly EndpointShare[];
    }
  /** Bytes less. */
  | ({ readonly kind: 'compression' } & Less)
  /** Calls less. */
  | ({ readonly kind: 'fewer-calls' } & Less)
);

/** How much less there would be, and how much of it by endpoint. */
interface Less {
  readonly less: bigint;
  readonly endpoints: readonly EndpointShare[];
}

export interface AdviceQuestion extends BillQuestion {
  /** The local day whose plan is the tenant's own; it may be after the month. */
  readonly today: string;
  /** Of the same month. */
  readonly endpoints: readonly EndpointUse[];
}

/** Without terms for the cache in the plan, a good cache is one with three hits of four lookups. */
const GOOD_CACHE = { above: '0.75', inclusive: true };

/**
 * All advice that saves something, the largest saving first. None when the contract does not hold today.
 *
 * @throws {UnknownPlanError} when the price list lacks a plan of the contract
 */
export function adviceOn(question: AdviceQuestion): Advice[] {
  const { plans, current, cheapest } = comparePlans(question);
  if (current === undefined) {
    return [];
  }
  const { month, usage, contract, endpoints } = question;
  const { plan, bill } = current;
  /** What the own month less another one saves. */
  const saved = ({ usage: changed }: ChangedUsage): Rupiah =>
    bill.total - billUnder(plan, month, changed, contract).total;
  const compressed = withCompression(usage, endpoints);
  const fewer = withFewerCalls(usage, endpoints);
  const all: Advice[] = [
    ...(cheapest === undefined || plans.length < 2
      ? []
      : [
          {
            kind: 'other-plan' as const,
            saving: bill.total - cheapest.bill.total,
            plan: cheapest.plan,
          },
        ]),
    ...commitment(question, plan, bill.total),
    ...caching(plan, usage, endpoints, saved),
    { kind: 'compression', saving: saved(compressed), ...lessOf(compressed) },
    { kind: 'fewer-calls', saving: saved(fewer), ...lessOf(fewer) },
  ];
  return all
    .filter(({ saving }) => saving > 0n)
    .sort((a, b) => (a.saving === b.saving ? 0 : a.saving > b.saving ? -1 : 1));
}

function lessOf({ endpoints }: ChangedUsage): Less {
  return { less: endpoints.reduce((sum, { amount }) => sum + amount, 0n), endpoints };
}

function commitment({ month, usage, contract, today }: AdviceQuestion, plan: Plan, paid: Rupiah): Advice[] {
  const thisMonth = today.slice(0, month.length);
  if (discountsIn(thisMonth, contract.discounts, ZERO).some(({ kind }) => kind === 'prepaid')) {
    return [];
  }
  const options = ([1, 2, 3] as const).map((years) => {
    const prepaid: GrantedDiscount = { kind: 'prepaid', from: `${month}-01`, years };
    const discounts = [...contract.discounts, prepaid];
    return { years, saving: paid - billUnder(plan, month, usage, { ...contract, discounts }).total };
  });
  return [{ kind: 'commitment', saving: options[0]?.saving ?? 0n, options }];
}

/** To the next step of the plan's terms for the cache; to a good cache where it has none. */
function caching(
  plan: Plan,
  usage: Usage,
  endpoints: readonly EndpointUse[],
  saved: (changed: ChangedUsage) => Rupiah,
): Advice[] {
  const lookups = quantityOf(usage, 'cache_lookups');
  const hits = quantityOf(usage, 'cache_hits');
  if (lookups.eq(ZERO)) {
    return [];
  }
  const bounds = plan.cacheModifier?.steps ?? [GOOD_CACHE];
  const target = bounds
    .map((bound) => hitsFor(lookups, bound))
    .filter((wanted) => decimal(wanted).gt(hits) && decimal(wanted).lte(lookups))
    // The nearest that saves something: a step that changes no price is passed over.
    .sort((a, b) => (a < b ? -1 : 1))
    .map((wanted) => {
      const more = wanted - BigInt(hits.toFixed(0));
      const changed = withMoreHits(usage, endpoints, more);
      return { wanted, changed, saving: saved(changed) };
    })
    .find(({ saving }) => saving > 0n);
  return target === undefined
    ? []
    : [
        {
          kind: 'caching',
          saving: target.saving,
          lookups: BigInt(lookups.toFixed(0)),
          hits: BigInt(hits.toFixed(0)),
          targetHits: target.wanted,
          endpoints: target.changed.endpoints,
        },
      ];
}
