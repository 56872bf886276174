import type { Microseconds, TenantId } from './request-record.ts';

/** Something that happened in a tenant's business, as a CloudEvent tells it: a member joined, a file was stored. */
export interface BusinessEvent {
  /** When it happened, epoch microseconds, UTC. */
  readonly ts: Microseconds;
  readonly tenantId: TenantId;
  /** Unique among the events of its source. */
  readonly id: string;
  /** URI reference of what the event is from. */
  readonly source: string;
  readonly type: string;
  /** Empty when the event has none. */
  readonly subject: string;
  /** JSON text; empty when the event carries no data. */
  readonly data: string;
  /** Whom it is about; empty when nobody is named. */
  readonly userId: string;
}
