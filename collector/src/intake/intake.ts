/*
 * The way in: a record, a sample or a batch becomes lines of the spool.
 *
 * What always holds: nothing in here waits before it has taken what it was given, and record() and sample() never
 * throw; whatever is stored of a person has gone through the tenant's policy; accepted counts exactly the lines that
 * the spool has taken.
 */
import type { EventKeys } from '../duplicates/event-key.ts';
import { METER_TYPE_PREFIX } from '../ingest/meter-reading.ts';
import type { LiveUsage } from '../live/live-usage.ts';
import type { Logger } from '../logger.ts';
import { applyPolicy, type Personal } from '../privacy/apply-policy.ts';
import { LONGEST_RETENTION_MONTHS, type TenantPolicy } from '../privacy/policy.ts';
import type { Pseudonyms } from '../privacy/pseudonyms.ts';
import type { BusinessEvent } from '../record/business-event.ts';
import type { Lane } from '../record/lanes.ts';
import {
  encodeEvent,
  encodeLine,
  encodeRefusal,
  encodeSample,
  RecordError,
  type StoredIdentity,
} from '../record/line.ts';
import type { RequestRecord, TenantId } from '../record/request-record.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import type { Spool } from '../spool/spool.ts';
import { SpoolError } from '../spool/spool-error.ts';

/** Who sent an event, and under which id: unique within its tenant and table. */
export interface EventIdentity {
  readonly source: string;
  readonly id: string;
}

/** One of a batch that came from outside. */
export type IngestItem =
  | { readonly table: 'requests'; readonly record: RequestRecord; readonly identity?: EventIdentity }
  | { readonly table: 'events'; readonly event: BusinessEvent; readonly identity: EventIdentity }
  /** Refused before it became a record: kept with the reason. */
  | {
      readonly table: 'rejected';
      readonly reason: string;
      readonly line: string;
      readonly identity?: EventIdentity;
    };

export type IngestResult =
  | { readonly status: 'accepted' | 'duplicate' }
  | { readonly status: 'rejected'; readonly reason: string };

export type RecordListener = (record: RequestRecord) => void;

export interface IntakeOptions {
  readonly spool: Pick<Spool, 'append' | 'place' | 'sync' | 'admit' | 'duplicates'>;
  readonly live: Pick<LiveUsage, 'observe' | 'meterTold'>;
  readonly logger: Logger;
  readonly policyOf: (tenantId: TenantId) => TenantPolicy;
  /** Types of events that stay, whatever a tenant's policy says. */
  readonly lasting: readonly string[];
  readonly pseudonyms: Pseudonyms;
  /** Told of what came before. @param ts epoch microseconds */
  readonly onDuplicate: (tenantId: TenantId, ts: number) => void;
  /** Lines that an earlier process left in the spool. */
  readonly recovered: Readonly<Record<Lane, number>>;
}

/** What came in by one lane since the process started. */
export interface LaneIntake {
  /** With what an earlier process left; what the spool lost is among them. */
  readonly accepted: number;
  readonly duplicates: number;
  /** Of the accepted, what could not be encoded. */
  readonly unencodable: number;
}

const MICROSECONDS_PER_MS = 1_000;
const ACCEPTED: IngestResult = { status: 'accepted' };
const DUPLICATE: IngestResult = { status: 'duplicate' };

/** Takes what is to be stored. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #listeners = new Set<RecordListener>();
  readonly #counts: Readonly<Record<Lane, Counter>>;
  readonly #lasting: ReadonlySet<string>;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#lasting = new Set(options.lasting);
    const { requests, events, rejected, samples } = options.recovered;
    this.#counts = {
      requests: counterFrom(requests),
      events: counterFrom(events),
      rejected: counterFrom(rejected),
      samples: counterFrom(samples),
    };
  }

  /** What came in, by lane. */
  counts(lane: Lane): LaneIntake {
    return this.#counts[lane];
  }

  /** Counts what was taken in by another way: a history. */
  add(lines: number): void {
    this.#counts.requests.accepted += lines;
  }

  /** Hears of every record of this process's own requests. */
  onRecord(listener: RecordListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  record(record: RequestRecord): void {
    this.#counts.requests.accepted += 1;
    try {
      this.#takeRecord(record, undefined);
    } catch (error) {
      this.#counts.requests.unencodable += 1;
      this.#options.logger.error({ err: error, endpoint: record.endpoint }, 'a record cannot be encoded');
      return;
    }
    for (const listener of this.#listeners) {
      try {
        listener(record);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a listener for records failed');
      }
    }
  }

  sample(sample: ResourceSample): void {
    this.#counts.samples.accepted += 1;
    try {
      this.#options.spool.append('samples', encodeSample(sample), '', sample.ts);
    } catch (error) {
      this.#counts.samples.unencodable += 1;
      this.#options.logger.error({ err: error }, 'a resource sample cannot be encoded');
    }
  }

  async ingest(tenantId: TenantId, items: readonly IngestItem[]): Promise<IngestResult[]> {
    const { spool } = this.#options;
    spool.admit(tenantId);
    const results = items.map((item) => this.#takeItem(tenantId, item));
    // A duplicate waits as well: what it repeats may not be on disk yet.
    await spool.sync();
    return results;
  }

  /** The lines of a history. */
  *encoded(records: Iterable<RequestRecord>): Generator<string> {
    for (const record of records) {
      yield String(encodeLine(record, this.#stored(record)));
    }
  }

  #takeItem(tenantId: TenantId, item: IngestItem): IngestResult {
    if (item.table === 'rejected') {
      return this.#takeRefusal(tenantId, item.line, item.reason, item.identity);
    }
    const { duplicates } = this.#options.spool;
    const { table, identity } = item;
    if (identity !== undefined && duplicates.knows(tenantId, table, identity.source, identity.id)) {
      this.#counts[table].duplicates += 1;
      this.#options.onDuplicate(tenantId, item.table === 'requests' ? item.record.ts : item.event.ts);
      return DUPLICATE;
    }
    const key = identity && duplicates.key;
    try {
      const taken =
        item.table === 'requests' ? this.#takeRecord(item.record, key) : this.#takeEvent(item.event, key);
      if (!taken) {
        throw new SpoolError('spool-write-failed', 'The spool has no room for more lines.');
      }
    } catch (error) {
      if (error instanceof RecordError) {
        // Not kept: the tenant's policy is applied to what can be encoded.
        return this.#takeRefusal(tenantId, '', error.message, identity);
      }
      throw error;
    }
    this.#counts[table].accepted += 1;
    if (key !== undefined) {
      duplicates.remember();
    }
    return ACCEPTED;
  }

  #takeEvent(event: BusinessEvent, key: EventKeys | undefined): boolean {
    const stored = this.#stored({ ...event, sessionId: '', clientAddress: '' });
    const retention = this.#lasting.has(event.type) ? LONGEST_RETENTION_MONTHS : stored.retention;
    const line = encodeEvent(event, { userId: stored.userId, retention }, key?.hex() ?? '');
    const taken = this.#options.spool.append('events', line, event.tenantId, event.ts, key);
    if (taken && event.type.startsWith(METER_TYPE_PREFIX)) {
      this.#options.live.meterTold(event.tenantId);
    }
    return taken;
  }

  #takeRefusal(
    tenantId: TenantId,
    line: string,
    reason: string,
    identity: EventIdentity | undefined,
  ): IngestResult {
    const retention = this.#options.policyOf(tenantId).retentionMonths;
    const { source = '', id: eventId = '' } = identity ?? {};
    const refusal = encodeRefusal({ tenantId, segment: '', line, reason, source, eventId, retention });
    this.#options.spool.append('rejected', refusal, tenantId, Date.now() * MICROSECONDS_PER_MS);
    this.#counts.rejected.accepted += 1;
    return { status: 'rejected', reason };
  }

  /** @returns false when the spool has lost it */
  #takeRecord(record: RequestRecord, key: EventKeys | undefined): boolean {
    const { spool } = this.#options;
    const stored = this.#stored(record);
    const line = encodeLine(record, stored, key?.hex() ?? '', spool.place('requests'));
    const taken = spool.append('requests', line, record.tenantId, record.ts, key);
    if (taken) {
      this.#options.live.observe(record, stored.userId);
    }
    return taken;
  }

  #stored(personal: Personal): StoredIdentity {
    const { policyOf, pseudonyms } = this.#options;
    return applyPolicy(personal, policyOf(personal.tenantId), pseudonyms);
  }
}

interface Counter {
  accepted: number;
  duplicates: number;
  unencodable: number;
}

function counterFrom(accepted: number): Counter {
  return { accepted, duplicates: 0, unencodable: 0 };
}
