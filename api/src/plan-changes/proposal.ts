import {
  type Contract,
  dayAt,
  daysLater,
  type Plan,
  type PriceList,
  plansInEffect,
  type Term,
} from '@riwayat/billing';
import { contractOf } from '../billing/contracts.ts';
import type { Metering } from '../billing/metering.ts';
import type { Prices } from '../billing/prices.ts';
import { problem } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type Comparison, comparePlans, type OwnUsage } from './direction.ts';
import { ownUsage } from './own-usage.ts';

/** Between the day on which a downgrade is asked for and the first on which it can be in effect. */
const NOTICE_DAYS = 30;
/** A wish for a later day is none yet. */
const FURTHEST_DAYS = 366;

/** What a tenant would like. */
export interface Wish {
  /** Key of a plan. */
  readonly plan: string;
  /** A local day; the first that is possible, unless given. */
  readonly from?: string | undefined;
}

/** A wish that can be asked for, and all that follows from it. */
export interface Proposal {
  readonly contract: Contract;
  readonly prices: PriceList;
  readonly own: OwnUsage;
  readonly present: Plan;
  readonly wanted: Plan;
  readonly comparison: Comparison;
  /** The local day on which it is made. */
  readonly today: string;
  /** The first local day on which it can be in effect. */
  readonly earliestOn: string;
  readonly from: string;
}

export interface ProposalParts {
  readonly database: Database;
  readonly prices: Prices;
  readonly metering: Pick<Metering, 'ofScreen'>;
}

/**
 * Works a wish out.
 *
 * @throws {ProblemError} `invalid-request` for a plan that is not offered; `plan-change-refused` without a contract to
 *   change, for the plan that the tenant has on that day, and for a day on which it cannot be
 */
export async function propose(
  { database, prices, metering }: ProposalParts,
  tenant: Pick<Tenant, 'id' | 'timezone'>,
  wish: Wish,
  now: Date,
): Promise<Proposal> {
  const today = dayAt(now, tenant.timezone);
  const [found, list, own] = await Promise.all([
    contractOf(database.db, tenant.id),
    prices.list(),
    ownUsage(metering, tenant, now),
  ]);
  if (found === undefined) {
    throw refused('There is no contract yet that could be changed. Ask the platform for one.');
  }
  const { contract } = found;
  const firstPossible = later(today, contract.startedOn);
  const on = wish.from ?? firstPossible;
  if (on < firstPossible || on > daysLater(today, FURTHEST_DAYS)) {
    throw refused(
      `A plan can change on a day from ${firstPossible} to ${daysLater(today, FURTHEST_DAYS)}, and ${on} is none of them.`,
    );
  }
  const wanted = offered(list, wish.plan, on);
  const present = planOn(on, contract, list);
  if (present.key === wanted.key) {
    throw refused(`The plan on ${on} is ${wanted.name.en} already. Choose another plan or another day.`);
  }
  const comparison = comparePlans(present, wanted, own);
  const earliestOn =
    comparison.direction === 'downgrade'
      ? later(daysLater(today, NOTICE_DAYS), firstPossible)
      : firstPossible;
  const from = wish.from ?? earliestOn;
  if (from < earliestOn) {
    throw refused(
      `From ${present.name.en} to ${wanted.name.en} is a downgrade for you, which takes ${NOTICE_DAYS} days' notice: choose ${earliestOn} or a later day.`,
    );
  }
  // With the notice, the day may have come to lie behind the contract's last.
  planOn(from, contract, list);
  return { contract, prices: list, own, present, wanted, comparison, today, earliestOn, from };
}

/** A contract with another plan from a day on. It takes the place of a term of the same day. */
export function withTerm(contract: Contract, term: Term): Contract {
  const others = contract.terms.filter(({ from }) => from !== term.from);
  return { ...contract, terms: [...others, term].sort((a, b) => (a.from < b.from ? -1 : 1)) };
}

export function later(one: string, other: string): string {
  return one > other ? one : other;
}

function offered(prices: PriceList, key: string, day: string): Plan {
  const plan = prices.on(key, day);
  if (plan?.offered !== true) {
    throw problem('invalid-request', {
      detail: `The plan "${key}" is not offered. GET /api/v1/plans has those that are.`,
      errors: [{ path: 'body.plan', message: 'must be a plan that is offered' }],
    });
  }
  return plan;
}

function planOn(day: string, contract: Contract, prices: PriceList): Plan {
  const [inEffect] = plansInEffect([day], contract, prices);
  if (inEffect === undefined) {
    throw refused(`The contract ends on ${contract.endedOn}, so that there is no plan on ${day} to change.`);
  }
  return inEffect.plan;
}

function refused(detail: string): Error {
  return problem('plan-change-refused', { detail });
}
