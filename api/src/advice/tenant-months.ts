import {
  type BillingMonth,
  billingMonth,
  type Contract,
  type Decimal,
  dayAt,
  daysLater,
  METER_KEYS,
  type MeterKey,
  monthAt,
  monthsLater,
  type PriceList,
  startOfDay,
  type Usage,
  ZERO,
} from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { contractOf } from '../billing/contracts.ts';
import type { Prices } from '../billing/prices.ts';
import type { Database } from '../postgres/database.ts';
import type { TenantDirectory } from '../tenants/directory.ts';

/** Whose usage, under which contract and at which prices, as of now. */
export interface TenantNow {
  readonly tenantId: TenantId;
  readonly timezone: string;
  readonly contract: Contract;
  readonly prices: PriceList;
  readonly now: Date;
  /** The local day that it is. */
  readonly today: string;
}

export interface TenantMonthsOptions {
  readonly database: Database;
  readonly prices: Prices;
  readonly tenants: Pick<TenantDirectory, 'find'>;
  /** What a tenant used in a month. */
  readonly usageOf: (tenantId: TenantId, month: BillingMonth) => Promise<Usage>;
  readonly now: () => Date;
}

/** A month that was used, and whether all of it is over. */
export interface UsedMonth {
  readonly month: BillingMonth;
  readonly usage: Usage;
  readonly complete: boolean;
}

/** Months of usage that a forecast and a pattern are told from, with the one that is running. */
const MONTHS_LOOKED_AT = 4;

/** A tenant's months, as forecasts and advice need them. */
export class TenantMonths {
  readonly #options: TenantMonthsOptions;

  constructor(options: TenantMonthsOptions) {
    this.#options = options;
  }

  /** Undefined when there is no such tenant, or it has no contract. */
  async tenantNow(tenantId: TenantId): Promise<TenantNow | undefined> {
    const { database, prices, tenants, now } = this.#options;
    const [tenant, terms, list] = await Promise.all([
      tenants.find(tenantId),
      contractOf(database.db, tenantId),
      prices.list(),
    ]);
    if (tenant === undefined || terms === undefined) {
      return undefined;
    }
    const { timezone } = tenant;
    const instant = now();
    return {
      tenantId,
      timezone,
      contract: terms.contract,
      prices: list,
      now: instant,
      today: dayAt(instant, timezone),
    };
  }

  /** Every day up to today, of the running month and those before it that are looked at. */
  async daysSoFar({ tenantId, timezone, now, today }: TenantNow): Promise<Usage> {
    const months = monthsLookedAt(monthAt(now, timezone), timezone);
    const usages = await Promise.all(months.map((month) => this.#options.usageOf(tenantId, month)));
    return upTo(today, usages);
  }

  /**
   * The month that advice is computed on: the last one that is over, unless nothing was used in it; then the running one.
   */
  async lastUsed(tenant: TenantNow): Promise<UsedMonth> {
    const { tenantId, timezone } = tenant;
    const running = monthAt(tenant.now, timezone);
    const last = billingMonth(monthsLater(running, -1), timezone);
    const usage = await this.#options.usageOf(tenantId, last);
    return isUsed(usage)
      ? { month: last, usage, complete: true }
      : this.used(tenant, billingMonth(running, timezone));
  }

  async used({ tenantId, now }: TenantNow, month: BillingMonth): Promise<UsedMonth> {
    return { month, usage: await this.#options.usageOf(tenantId, month), complete: month.to <= now };
  }
}

/** The first day of those that a forecast and a pattern are told from. */
export function firstDayLookedAt({ now, timezone }: TenantNow): string {
  return monthsLookedAt(monthAt(now, timezone), timezone)[0]?.days[0] ?? '';
}

function monthsLookedAt(running: string, timezone: string): BillingMonth[] {
  return Array.from({ length: MONTHS_LOOKED_AT }, (_, back) =>
    billingMonth(monthsLater(running, back - MONTHS_LOOKED_AT + 1), timezone),
  );
}

/** The share of the local day that is over, 0 to 1. */
export function elapsedOf({ now, today, timezone }: TenantNow): number {
  const begin = startOfDay(today, timezone).getTime();
  const end = startOfDay(daysLater(today, 1), timezone).getTime();
  return (now.getTime() - begin) / (end - begin);
}

function isUsed({ perDay }: Usage): boolean {
  return METER_KEYS.some((meter) => perDay[meter]?.some((value) => value.gt(ZERO)) === true);
}

/** Usages one after another, without the days after one. */
function upTo(last: string, usages: readonly Usage[]): Usage {
  const days = usages.flatMap((usage) => usage.days).filter((day) => day <= last);
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    if (usages.some((usage) => usage.perDay[meter] !== undefined)) {
      perDay[meter] = usages
        .flatMap((usage) => usage.perDay[meter] ?? usage.days.map(() => ZERO))
        .slice(0, days.length);
    }
  }
  return { days, perDay };
}
