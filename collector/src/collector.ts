/*
 * The collector: from a record to a stored, counted row.
 *
 * What always holds: record() never throws and never waits; accepted = stored + rejected + in the spool + lost;
 * nothing is lost but what found no room while the disk took nothing, at most 10 ms of records when the process dies, and
 * 100 ms when the machine does; what sync() or ingest() has confirmed outlives both.
 */
import { z } from 'zod';
import { type IngestItem, type IngestResult, Intake, type RecordListener } from './intake/intake.ts';
import type { Reconciliation } from './ledger/reconciler.ts';
import type { LedgerReads } from './ledger/upkeep.ts';
import { Upkeep } from './ledger/upkeep.ts';
import { LiveUsage } from './live/live-usage.ts';
import type { Logger } from './logger.ts';
import { MeteringQueries } from './metering/metering-queries.ts';
import type { ErasureProof } from './privacy/erasure.ts';
import type { Privacy } from './privacy/policy.ts';
import { Pseudonyms } from './privacy/pseudonyms.ts';
import type { Lane } from './record/lanes.ts';
import type { RequestRecord, TenantId } from './record/request-record.ts';
import type { ResourceSample } from './record/resource-sample.ts';
import type { Repair } from './rollups/repair.ts';
import type { Inserter, InsertListener } from './sender/inserter.ts';
import type { Release } from './sender/release.ts';
import type { Sender } from './sender/sender.ts';
import type { Counted } from './spool/counts.ts';
import { importToken } from './spool/segment.ts';
import type { Spool } from './spool/spool.ts';
import { type CollectorStatus, collectorStatus } from './status.ts';
import type { Store } from './store/store.ts';
import { ActivityQueries } from './usage/activity.ts';
import { UsageQueries } from './usage/queries.ts';
import type { TimeRange } from './usage/range.ts';
import { RecordedRequests } from './usage/recorded-requests.ts';
import { RefusedRows } from './usage/refused-rows.ts';
import type { TenantScope } from './usage/tenant-scope.ts';
import { RequestHistory } from './windows/request-history.ts';
import { RequestWindows } from './windows/request-windows.ts';
import { SampleHistory } from './windows/sample-history.ts';
import { SampleWindows } from './windows/sample-windows.ts';

/** How long close() goes on sending. */
const CLOSE_GRACE_MS = 5_000;

const importRow = z.object({ records: z.string().transform(Number) });

/** Made by `openCollector`. */
export class Collector {
  /** Reads of what is stored, each within a tenant's scope. */
  readonly usage: UsageQueries;
  /** The same, exactly and by local day: what bills are made of. */
  readonly metering: MeteringQueries;
  /** The requests themselves, for who takes them elsewhere. */
  readonly recorded: RecordedRequests;
  /** Reads of what single people did, each within a tenant's scope. */
  readonly activity: ActivityQueries;
  /** What was refused, for the tenant that sent it. */
  readonly refused: RefusedRows;
  /** What was taken in and what became of it, by hour. */
  readonly ledger: LedgerReads;
  /** What happened in spans of time up to now, of many tenants at once. */
  readonly windows: RequestWindows;
  /** The same of what instances use, for who runs the platform. */
  readonly sampled: SampleWindows;
  /** The same of windows that moved over the past. */
  readonly history: RequestHistory;
  /** The same of what instances used. */
  readonly sampleHistory: SampleHistory;
  /** Ticks of what happens now. */
  readonly live: LiveUsage;
  readonly #store: Store;
  readonly #spool: Spool;
  readonly #sender: Sender;
  readonly #inserter: Inserter;
  readonly #intake: Intake;
  readonly #upkeep: Upkeep;
  readonly #imports = new Map<string, Promise<number>>();
  #closing: Promise<void> | undefined;

  constructor(parts: CollectorParts) {
    const { store, spool, sender, logger, privacy, recovered } = parts;
    const { policyOf, pseudonymKey, lasting = [] } = privacy;
    this.#store = store;
    this.#spool = spool;
    this.#sender = sender;
    this.#inserter = parts.inserter;
    this.usage = new UsageQueries(store);
    this.metering = new MeteringQueries(store);
    this.recorded = new RecordedRequests(store);
    this.windows = new RequestWindows(store);
    this.sampled = new SampleWindows(store);
    this.history = new RequestHistory(store);
    this.sampleHistory = new SampleHistory(store);
    this.refused = new RefusedRows(store);
    this.live = new LiveUsage({
      usage: this.usage,
      logger,
      seal: () => spool.seal(),
      afterStored: (position, run) => sender.afterStored(position, run),
    });
    const pseudonyms = new Pseudonyms({ key: pseudonymKey });
    this.activity = new ActivityQueries(store, pseudonyms);
    this.#upkeep = new Upkeep({
      store,
      logger,
      pseudonyms,
      lasting,
      waiting: () => this.waiting(),
      hold: (run) => sender.afterStored(spool.seal(), run),
    });
    this.ledger = this.#upkeep.reads;
    parts.release.onStored((stored) => this.#upkeep.settle(stored));
    this.#intake = new Intake({
      spool,
      live: this.live,
      logger,
      policyOf,
      lasting,
      pseudonyms,
      onDuplicate: (tenantId, ts) => this.#upkeep.duplicate(tenantId, ts),
      recovered,
    });
    this.live.start();
    this.#upkeep.start();
  }

  /** Takes a record: encodes it, appends it to the spool, tells the listeners. Never throws, never waits. */
  record(record: RequestRecord): void {
    this.#intake.record(record);
  }

  /** Takes a sample of what a process uses. Never throws, never waits. */
  sample(sample: ResourceSample): void {
    this.#intake.sample(sample);
  }

  /**
   * Takes a tenant's batch from outside. What came before under the same identity is not taken again.
   *
   * @param tenantId whose credentials the batch came with
   * @returns what became of each, in order, once all that was taken is on disk
   * @throws {QuotaError} when the tenant fills its share of the spool, or the spool is full, before anything is taken;
   *   {SpoolError} `spool-write-failed` when the disk takes nothing: to be sent again, nothing counts twice
   */
  ingest(tenantId: TenantId, items: readonly IngestItem[]): Promise<IngestResult[]> {
    return this.#intake.ingest(tenantId, items);
  }

  /**
   * Hears of every record of this process's own requests: not of batches from outside, whose names are their senders',
   * and not of imports. A listener's failure is logged and fails nothing.
   *
   * @returns what ends it
   */
  onRecord(listener: RecordListener): () => void {
    return this.#intake.onRecord(listener);
  }

  /**
   * Stores a history under a name, at once. The same name is stored once, ever: a second call stores nothing, also
   * after a restart. Listeners and live intervals do not hear of it; live totals are read anew afterwards.
   *
   * @param name letters, digits, dots, dashes, underscores; names the history for ever
   * @returns how many records the store has under that name, once it has them
   * @throws {SpoolError} `import-name`; {RecordError} when a record cannot be encoded, and then nothing is stored
   */
  importSegment(name: string, records: Iterable<RequestRecord>): Promise<number> {
    const running = this.#imports.get(name) ?? this.#import(name, records);
    this.#imports.set(name, running);
    return running.finally(() => this.#imports.delete(name));
  }

  /** Numbers for health checks and metrics. */
  status(): CollectorStatus {
    return collectorStatus({
      intake: this.#intake,
      spool: this.#spool,
      sender: this.#sender,
      inserter: this.#inserter,
    });
  }

  /**
   * Hears of every try to insert. A listener's failure is logged and fails nothing.
   *
   * @returns what ends it
   */
  onInsert(listener: InsertListener): () => void {
    return this.#inserter.onInsert(listener);
  }

  /** What waits to be stored, by segment. */
  waiting(): readonly Counted[] {
    return [...this.#spool.open, ...this.#sender.unsent];
  }

  /**
   * Compares what was taken in with what is stored, and the rollups with raw rows, of all tenants: whole hours. What
   * was taken before the call is stored first. It is also done by itself, each minute: `ledger.status()`.
   *
   * @returns what did not agree, alike in two looks
   * @throws {RangeError} for a range that is none; {StoreError}
   */
  reconcile(range: TimeRange): Promise<Reconciliation> {
    return this.#upkeep.reconcile(range);
  }

  /**
   * Rebuilds rollups from raw rows: whole hours of `usage_hour`, and every local day that lies in them in part of
   * `usage_user_day`. Nothing is stored meanwhile, one day after another; what comes waits in the spool.
   *
   * @param scope one tenant; all unless given
   * @throws {RangeError} for a range that is none; {StoreError}; ClickHouse's own error: to be called again then
   */
  repairRollups(range: TimeRange, scope?: TenantScope): Promise<Repair> {
    return this.#upkeep.repairRollups(range, scope);
  }

  /**
   * Erases one person from everything that is stored of a tenant; counts stay what they were.
   *
   * @param userId as the application knows it, also when it is stored as a pseudonym
   * @returns how many rows named the person, before and after
   * @throws {RangeError} for an empty id; {StoreError}; ClickHouse's own error: to be called again, which finishes it
   */
  async erase(scope: TenantScope, userId: string): Promise<ErasureProof> {
    const proof = await this.#upkeep.erase(scope, userId);
    this.live.refresh();
    return proof;
  }

  /**
   * Keeps what is stored of a tenant for other than the months that it was stored with; what is past them goes.
   *
   * @param months 1 to 120
   * @throws {RangeError} for other months; ClickHouse's own error: to be called again
   */
  applyRetention(scope: TenantScope, months: number): Promise<void> {
    return this.#upkeep.applyRetention(scope, months);
  }

  /**
   * Resolves when the store answers.
   *
   * @throws {StoreError} `store-unavailable`
   */
  ping(): Promise<void> {
    return this.#store.ping();
  }

  /**
   * Resolves when every record taken before the call is on disk: what survives a crash. Rejects when the disk takes
   * nothing.
   */
  sync(): Promise<void> {
    return this.#spool.sync();
  }

  /** Resolves when every record taken before the call is stored; rejects when the collector is closed first. */
  drain(): Promise<void> {
    return this.#sender.whenStored(this.#spool.seal());
  }

  /**
   * Ends: writes what was taken, sends what can be sent within 5 seconds, closes the store. What could not be sent
   * waits in the spool for the next start.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.live.stop();
    await this.#spool.flush();
    await this.#sender.stop(CLOSE_GRACE_MS);
    await this.#upkeep.stop();
    await this.#store.close();
    await this.#spool.release();
  }

  async #import(name: string, records: Iterable<RequestRecord>): Promise<number> {
    const token = importToken(name);
    const waiting = this.#sender.whenSent(token);
    if (waiting !== undefined) {
      return (await waiting).stored;
    }
    const [before] = await this.#store.select({
      sql: 'SELECT records FROM {{database}}.imports WHERE name = {name:String} LIMIT 1',
      params: { name },
      row: importRow,
      label: 'collector.imports',
    });
    if (before !== undefined) {
      return before.records;
    }
    const segment = await this.#spool.writeImport(name, this.#intake.encoded(records));
    if (segment === undefined) {
      return 0;
    }
    this.#intake.add(segment.rows);
    const sent = await this.#sender.whenSent(token);
    this.live.refresh();
    return sent?.stored ?? 0;
  }
}

/** What a collector is made of. */
export interface CollectorParts {
  readonly store: Store;
  readonly spool: Spool;
  readonly sender: Sender;
  readonly inserter: Inserter;
  readonly release: Release;
  readonly logger: Logger;
  /** Lines found in the spool. */
  readonly recovered: Readonly<Record<Lane, number>>;
  readonly privacy: Privacy;
}
