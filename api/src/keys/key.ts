import type { IngestScope, TenantId } from '@riwayat/collector';
import { z } from 'zod';

/** What a key may send. */
export const SCOPES = [
  'ingest:requests',
  'ingest:events',
  'ingest:traces',
] as const satisfies readonly IngestScope[];
export type Scope = (typeof SCOPES)[number];

/** Enough for a busy application; whoever sends more says so when the key is made. */
export const DEFAULT_EVENTS_PER_SECOND = 5_000;
/** So that a client whose connection was away for some seconds can catch up. */
export const DEFAULT_BURST = 20_000;
export const MOST_EVENTS_PER_SECOND = 1_000_000;
export const MOST_BURST = 10_000_000;
export const LONGEST_KEY_NAME = 100;

/** An API key as people manage it. The secret is not in it: that is shown once, when it is made. */
export interface ApiKey {
  /** `key_…` */
  readonly id: string;
  readonly tenantId: TenantId;
  readonly name: string;
  /** The beginning of the newest secret. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** How many events a second the key may send for long… */
  readonly eventsPerSecond: number;
  /** …and how many at once after a silence. */
  readonly burst: number;
  /** User id; null when it was made from the command line, or the person is gone. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  /** To the minute; null when never. */
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Until when a secret before the newest one is good; null when none is. */
  readonly previousValidUntil: Date | null;
}

export const scopesSchema = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length);
