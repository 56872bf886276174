// What looks like an attack, told to the tenant as business events that alerts can watch.
//
// What always holds: one event for each kind and source in five minutes, and so many for a tenant at most, however
// many requests an attacker makes; no event names a network address, which a tenant may have forbidden to keep.

import { randomUUID } from 'node:crypto';
import { type BusinessEvent, type Collector, microseconds, type TenantId } from '@riwayat/collector';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';

/** How many within the window are no accident any more. */
const THRESHOLDS = {
  /** From one address: more than somebody mistypes. */
  'failed-logins': 10,
  'refused-uploads': 5,
  'rate-limited': 20,
  'foreign-origin': 5,
  /** The payment provider's clock may be wrong once; its secret is not. */
  'forged-webhooks': 5,
  /** A person of one tenant names another: no page of ours does that. */
  'cross-tenant': 1,
} as const;

export type AnomalyKind = keyof typeof THRESHOLDS;

/** The same, spread over many sources: so many times a single source's threshold, for the tenant as a whole. */
const WHOLE_TENANT_FACTOR = 10;
const WINDOW_MS = 5 * 60_000;
const MOST_EVENTS = 20;
/** Sources beyond these are forgotten, those seen the longest ago first. */
const MOST_COUNTERS = 20_000;
const MOST_TENANTS = 5_000;
const MS_PER_SECOND = 1_000;
const SOURCE = '/security';
const TYPE_PREFIX = 'riwayat.security.';

export interface Incident {
  readonly kind: AnomalyKind;
  readonly tenantId: TenantId;
  /** Tells one source from another: an address, a person. Kept in memory alone. */
  readonly source: string;
  /** Empty when nobody is logged in. */
  readonly userId: string;
  /** Template of the route. */
  readonly endpoint: string;
}

export interface AnomaliesOptions {
  readonly collector: Pick<Collector, 'ingest'>;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Counts incidents, and tells of those that come in bursts. */
export class Anomalies {
  readonly #options: AnomaliesOptions;
  readonly #counts: LRUCache<string, { count: number }>;
  readonly #told: LRUCache<TenantId, { count: number }>;

  constructor(options: AnomaliesOptions) {
    this.#options = options;
    const perf = { now: () => options.now().getTime() };
    this.#counts = new LRUCache({ max: MOST_COUNTERS, ttl: WINDOW_MS, perf, ttlResolution: 0 });
    this.#told = new LRUCache({ max: MOST_TENANTS, ttl: WINDOW_MS, perf, ttlResolution: 0 });
  }

  /**
   * Counts an incident. Never throws, never waits.
   *
   * @returns true when it is the one that makes it an anomaly, and that is told
   */
  note(incident: Incident): boolean {
    const { kind, tenantId, source } = incident;
    const threshold = THRESHOLDS[kind];
    const fromSource = this.#count(`${kind} ${tenantId} ${source}`) === threshold;
    const overall = threshold * WHOLE_TENANT_FACTOR;
    const fromAll = this.#count(`${kind} ${tenantId}`) === overall;
    if (!fromSource && !fromAll) {
      return false;
    }
    const told = counted(this.#told, tenantId);
    if (told > MOST_EVENTS) {
      return false;
    }
    this.#tell(
      incident,
      fromAll ? { incidents: overall, sources: 'many' } : { incidents: threshold, sources: 'one' },
    );
    return true;
  }

  #count(key: string): number {
    return counted(this.#counts, key);
  }

  #tell(
    { kind, tenantId, userId, endpoint }: Incident,
    { incidents, sources }: { readonly incidents: number; readonly sources: 'one' | 'many' },
  ): void {
    const { collector, logger, now } = this.#options;
    const id = randomUUID();
    const event: BusinessEvent = {
      ts: microseconds(now().getTime()),
      tenantId,
      id,
      source: SOURCE,
      type: `${TYPE_PREFIX}${kind}`,
      subject: endpoint,
      data: JSON.stringify({ incidents, sources, window_seconds: WINDOW_MS / MS_PER_SECOND }),
      userId: sources === 'one' ? userId : '',
    };
    logger.warn({ kind, tenantId, endpoint, sources }, 'something looks like an attack');
    collector
      .ingest(tenantId, [{ table: 'events', event, identity: { source: SOURCE, id } }])
      .catch((error) => {
        logger.error({ err: error, kind, tenantId }, 'an anomaly could not be recorded');
      });
  }
}

/** One more under the key; its window began with the first. */
function counted<K extends string>(counters: LRUCache<K, { count: number }>, key: K): number {
  const counter = counters.get(key) ?? { count: 0 };
  counter.count += 1;
  if (counter.count === 1) {
    counters.set(key, counter);
  }
  return counter.count;
}
