import type { TenantId } from '../record/request-record.ts';

/** Requests of one local day that were recorded after a boundary. */
export interface AddedRequests {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly calls: number;
  /** In and out. */
  readonly bytes: number;
  /** Of the kind `render`. */
  readonly renders: number;
  /** Microseconds. */
  readonly cpu: number;
  /** kB·ms. */
  readonly memory: number;
  readonly cacheLookups: number;
  readonly cacheHits: number;
  /** The most distinct people within one window of five minutes that had a request since. */
  readonly concurrentUsers: number;
}

/** What a tenant's month costs, of what was stored at a boundary and of what came since: whole rupiah; null: nothing is billed. */
export type LiveCost = (added: readonly AddedRequests[]) => Promise<number | null>;

/** Says what running months cost. The collector knows of no prices: the application gives it one of these. */
export interface LiveCosts {
  /**
   * Reads what is stored of a tenant's month. It is called while the store has exactly the records up to a boundary.
   *
   * @param month `YYYY-MM`
   */
  read(tenant: { readonly tenantId: TenantId; readonly timezone: string }, month: string): Promise<LiveCost>;
}
