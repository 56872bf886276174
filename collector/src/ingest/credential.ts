import type { TenantId } from '../record/request-record.ts';

/** What a key may send. */
export type IngestScope = 'ingest:requests' | 'ingest:events' | 'ingest:traces';

/** Whom a batch is from. The tenant is always the credential's: nothing in a batch can name another. */
export interface IngestCredential {
  readonly tenantId: TenantId;
  /** IANA name of the tenant's time zone; decides the calendar day of a request. */
  readonly timezone: string;
  /** Names the key: rates are limited by key. */
  readonly keyId: string;
  readonly scopes: readonly IngestScope[];
  /** How many events a second the key may send in the long run. */
  readonly eventsPerSecond: number;
  /** How many events it may send at once after a rest. */
  readonly burst: number;
}
