/*
 * The collector: from a record to a stored, counted row.
 *
 * What always holds: record() never throws and never waits; accepted = stored + rejected + in the spool + lost;
 * nothing is lost but what memory could not hold while the disk took nothing, and at most one group (about 10 ms)
 * when the process or the machine dies.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type IngestItem, type IngestResult, Intake, type RecordListener } from './intake/intake.ts';
import { LiveUsage } from './live/live-usage.ts';
import type { Logger } from './logger.ts';
import { DEFAULT_POLICY, type TenantPolicy } from './privacy/policy.ts';
import { Pseudonyms } from './privacy/pseudonyms.ts';
import type { RequestRecord, TenantId } from './record/request-record.ts';
import type { ResourceSample } from './record/resource-sample.ts';
import { Sender } from './sender/sender.ts';
import { importToken } from './spool/segment.ts';
import { DEFAULT_SEAL_LIMITS, openSpool, type SealLimits, type Spool } from './spool/spool.ts';
import { openStore, type Store, type StoreAddress } from './store/store.ts';
import { UsageQueries } from './usage/queries.ts';
import { RefusedRows } from './usage/refused-rows.ts';

export interface CollectorOptions {
  readonly store: StoreAddress;
  /** Where records wait to be stored; one process at a time. */
  readonly spoolDirectory: string;
  /** Name of this process. */
  readonly instance: string;
  readonly logger: Logger;
  /** When a segment is sent: 50,000 rows, 16 MiB or 1 second unless given. */
  readonly seal?: Partial<SealLimits>;
  /** What may be kept of people; {@link DEFAULT_POLICY} for every tenant unless given. */
  readonly privacy?: Privacy;
}

/** What may be kept of people. */
export interface Privacy {
  /** What a tenant lets be kept; asked on every record, so it answers from memory. */
  readonly policyOf: (tenantId: TenantId) => TenantPolicy;
  /** At least 32 secret bytes that pseudonyms are made with. Another key makes everybody another person. */
  readonly pseudonymKey: Buffer;
}

export interface CollectorStatus {
  /** Whether the store answered the last time it was asked. */
  readonly store: 'up' | 'down';
  /** Why it is down. */
  readonly lastError?: string;
  /** Records taken in since the process started, with those that it found in the spool. */
  readonly accepted: number;
  readonly stored: number;
  /** Refused, by the encoder or by the store (then kept in the table `rejected`). */
  readonly rejected: number;
  /** Records that found no room while the disk took nothing. */
  readonly lost: number;
  /** Accepted and not stored yet. */
  readonly inSpool: number;
  readonly spoolBytes: number;
  /** 0 when nothing waits. */
  readonly oldestUnsentAgeMs: number;
}

/** How long close() goes on sending. */
const CLOSE_GRACE_MS = 5_000;

/** No policy asks for pseudonyms, so none outlives the process. */
const NOTHING_CHOSEN: Privacy = { policyOf: () => DEFAULT_POLICY, pseudonymKey: randomBytes(32) };

const importRow = z.object({ records: z.string().transform(Number) });

/** Made by {@link openCollector}. */
export class Collector {
  /** Reads of what is stored, each within a tenant's scope. */
  readonly usage: UsageQueries;
  /** What was refused, for the tenant that sent it. */
  readonly refused: RefusedRows;
  /** Ticks of what happens now. */
  readonly live: LiveUsage;
  readonly #store: Store;
  readonly #spool: Spool;
  readonly #sender: Sender;
  readonly #intake: Intake;
  readonly #imports = new Map<string, Promise<number>>();
  #closing: Promise<void> | undefined;

  constructor(parts: CollectorParts) {
    const { store, spool, sender, logger, privacy, recovered } = parts;
    this.#store = store;
    this.#spool = spool;
    this.#sender = sender;
    this.usage = new UsageQueries(store);
    this.refused = new RefusedRows(store);
    this.live = new LiveUsage({
      usage: this.usage,
      logger,
      seal: () => spool.seal(),
      afterStored: (position, run) => sender.afterStored(position, run),
    });
    this.#intake = new Intake({
      spool,
      live: this.live,
      logger,
      policyOf: privacy.policyOf,
      pseudonyms: new Pseudonyms({ key: privacy.pseudonymKey }),
      recovered,
    });
    this.live.start();
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
   * @throws {SpoolError} `spool-write-failed` when the disk takes nothing: to be sent again
   */
  ingest(tenantId: TenantId, items: readonly IngestItem[]): Promise<IngestResult[]> {
    return this.#intake.ingest(tenantId, items);
  }

  /**
   * Hears of every record that is taken in, imports excepted. A listener's failure is logged and fails nothing.
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
    const sender = this.#sender.status();
    const oldest = sender.oldest ?? this.#spool.oldest;
    return {
      store: sender.store,
      ...(sender.lastError !== undefined && { lastError: sender.lastError }),
      accepted: this.#intake.accepted,
      stored: sender.stored,
      rejected: sender.rejected + this.#intake.unencodable,
      lost: this.#spool.lost,
      inSpool: sender.rows + this.#spool.rows,
      spoolBytes: sender.bytes + this.#spool.bytes,
      oldestUnsentAgeMs: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest),
    };
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
    await this.#store.close();
    this.#spool.release();
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

interface CollectorParts {
  readonly store: Store;
  readonly spool: Spool;
  readonly sender: Sender;
  readonly logger: Logger;
  /** Records found in the spool. */
  readonly recovered: number;
  readonly privacy: Privacy;
}

/**
 * Opens a collector: its store, with migrations, and its spool, with what an earlier process left in it, which is
 * sent. A store server that does not answer does not stop the start: records wait in the spool meanwhile.
 *
 * @throws {StoreError} when the embedded store's directory is in use or not writable, or the store was migrated by
 *   other files; {SpoolError} when the spool directory is in use or not writable
 */
export async function openCollector(options: CollectorOptions): Promise<Collector> {
  const { logger, instance, spoolDirectory } = options;
  const store = openStore({ address: options.store, logger });
  try {
    const migrated = await tryMigrate(store, options);
    const sender = new Sender({ store, logger, migrated });
    let recovered = 0;
    const spool = await openSpool({
      directory: spoolDirectory,
      instance,
      limits: { ...DEFAULT_SEAL_LIMITS, ...options.seal },
      logger,
      onRecovered: (segment) => {
        recovered += segment.rows;
      },
      onSealed: (segment) => sender.enqueue(segment),
    });
    if (recovered > 0) {
      logger.info({ records: recovered }, 'records of an earlier process are sent from the spool');
    }
    sender.start();
    return new Collector({
      store,
      spool,
      sender,
      logger,
      recovered,
      privacy: options.privacy ?? NOTHING_CHOSEN,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Whether the tables are there; false when a server does not answer, which is worth waiting for. */
async function tryMigrate(store: Store, { store: address, logger }: CollectorOptions): Promise<boolean> {
  try {
    await store.migrate();
    return true;
  } catch (error) {
    if (address.kind === 'server' && isUnreachable(error)) {
      logger.warn({ err: error }, 'ClickHouse does not answer; records wait in the spool until it does');
      return false;
    }
    throw error;
  }
}

/** No answer at all, as against an answer that says no: ClickHouse's own errors carry a number. */
function isUnreachable(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z_]+$/.test(error.code)
  );
}
