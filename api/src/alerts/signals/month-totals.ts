import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { BilledTenant } from './agreements.ts';
import type { RunningMonth } from './running-months.ts';

/** A change of prices counts after this long at the latest, whatever else is as it was. */
const LONGEST_KEPT_MS = 5 * 60_000;
/** How long the event loop is kept at a time. */
const TURN_MS = 10;

interface Priced {
  readonly running: RunningMonth;
  /** The contract it was priced by. */
  readonly contract: string;
  readonly at: number;
  readonly total: Rupiah;
}

/** A tenant whose running month is to be priced. */
export interface MonthToPrice {
  readonly tenant: BilledTenant;
  readonly running: RunningMonth;
}

/**
 * What running months come to. A month is priced again only when its usage or its contract is another, and in a busy round
 * not all are: those that were priced the longest ago come first, and the others keep their total until the next round.
 */
export class MonthTotals {
  readonly #known = new Map<TenantId, Priced>();
  readonly #roundMs: number;

  /** @param roundMs how long the pricing of what was priced before may take, at most, each time */
  constructor(roundMs: number) {
    this.#roundMs = roundMs;
  }

  /** The totals of some months. What was never priced is priced now, however long it takes. */
  async of(months: readonly MonthToPrice[], at: Date): Promise<ReadonlyMap<TenantId, Rupiah>> {
    const changed = months
      .map((month) => ({
        ...month,
        contract: JSON.stringify(month.tenant.agreement.terms.contract),
        known: this.#known.get(month.tenant.tenantId),
      }))
      .filter(
        ({ running, contract, known }) =>
          known?.running !== running ||
          known.contract !== contract ||
          at.getTime() - known.at >= LONGEST_KEPT_MS,
      )
      .sort((a, b) => (a.known?.at ?? 0) - (b.known?.at ?? 0));
    const until = performance.now() + this.#roundMs;
    const turns = new Turns();
    for (const { tenant, running, contract, known } of changed) {
      if (known !== undefined && performance.now() >= until) {
        break;
      }
      const { total } = tenant.agreement.billOf(running.month, running.usage);
      this.#known.set(tenant.tenantId, { running, contract, at: at.getTime(), total });
      await turns.next();
    }
    return new Map(
      months.flatMap(({ tenant: { tenantId } }) => {
        const known = this.#known.get(tenantId);
        return known === undefined ? [] : [[tenantId, known.total] as const];
      }),
    );
  }
}

/** Lets others have the event loop now and then, in the middle of long work. */
export class Turns {
  #began = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#began >= TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#began = performance.now();
    }
  }
}
