import {
  type Bill,
  type BillingMonth,
  bill,
  type Contract,
  type Plan,
  type PriceList,
  pinned,
  plansInEffect,
  type Usage,
} from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Database } from '../postgres/database.ts';
import { contractOf, type TenantContract } from './contracts.ts';
import type { Prices } from './prices.ts';

/** A tenant's contract, and the prices that it is billed by. */
export class Agreement {
  readonly terms: TenantContract;
  readonly #prices: PriceList;

  constructor(terms: TenantContract, prices: PriceList) {
    this.terms = terms;
    this.#prices = prices;
  }

  /**
   * The bill of a month.
   *
   * @param usage of every day of the month; days to come have used nothing
   * @throws {UnknownPlanError} when the contract names a plan that there is no price of; {RangeError} for usage that is
   *   not of every day of the month
   */
  billOf({ month }: Pick<BillingMonth, 'month'>, usage: Usage): Bill {
    return bill({ month, usage, contract: this.terms.contract, prices: this.#prices });
  }

  /**
   * The plan of a local day; undefined on one that is not billed.
   *
   * @throws {UnknownPlanError} when there is no price of it
   */
  planOn(day: string): Plan | undefined {
    return plansInEffect([day], this.terms.contract, this.#prices)[0]?.plan;
  }
}

/**
 * What a tenant's usage costs. Live cost, preview, forecast and invoice ask it, and it asks `bill`: they cannot disagree.
 */
export class Pricing {
  readonly #database: Database;
  readonly #prices: Prices;

  constructor(database: Database, prices: Prices) {
    this.#database = database;
    this.#prices = prices;
  }

  /** By the contract and the prices as they are now; undefined when the tenant has no contract. */
  async agreementOf(tenantId: TenantId): Promise<Agreement | undefined> {
    const [terms, prices] = await Promise.all([contractOf(this.#database.db, tenantId), this.#prices.list()]);
    return terms && new Agreement(terms, prices);
  }

  /**
   * The bill of a month, by the contract and the prices as they are now.
   *
   * @param usage of every day of the month; days to come have used nothing
   * @returns undefined when the tenant has no contract
   * @throws {UnknownPlanError} when the contract names a plan that there is no price of
   */
  async billOf(tenantId: TenantId, month: BillingMonth, usage: Usage): Promise<Bill | undefined> {
    return (await this.agreementOf(tenantId))?.billOf(month, usage);
  }

  /**
   * The same by a contract that is at hand.
   *
   * @param month `YYYY-MM`
   * @throws {UnknownPlanError} when the contract names a plan that there is no price of; {RangeError} for usage that is
   *   not of every day of the month
   */
  async rate(contract: Contract, month: string, usage: Usage): Promise<Bill> {
    return bill({ month, usage, contract, prices: await this.#prices.list() });
  }

  /** The contract as it is on some days, holding to the versions of plans that are its prices now. */
  async pinned(contract: Contract, days: readonly string[]): Promise<Contract> {
    return pinned(contract, days, await this.#prices.list());
  }
}
