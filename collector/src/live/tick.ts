import type { ResourceUse } from './resources.ts';
import type { IntervalUsage, TenantUsage } from './tenant-usage.ts';

const BYTES_PER_GB = 1e9;

/** One second of one tenant. */
export interface LiveTick {
  /** Identifies one start of the process. */
  readonly epoch: string;
  readonly seq: number;
  /** A {@link LiveTickMessage}, serialised. */
  readonly json: string;
}

/** What {@link LiveTick.json} says. */
export interface LiveTickMessage {
  /** ISO 8601, UTC, a whole second. */
  readonly timestamp: string;
  readonly epoch: string;
  readonly seq: number;
  /** Requests of the tenant's current local month, as the following three. */
  readonly api_calls: number;
  /** Data transfer, in and out, in GB of 10^9 bytes. */
  readonly data_transfer: number;
  readonly data_transfer_bytes: number;
  /** Distinct people. */
  readonly active_users: number;
  /** Distinct people of the last five minutes. */
  readonly concurrent_users: number;
  /** Percent of the cores that the process may use. */
  readonly cpu_usage: number;
  /** Percent of the memory that the process may use. */
  readonly memory_usage: number;
  /** What the month costs by now, whole rupiah, within some seconds; null while it is not known, or nothing is billed. */
  readonly cost_estimate: number | null;
  /** Since the tick before. */
  readonly interval: {
    readonly api_calls: number;
    readonly errors: number;
    readonly bytes: number;
    readonly active_users: number;
  };
}

/** What a tick is made of. */
interface TickParts {
  readonly epoch: string;
  readonly seq: number;
  /** Epoch milliseconds of a whole second. */
  readonly second: number;
  readonly totals: TenantUsage;
  readonly interval: IntervalUsage;
  readonly resources: ResourceUse;
  /** Whole rupiah. */
  readonly cost: number | null;
}

/** A {@link LiveTickMessage}, serialised. */
export function tickJson({ epoch, seq, second, totals, interval, resources, cost }: TickParts): string {
  const message: LiveTickMessage = {
    timestamp: new Date(second).toISOString(),
    epoch,
    seq,
    api_calls: totals.calls,
    data_transfer: totals.bytes / BYTES_PER_GB,
    data_transfer_bytes: totals.bytes,
    active_users: totals.activeUsers,
    concurrent_users: totals.concurrentUsers(second),
    cpu_usage: resources.cpu,
    memory_usage: resources.memory,
    cost_estimate: cost,
    interval: {
      api_calls: interval.calls,
      errors: interval.errors,
      bytes: interval.bytes,
      active_users: interval.activeUsers,
    },
  };
  return JSON.stringify(message);
}
