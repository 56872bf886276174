/*
 * Opening a collector: its parts in their order, and what an earlier process left.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Collector } from './collector.ts';
import type { Logger } from './logger.ts';
import { DEFAULT_POLICY, type Privacy } from './privacy/policy.ts';
import type { Lane } from './record/lanes.ts';
import { Inserter } from './sender/inserter.ts';
import { Release } from './sender/release.ts';
import { Sender } from './sender/sender.ts';
import { openSpool } from './spool/opening.ts';
import type { SpoolQuota } from './spool/quota.ts';
import { DEFAULT_SEAL_LIMITS, type SealLimits } from './spool/spool.ts';
import { openStore, type Store, type StoreAddress } from './store/store.ts';

export interface CollectorOptions {
  readonly store: StoreAddress;
  /** Where records wait to be stored; one process at a time. */
  readonly spoolDirectory: string;
  /** Name of this process. */
  readonly instance: string;
  readonly logger: Logger;
  /** When a segment is sent: 50,000 rows, 16 MiB or 1 second unless given. */
  readonly seal?: Partial<SealLimits>;
  /** What may wait: 4 GiB, a quarter of it for one tenant, and up to half a GiB of the disk stays free, unless given. */
  readonly quota?: Partial<SpoolQuota>;
  /** How many identities of events from outside are remembered: 4 million unless given. */
  readonly identities?: number;
  /** A server that has not answered an insert by then is asked again: 30 seconds unless given. */
  readonly insertTimeoutMs?: number;
  /** What may be kept of people; {@link DEFAULT_POLICY} for every tenant unless given. */
  readonly privacy?: Privacy;
}

/** How long a start waits for a server. */
const START_PATIENCE_MS = 5_000;
/** ClickHouse's codes for those it does not let in. */
const NOT_LET_IN: ReadonlySet<string> = new Set(['192', '193', '194', '497', '516']);

/** No policy asks for pseudonyms, so none outlives the process. */
const NOTHING_CHOSEN: Privacy = { policyOf: () => DEFAULT_POLICY, pseudonymKey: randomBytes(32) };

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
    const inserter = new Inserter({ store, logger, migrated, timeoutMs: options.insertTimeoutMs });
    const release: Release = new Release({
      logger,
      syncKeys: () => spool.syncKeys(),
      onReleased: (segment) => spool.released(segment),
    });
    const sender = new Sender({ inserter, release, logger });
    const recovered: Record<Lane, number> = { requests: 0, events: 0, rejected: 0, samples: 0 };
    const spool = await openSpool({
      directory: spoolDirectory,
      instance,
      limits: { ...DEFAULT_SEAL_LIMITS, ...options.seal },
      quota: options.quota,
      identities: options.identities,
      logger,
      onRecovered: ({ lane, rows }) => {
        recovered[lane] += rows;
      },
      onSealed: (segment) => sender.enqueue(segment),
      isStoreAway: () => inserter.status().store === 'down',
    });
    if (Object.values(recovered).some((lines) => lines > 0)) {
      logger.info({ ...recovered }, 'records of an earlier process are sent from the spool');
    }
    sender.start();
    return new Collector({
      store,
      spool,
      sender,
      inserter,
      release,
      logger,
      recovered,
      privacy: options.privacy ?? NOTHING_CHOSEN,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Whether the tables are there; false when a server does not answer or cannot now, which is worth waiting for. */
async function tryMigrate(store: Store, { store: address, logger }: CollectorOptions): Promise<boolean> {
  if (address.kind === 'embedded') {
    await store.migrate();
    return true;
  }
  const migrating = store.migrate();
  try {
    await Promise.race([migrating, noAnswer(START_PATIENCE_MS)]);
    return true;
  } catch (error) {
    if (isOfNoUse(error)) {
      throw error;
    }
    logger.warn({ err: error }, 'ClickHouse does not answer; records wait in the spool until it does');
    return false;
  }
}

async function noAnswer(milliseconds: number): Promise<never> {
  await delay(milliseconds, undefined, { ref: false });
  throw new Error(`no answer within ${milliseconds} ms`);
}

/** Whether waiting cannot help: the server does not let us in, or was migrated by other files. */
function isOfNoUse(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && (code === 'migration-changed' || NOT_LET_IN.has(code));
}
