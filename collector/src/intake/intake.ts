/*
 * The way in: a record, a sample or a batch becomes lines of the spool.
 *
 * What always holds: nothing in here waits before it has taken what it was given, and record() and sample() never
 * throw; whatever is stored of a person has gone through the tenant's policy; accepted counts exactly the lines that
 * the spool has taken.
 */
import type { LiveUsage } from '../live/live-usage.ts';
import type { Logger } from '../logger.ts';
import { applyPolicy, type Personal } from '../privacy/apply-policy.ts';
import type { TenantPolicy } from '../privacy/policy.ts';
import type { Pseudonyms } from '../privacy/pseudonyms.ts';
import type { BusinessEvent } from '../record/business-event.ts';
import { encodeEvent, encodeLine, encodeRefusal, encodeSample, type StoredIdentity } from '../record/line.ts';
import type { RequestRecord, TenantId } from '../record/request-record.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import type { Spool } from '../spool/spool.ts';

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
  readonly spool: Pick<Spool, 'append' | 'sync'>;
  readonly live: Pick<LiveUsage, 'observe'>;
  readonly logger: Logger;
  readonly policyOf: (tenantId: TenantId) => TenantPolicy;
  readonly pseudonyms: Pseudonyms;
  /** Lines that an earlier process left in the spool. */
  readonly recovered: number;
}

/** Takes what is to be stored. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #listeners = new Set<RecordListener>();
  readonly #identities = new Set<string>();
  #accepted: number;
  #unencodable = 0;
  #duplicates = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#accepted = options.recovered;
  }

  /** Lines taken, with those that an earlier process left; what the spool lost is among them. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Records that cannot be encoded. */
  get unencodable(): number {
    return this.#unencodable;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  /** Counts what was taken in by another way: a history. */
  add(lines: number): void {
    this.#accepted += lines;
  }

  /** Hears of every record that is taken in. */
  onRecord(listener: RecordListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  record(record: RequestRecord): void {
    this.#accepted += 1;
    try {
      this.#take(record, '');
    } catch (error) {
      this.#unencodable += 1;
      this.#options.logger.error({ err: error, endpoint: record.endpoint }, 'a record cannot be encoded');
    }
  }

  sample(sample: ResourceSample): void {
    try {
      this.#options.spool.append(encodeSample(sample), 'samples');
      this.#accepted += 1;
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a resource sample cannot be encoded');
    }
  }

  async ingest(tenantId: TenantId, items: readonly IngestItem[]): Promise<IngestResult[]> {
    const results = items.map((item) => this.#takeItem(tenantId, item));
    await this.#options.spool.sync();
    return results;
  }

  /** The lines of a history. */
  *encoded(records: Iterable<RequestRecord>): Generator<string> {
    for (const record of records) {
      yield encodeLine(record, this.#stored(record));
    }
  }

  #takeItem(tenantId: TenantId, item: IngestItem): IngestResult {
    if (item.table === 'rejected') {
      this.#takeRefusal(tenantId, item);
      return { status: 'rejected', reason: item.reason };
    }
    const { identity } = item;
    const key = identity && JSON.stringify([tenantId, item.table, identity.source, identity.id]);
    if (key !== undefined && this.#identities.has(key)) {
      this.#duplicates += 1;
      return { status: 'duplicate' };
    }
    if (item.table === 'requests') {
      this.#take(item.record, '');
    } else {
      this.#takeEvent(item.event, '');
    }
    this.#accepted += 1;
    if (key !== undefined) {
      this.#identities.add(key);
    }
    return { status: 'accepted' };
  }

  #takeEvent(event: BusinessEvent, eventKey: string): void {
    const { userId, retention } = this.#stored({ ...event, sessionId: '', clientAddress: '' });
    this.#options.spool.append(encodeEvent(event, { userId, retention }, eventKey), 'events');
  }

  #takeRefusal(
    tenantId: TenantId,
    { line, reason, identity }: Extract<IngestItem, { table: 'rejected' }>,
  ): void {
    const retention = this.#options.policyOf(tenantId).retentionMonths;
    const { source = '', id: eventId = '' } = identity ?? {};
    const refusal = { tenantId, segment: '', line, reason, source, eventId, retention };
    this.#options.spool.append(encodeRefusal(refusal), 'rejected');
    this.#accepted += 1;
  }

  #take(record: RequestRecord, eventKey: string): void {
    const stored = this.#stored(record);
    this.#options.spool.append(encodeLine(record, stored, eventKey));
    this.#options.live.observe(record, stored.userId);
    for (const listener of this.#listeners) {
      try {
        listener(record);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a listener for records failed');
      }
    }
  }

  #stored(personal: Personal): StoredIdentity {
    const { policyOf, pseudonyms } = this.#options;
    return applyPolicy(personal, policyOf(personal.tenantId), pseudonyms);
  }
}
