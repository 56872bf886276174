import type { RequestId } from './request-id.ts';

/** A tenant's identifier: the boundary that no read may cross. */
export type TenantId = string & { readonly __brand: 'TenantId' };

/** Microseconds. Epoch microseconds where it stands for an instant. */
export type Microseconds = number & { readonly __brand: 'Microseconds' };

/**
 * The tenant that owns what belongs to no tenant: health checks, metrics scrapes, the dashboard's own
 * requests (monitoring is never counted against a tenant) and requests without an identity.
 */
export const PLATFORM_TENANT = '_platform' as TenantId;

/** The endpoint name of every request whose path matches no route. Raw URLs are never recorded. */
export const UNMATCHED_ENDPOINT = '(unmatched)';

export type CacheOutcome = 'hit' | 'miss' | 'none';
export type RequestKind = 'api' | 'render' | 'upload' | 'download' | 'stream' | 'websocket';
/**
 * How a request ended. `aborted`: its client went away before the response was complete, whatever status was sent by
 * then. `timed-out`: the request itself was not complete in time.
 */
export type RequestOutcome = 'completed' | 'aborted' | 'timed-out';
export type RecordSource = 'live' | 'replay';

/** One observed request, made once when its response is complete. */
export interface RequestRecord {
  /** Start of the request, epoch microseconds, UTC. */
  readonly ts: Microseconds;
  /** Time-sortable 64-bit id, unique per instance. */
  readonly requestId: RequestId;
  readonly tenantId: TenantId;
  /** The tenant's local calendar day of `ts`, `YYYY-MM-DD`. */
  readonly day: string;
  /** Empty when nobody is logged in. */
  readonly userId: string;
  readonly userRole: string;
  readonly sessionId: string;
  /** The route template (`/api/public/kursus/:id`), or {@link UNMATCHED_ENDPOINT}. */
  readonly endpoint: string;
  readonly method: string;
  readonly status: number;
  /** From the first byte of the request to the last of the response. */
  readonly duration: Microseconds;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** CPU time attributed to this request; over all requests it adds up to the process's busy CPU time. */
  readonly cpu: Microseconds;
  /** Memory attributed to this request: kilobyte-milliseconds of the process's resident set. */
  readonly memory: number;
  readonly cache: CacheOutcome;
  readonly kind: RequestKind;
  /** W3C trace id, 32 hex digits, or empty. */
  readonly traceId: string;
  /** Name of the process that served the request. */
  readonly instance: string;
  readonly source: RecordSource;
  readonly outcome: RequestOutcome;
  /** WebSocket messages, both ways; 0 for all else. */
  readonly messages: number;
  /** The client's IP address, empty when unknown. Never stored as it is: the tenant's policy truncates or drops it. */
  readonly clientAddress: string;
}
