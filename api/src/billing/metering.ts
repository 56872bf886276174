import type { BillingMonth, Usage } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';

export interface MeteringQuestion {
  readonly tenantId: TenantId;
  readonly month: BillingMonth;
  /**
   * What was stored later does not count, so that a bill can be computed again; everything that is stored unless given.
   * To the second.
   */
  readonly storedBy?: Date;
}

/** Says what a tenant used, by meter and local day. */
export interface Metering {
  /** From raw rows, to the last byte: what bills are made of. */
  ofBill(question: MeteringQuestion): Promise<Usage>;
  /** The same of a month that is running, from rollups: fast enough for screens, and equal to the raw rows. */
  ofScreen(question: Omit<MeteringQuestion, 'storedBy'>): Promise<Usage>;
}
