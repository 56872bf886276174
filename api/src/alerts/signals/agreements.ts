import { dayAt, type Plan, UnknownPlanError } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { LRUCache } from 'lru-cache';
import { contractsOf } from '../../billing/contracts.ts';
import type { Prices } from '../../billing/prices.ts';
import { Agreement } from '../../billing/pricing.ts';
import type { Database } from '../../postgres/database.ts';

/** How long a change of a contract, a budget or a zone takes to count. */
const FRESH_MS = 10_000;

const MOST_KEPT = 16;

/** A tenant that has a contract, as of now. */
export interface BilledTenant {
  readonly tenantId: TenantId;
  /** IANA name. */
  readonly timezone: string;
  readonly agreement: Agreement;
  /** The plan of its local day; undefined on one that is not billed. */
  readonly plan: Plan | undefined;
}

interface Known {
  readonly tenants: ReadonlyMap<TenantId, BilledTenant>;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The contracts of many tenants, in one question for all of them. */
export class Agreements {
  readonly #database: Database;
  readonly #prices: Pick<Prices, 'list'>;
  /** By the tenants that were asked for: each reader asks for those of its own. */
  readonly #known = new LRUCache<string, Known>({ max: MOST_KEPT });

  constructor(database: Database, prices: Pick<Prices, 'list'>) {
    this.#database = database;
    this.#prices = prices;
  }

  /**
   * Those tenants of some that have a contract.
   *
   * @throws {DatabaseUnavailableError}
   */
  async of(tenantIds: readonly TenantId[], at: Date): Promise<ReadonlyMap<TenantId, BilledTenant>> {
    const asked = [...new Set(tenantIds)].sort();
    const key = asked.join(' ');
    const known = this.#known.get(key);
    const age = at.getTime() - (known?.at ?? Number.NEGATIVE_INFINITY);
    if (known !== undefined && age >= 0 && age < FRESH_MS) {
      return known.tenants;
    }
    const tenants = asked.length === 0 ? new Map() : await this.#read(asked, at);
    this.#known.set(key, { tenants, at: at.getTime() });
    return tenants;
  }

  async #read(tenantIds: readonly TenantId[], at: Date): Promise<Map<TenantId, BilledTenant>> {
    const { db } = this.#database;
    const [contracts, prices, rows] = await Promise.all([
      contractsOf(db, tenantIds),
      this.#prices.list(),
      db
        .selectFrom('tenants')
        .where('id', 'in', [...tenantIds])
        .select(['id', 'timezone'])
        .execute(),
    ]);
    const zones = new Map(rows.map(({ id, timezone }) => [id, timezone]));
    return new Map(
      tenantIds.flatMap((tenantId) => {
        const terms = contracts.get(tenantId);
        const timezone = zones.get(tenantId);
        if (terms === undefined || timezone === undefined) {
          return [];
        }
        const tenant = billedTenant(tenantId, timezone, new Agreement(terms, prices), at);
        return tenant === undefined ? [] : [[tenantId, tenant] as const];
      }),
    );
  }
}

/** Undefined where the contract names a plan that there is no price of: one such tenant must not blind all others. */
function billedTenant(
  tenantId: TenantId,
  timezone: string,
  agreement: Agreement,
  at: Date,
): BilledTenant | undefined {
  try {
    return { tenantId, timezone, agreement, plan: agreement.planOn(dayAt(at, timezone)) };
  } catch (error) {
    if (error instanceof UnknownPlanError) {
      return undefined;
    }
    throw error;
  }
}
