import { type Bill, type BillingMonth, bill, type Contract, pinned, type Usage } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Database } from '../postgres/database.ts';
import { contractOf } from './contracts.ts';
import type { Prices } from './prices.ts';

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

  /**
   * The bill of a month, by the contract and the prices as they are now.
   *
   * @param usage of every day of the month; days to come have used nothing
   * @returns undefined when the tenant has no contract
   * @throws {UnknownPlanError} when the contract names a plan that there is no price of
   */
  async billOf(tenantId: TenantId, month: BillingMonth, usage: Usage): Promise<Bill | undefined> {
    const terms = await contractOf(this.#database.db, tenantId);
    return terms && this.rate(terms.contract, month.month, usage);
  }

  /**
   * The same by a contract that is at hand.
   *
   * @param month `YYYY-MM`
   * @throws {UnknownPlanError} when the contract names a plan that there is no price of
   */
  async rate(contract: Contract, month: string, usage: Usage): Promise<Bill> {
    return bill({ month, usage, contract, prices: await this.#prices.list() });
  }

  /** The contract as it is on some days, holding to the versions of plans that are its prices now. */
  async pinned(contract: Contract, days: readonly string[]): Promise<Contract> {
    return pinned(contract, days, await this.#prices.list());
  }
}
