/*
 * What is done with stored rows beyond reading them: accounts are kept of them, rollups are repaired, people are
 * erased, retention is applied.
 *
 * What always holds: whatever takes rows out of a rollup and puts them back does so while this process stores nothing.
 */
import type { Logger } from '../logger.ts';
import { Erasure, type ErasureProof } from '../privacy/erasure.ts';
import type { Pseudonyms } from '../privacy/pseudonyms.ts';
import { Retention } from '../privacy/retention.ts';
import { type Repair, RollupRepair } from '../rollups/repair.ts';
import type { StoredSegment } from '../sender/release.ts';
import type { Counted } from '../spool/counts.ts';
import type { Store } from '../store/store.ts';
import type { TimeRange } from '../usage/range.ts';
import type { TenantScope } from '../usage/tenant-scope.ts';
import { Ledger, type LedgerHour } from './ledger.ts';
import { type LedgerStatus, Reconciler, type Reconciliation } from './reconciler.ts';

export interface UpkeepOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly pseudonyms: Pseudonyms;
  /** Types of events that stay, whatever a tenant's retention is. */
  readonly lasting: readonly string[];
  /** What of this process is taken in and not stored yet. */
  readonly waiting: () => Iterable<Counted>;
  /** Runs something when all that was taken in before is stored, and stores nothing meanwhile. */
  readonly hold: <T>(run: () => Promise<T>) => Promise<T>;
}

/** What a tenant may see of the ledger, and what the operator is told. */
export interface LedgerReads {
  hours(scope: TenantScope, range: TimeRange): Promise<LedgerHour[]>;
  status(): LedgerStatus;
}

export class Upkeep {
  /** Reads of the ledger. */
  readonly reads: LedgerReads;
  readonly #options: UpkeepOptions;
  readonly #ledger: Ledger;
  readonly #reconciler: Reconciler;
  readonly #repair: RollupRepair;
  readonly #erasure: Erasure;
  readonly #retention: Retention;

  constructor(options: UpkeepOptions) {
    const { store, logger, pseudonyms, lasting, hold, waiting } = options;
    const drain = () => hold(async () => undefined);
    const ledger = new Ledger({ store, pending: waiting });
    const reconciler = new Reconciler({ store, ledger, logger });
    this.#options = options;
    this.#ledger = ledger;
    this.#reconciler = reconciler;
    this.#repair = new RollupRepair({ store, logger, hold });
    this.#erasure = new Erasure({ store, repair: this.#repair, pseudonyms, drain });
    this.#retention = new Retention({ store, drain, lasting });
    this.reads = {
      hours: (scope, range) => ledger.hours(scope, range),
      status: () => reconciler.status(),
    };
  }

  start(): void {
    this.#reconciler.start();
  }

  /** Ends what is going on, and writes what is only counted yet. */
  async stop(): Promise<void> {
    await this.#reconciler.stop();
    try {
      await this.#ledger.flush();
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the last duplicates are not in the ledger');
    }
  }

  /** Enters what the store has, before it leaves the spool. @throws ClickHouse's own error; to be called again */
  settle(stored: readonly StoredSegment[]): Promise<void> {
    return this.#ledger.settle(
      stored.map(({ segment: { token, lane, counts }, refused }) => ({ token, lane, counts, refused })),
    );
  }

  /** @param ts epoch microseconds of what came again */
  duplicate(tenantId: string, ts: number): void {
    this.#ledger.duplicate(tenantId, ts);
  }

  reconcile(range: TimeRange): Promise<Reconciliation> {
    return this.#options.hold(async () => undefined).then(() => this.#reconciler.reconcile(range));
  }

  repairRollups(range: TimeRange, scope: TenantScope | undefined): Promise<Repair> {
    return this.#repair.repair(range, scope);
  }

  erase(scope: TenantScope, userId: string): Promise<ErasureProof> {
    return this.#erasure.erase(scope, userId);
  }

  applyRetention(scope: TenantScope, months: number): Promise<void> {
    return this.#retention.apply(scope, months);
  }
}
