import type { BillingMonth, Usage } from '@riwayat/billing';
import type { TenantId, UsageSummary } from '@riwayat/collector';

export interface MeteringQuestion {
  readonly tenantId: TenantId;
  readonly month: BillingMonth;
  /**
   * What was stored later does not count, so that a bill can be computed again; everything that is stored unless given.
   * To the second.
   */
  readonly storedBy?: Date;
}

/** The same of many tenants whose months are one: of the same zone. */
export interface ManyMeteringQuestion extends Omit<MeteringQuestion, 'tenantId'> {
  readonly tenantIds: readonly TenantId[];
}

/** Says what a tenant used, by meter and local day. */
export interface Metering {
  /** From raw rows, to the last byte: what bills are made of. */
  ofBill(question: MeteringQuestion): Promise<Usage>;
  /** The bills' usage of many tenants at once, of each one that was asked for: one reading of the store, not one each. */
  ofBills(question: ManyMeteringQuestion): Promise<ReadonlyMap<TenantId, Usage>>;
  /** The same of a month that is running, from rollups: fast enough for screens, and equal to the raw rows. */
  ofScreen(question: Omit<MeteringQuestion, 'storedBy'>): Promise<Usage>;
}

/** A month as screens show it. */
export interface ScreenMonth {
  readonly usage: Usage;
  /** What its requests add up to, of the same rows. */
  readonly totals: UsageSummary;
}

/** Metering with the totals that screens show beside it: one reading of the store for both. */
export interface ScreenMetering extends Metering {
  screenMonth(question: Omit<MeteringQuestion, 'storedBy'>): Promise<ScreenMonth>;
}
