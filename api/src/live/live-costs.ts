import { billingMonth } from '@riwayat/billing';
import type { LiveCost, LiveCosts, LiveTenant, TenantId } from '@riwayat/collector';
import { LRUCache } from 'lru-cache';
import type { Metering } from '../billing/metering.ts';
import type { Agreement, Pricing } from '../billing/pricing.ts';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { withRequests } from '../metering/with-requests.ts';

/** How long a change of a contract takes to show; of prices likewise. */
const FRESH_MS = 5_000;
const MOST_KEPT = 10_000;

/** Prices running months for the live feed, by the same function as everything else. */
export class LiveMonthCosts implements LiveCosts {
  readonly #metering: Pick<Metering, 'ofScreen'>;
  readonly #agreements: LRUCache<TenantId, { readonly agreement: Agreement | undefined }>;

  constructor(metering: Pick<Metering, 'ofScreen'>, pricing: Pick<Pricing, 'agreementOf'>) {
    this.#metering = metering;
    this.#agreements = new LRUCache({
      max: MOST_KEPT,
      ttl: FRESH_MS,
      fetchMethod: async (tenantId) => ({ agreement: await pricing.agreementOf(tenantId) }),
    });
  }

  async read({ tenantId, timezone }: LiveTenant, name: string): Promise<LiveCost> {
    const month = billingMonth(name, timezone);
    const stored = await this.#metering.ofScreen({ tenantId, month });
    return async (added) => {
      const known = await this.#agreements.fetch(tenantId);
      if (known?.agreement === undefined) {
        return null;
      }
      return rupiahNumber(known.agreement.billOf(month, withRequests(stored, added)).total);
    };
  }
}
