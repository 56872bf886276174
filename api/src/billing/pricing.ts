import { type Bill, type BillingMonth, bill, type Usage } from '@riwayat/billing';
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
    const [terms, prices] = await Promise.all([contractOf(this.#database.db, tenantId), this.#prices.list()]);
    return terms && bill({ month: month.month, usage, contract: terms.contract, prices });
  }
}
