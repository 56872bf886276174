import type { Logger } from '../logger.ts';
import type { TenantId } from '../record/request-record.ts';
import type { LiveCost, LiveCosts } from './live-costs.ts';
import type { TenantUsage } from './tenant-usage.ts';

/** How often the cost is computed of what came since. */
const PRICED_EVERY_MS = 2_000;

/** The cost of a month at a boundary. */
interface CostBase {
  readonly month: string;
  readonly cost: LiveCost;
}

/** What one tenant's running month costs: computed now and then, and told in every tick between. */
export class LiveCostOf {
  readonly #tenantId: TenantId;
  readonly #logger: Logger;
  #base: CostBase | undefined;
  #known: { readonly month: string; readonly amount: number | null } | undefined;
  #pricing = false;
  #pricedAt = Number.NEGATIVE_INFINITY;

  constructor(tenantId: TenantId, logger: Logger) {
    this.#tenantId = tenantId;
    this.#logger = logger;
  }

  /**
   * Reads what is stored. It is called while the store has exactly the records up to a boundary.
   *
   * @returns what {@link rest} takes; undefined when there are no prices, or they cannot be read: the totals go on without
   */
  async read(
    costs: LiveCosts | undefined,
    tenant: { readonly tenantId: TenantId; readonly timezone: string },
    month: string,
  ): Promise<CostBase | undefined> {
    try {
      return costs && { month, cost: await costs.read(tenant, month) };
    } catch (error) {
      this.#logger.warn({ err: error, tenant: this.#tenantId }, 'the live cost cannot be read');
      return undefined;
    }
  }

  /** Computes from another boundary from now on. */
  rest(base: CostBase | undefined): void {
    this.#base = base;
    this.#pricedAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether what was read is of a month that is over. */
  isOfAnother(month: string): boolean {
    return this.#base !== undefined && this.#base.month !== month;
  }

  /** Computes the cost anew, when that is due. @param now epoch milliseconds */
  ask(totals: TenantUsage, now: number): void {
    const base = this.#base;
    if (
      base === undefined ||
      base.month !== totals.month ||
      this.#pricing ||
      now - this.#pricedAt < PRICED_EVERY_MS
    ) {
      return;
    }
    this.#pricing = true;
    this.#pricedAt = now;
    base
      .cost(totals.added())
      .then(
        (amount) => {
          this.#known = { month: base.month, amount };
        },
        (error: unknown) =>
          this.#logger.warn({ err: error, tenant: this.#tenantId }, 'the live cost cannot be computed'),
      )
      .finally(() => {
        this.#pricing = false;
      });
  }

  /** As it was computed last; null while it is not known of this month. */
  amountIn(month: string): number | null {
    return this.#known?.month === month ? this.#known.amount : null;
  }
}
