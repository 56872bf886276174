/*
 * Inserts, tried until the store takes the rows or refuses them.
 *
 * What always holds: a try that did not end well is made again under the same token, so rows are stored once however
 * often it takes; the wait before the next try has full jitter, and while the store fails one try at a time is made. A
 * server that does not answer in time is left and asked again. The embedded engine is not left: it is in this process,
 * and an answer that it owes, it gives.
 */
import type { Logger } from '../logger.ts';
import { type FileInsert, type Insert, isMissingFile, isRefusedRows, type Store } from '../store/store.ts';
import { Breaker, type BreakerState } from './breaker.ts';

/** A server that has not answered an insert by then is asked again. */
const DEFAULT_INSERT_TIMEOUT_MS = 30_000;

/** What became of one try. */
export interface InsertReport {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Whether the store took the rows. */
  readonly ok: boolean;
}

export type InsertListener = (report: InsertReport) => void;

/** How much an insert carries. */
export interface Load {
  readonly rows: number;
  readonly bytes: number;
}

export interface InserterOptions {
  readonly store: Pick<Store, 'insert' | 'insertFile' | 'migrate' | 'ping'>;
  readonly logger: Logger;
  /** Whether the tables are known to be there; if not they are made before the first insert. */
  readonly migrated: boolean;
  /** 30 seconds unless given. */
  readonly timeoutMs?: number | undefined;
}

export interface InserterStatus {
  readonly store: 'up' | 'down';
  readonly lastError: string | undefined;
  readonly breaker: BreakerState;
  /** Tries beyond each insert's first, since the start. */
  readonly retries: number;
  readonly insertsInFlight: number;
}

/** The sender was stopped before the store took what was waited for. */
export class SenderStoppedError extends Error {
  override readonly name = 'SenderStoppedError';

  constructor() {
    super('The collector was closed before this was stored. It stays in the spool for the next start.');
  }
}

export class Inserter {
  readonly #options: InserterOptions;
  readonly #stopping = new AbortController();
  readonly #breaker = new Breaker();
  readonly #listeners = new Set<InsertListener>();
  #migrated: boolean;
  #migrating: Promise<void> | undefined;
  #up: boolean;
  #told = false;
  #lastError: string | undefined;
  #retries = 0;
  #inFlight = 0;

  constructor(options: InserterOptions) {
    this.#options = options;
    this.#migrated = options.migrated;
    this.#up = options.migrated;
  }

  status(): InserterStatus {
    return {
      store: this.#up ? 'up' : 'down',
      lastError: this.#lastError,
      breaker: this.#breaker.state,
      retries: this.#retries,
      insertsInFlight: this.#inFlight,
    };
  }

  /** Hears of every try. A listener's failure is logged and fails nothing. */
  onInsert(listener: InsertListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Ends all waiting; what is under way at a server is left. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Aborted by {@link stop}. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  /** @throws ClickHouse's error when the store refuses the rows; {SenderStoppedError} */
  insert(insert: Omit<Insert, 'signal'>, load: Load): Promise<void> {
    return this.#persist(insert.table, load, (signal) => this.#options.store.insert({ ...insert, signal }));
  }

  /** @throws ClickHouse's error when the store refuses the rows or the file is gone; {SenderStoppedError} */
  insertFile(insert: Omit<FileInsert, 'signal'>, load: Load): Promise<void> {
    return this.#persist(insert.table, load, (signal) =>
      this.#options.store.insertFile({ ...insert, signal }),
    );
  }

  /** Asks the store whether it is there, once; says so in the status. */
  async probe(): Promise<void> {
    if (!(await this.#breaker.enter(this.stopped))) {
      return;
    }
    try {
      await this.#prepare();
      await this.#options.store.ping();
      this.#answered();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #persist(table: string, load: Load, tryOnce: (signal: AbortSignal) => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      if (!(await this.#breaker.enter(this.stopped))) {
        throw new SenderStoppedError();
      }
      this.#retries += tries === 0 ? 0 : 1;
      const end = await this.#try(table, load, tryOnce);
      if (end !== 'again') {
        return;
      }
    }
  }

  async #try(
    table: string,
    load: Load,
    tryOnce: (signal: AbortSignal) => Promise<void>,
  ): Promise<'done' | 'again'> {
    const start = performance.now();
    const tell = (ok: boolean): void =>
      this.#tell({ table, ...load, durationMs: performance.now() - start, ok });
    this.#inFlight += 1;
    try {
      await this.#prepare();
      await withTimeout(this.#options.timeoutMs ?? DEFAULT_INSERT_TIMEOUT_MS, this.stopped, tryOnce);
      this.#answered();
      tell(true);
      return 'done';
    } catch (error) {
      tell(false);
      if (isRefusedRows(error) || isMissingFile(error)) {
        this.#answered();
        throw error;
      }
      this.#failed(error);
      return 'again';
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #prepare(): Promise<void> {
    if (!this.#migrated) {
      this.#migrating ??= this.#options.store.migrate().finally(() => {
        this.#migrating = undefined;
      });
      await this.#migrating;
      this.#migrated = true;
    }
  }

  #answered(): void {
    this.#breaker.succeeded();
    if (!this.#up) {
      this.#up = true;
      this.#lastError = undefined;
      this.#options.logger.info({}, 'the store takes records');
    }
  }

  #failed(error: unknown): void {
    this.#breaker.failed();
    this.#lastError = error instanceof Error ? error.message || error.name : String(error);
    if (this.#up || !this.#told) {
      this.#options.logger.warn({ err: error }, 'the store does not take records; they wait in the spool');
    }
    this.#up = false;
    this.#told = true;
  }

  #tell(report: InsertReport): void {
    for (const listener of this.#listeners) {
      try {
        listener(report);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a listener for inserts failed');
      }
    }
  }
}

/** Runs with a signal that comes when the time is up or the sender is stopped. */
async function withTimeout(
  milliseconds: number,
  stopped: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, milliseconds);
  stopped.addEventListener('abort', abort, { once: true });
  try {
    await run(controller.signal);
  } catch (error) {
    throw controller.signal.aborted && !stopped.aborted
      ? new Error(`no answer within ${milliseconds} ms`, { cause: error })
      : error;
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', abort);
  }
}
