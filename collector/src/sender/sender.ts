/*
 * Sealed segments into the store, in order, for as long as it takes.
 *
 * What always holds: a segment's file is deleted only after the store has acknowledged all of its rows; nothing
 * later is sent before; a store that is down is tried again without end, with full jitter. Between two segments the
 * sender can be held (afterStored), so that a read sees exactly the segments up to a position.
 */
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { importNameOf, type SealedSegment } from '../spool/segment.ts';
import { type Insert, isRefusedRows, type Store } from '../store/store.ts';
import { backoffMs } from './backoff.ts';
import { type DeliveryResult, deliver } from './delivery.ts';

/** While nothing is sent, the store is asked this often whether it is still there. */
const PROBE_MS = 5_000;

export interface SenderOptions {
  readonly store: Pick<Store, 'insert' | 'migrate' | 'ping'>;
  readonly logger: Logger;
  /** Whether the tables are known to be there; if not they are made before the first insert. */
  readonly migrated: boolean;
}

export interface SenderStatus {
  readonly store: 'up' | 'down';
  readonly lastError: string | undefined;
  readonly stored: number;
  readonly rejected: number;
  /** Rows in sealed segments that are not stored yet. */
  readonly rows: number;
  readonly bytes: number;
  /** When the oldest unsent row came, epoch milliseconds. */
  readonly oldest: number | undefined;
}

/** The sender was stopped before the store took what was waited for. */
export class SenderStoppedError extends Error {
  override readonly name = 'SenderStoppedError';

  constructor() {
    super('The collector was closed before this was stored. It stays in the spool for the next start.');
  }
}

interface Barrier {
  readonly position: number;
  readonly run: () => Promise<void>;
  readonly abandon: (error: Error) => void;
}

interface Awaited {
  readonly token: string;
  readonly resolve: (result: DeliveryResult) => void;
  readonly abandon: (error: Error) => void;
}

/** Sends what it is given, one segment at a time. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #queue: SealedSegment[] = [];
  readonly #stopping = new AbortController();
  #barriers: Barrier[] = [];
  #awaited: Awaited[] = [];
  #migrated: boolean;
  #up: boolean;
  #told = false;
  #draining = false;
  #lastError: string | undefined;
  /** Every segment up to here is stored; lanes are sealed at different times, so later ones may be too. */
  #storedPosition = 0;
  readonly #storedBeyond = new Set<number>();
  #stored = 0;
  #rejected = 0;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#migrated = options.migrated;
    this.#up = options.migrated;
  }

  /** Takes a segment; segments are sent in the order they come. */
  enqueue(segment: SealedSegment): void {
    this.#queue.push(segment);
    this.#wake();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Stops once the queue is empty, or when the time is up, whichever is first; at once while the store is down.
   * What is left stays in the spool.
   *
   * @param graceMs milliseconds
   */
  async stop(graceMs: number): Promise<void> {
    this.#draining = true;
    const timer = setTimeout(() => this.#stopping.abort(), this.#up ? graceMs : 0);
    this.#wake();
    await this.#running;
    clearTimeout(timer);
    this.#stopping.abort();
    for (const { abandon } of this.#barriers.splice(0)) {
      abandon(new SenderStoppedError());
    }
    for (const { abandon } of this.#awaited.splice(0)) {
      abandon(new SenderStoppedError());
    }
  }

  /**
   * Runs something when every segment up to a position is stored, and holds the sender meanwhile.
   *
   * @param position of a segment that is not an import
   * @returns what `run` gives; rejects as `run` does, or with {@link SenderStoppedError}
   */
  afterStored<T>(position: number, run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#stopping.signal.aborted) {
        reject(new SenderStoppedError());
        return;
      }
      this.#barriers.push({ position, run: () => run().then(resolve, reject), abandon: reject });
      this.#wake();
    });
  }

  /** Resolves when every segment up to a position is stored; rejects with {@link SenderStoppedError}. */
  whenStored(position: number): Promise<void> {
    return this.afterStored(position, async () => undefined);
  }

  /**
   * Resolves when a segment that waits in the queue is stored; undefined when there is none of that token.
   */
  whenSent(token: string): Promise<DeliveryResult> | undefined {
    if (!this.#queue.some((segment) => segment.token === token)) {
      return undefined;
    }
    return new Promise((resolve, abandon) => {
      this.#awaited.push({ token, resolve, abandon });
    });
  }

  status(): SenderStatus {
    return {
      store: this.#up ? 'up' : 'down',
      lastError: this.#lastError,
      stored: this.#stored,
      rejected: this.#rejected,
      rows: this.#queue.reduce((sum, { rows }) => sum + rows, 0),
      bytes: this.#queue.reduce((sum, { bytes }) => sum + bytes, 0),
      oldest: this.#queue[0]?.since,
    };
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#prepare();
        await this.#runBarriers();
        const segment = this.#queue[0];
        if (segment !== undefined) {
          await this.#send(segment);
        } else if (this.#runnableBarrier() === -1) {
          if (this.#draining) {
            return;
          }
          await this.#idle();
        }
        failures = 0;
      } catch (error) {
        if (error instanceof SenderStoppedError) {
          return;
        }
        failures += 1;
        this.#failed(error);
        await this.#pause(backoffMs(failures));
      }
    }
  }

  async #prepare(): Promise<void> {
    if (!this.#migrated) {
      await this.#options.store.migrate();
      this.#migrated = true;
      this.#answered();
    }
  }

  async #runBarriers(): Promise<void> {
    for (;;) {
      const next = this.#runnableBarrier();
      const [barrier] = next === -1 ? [] : this.#barriers.splice(next, 1);
      if (barrier === undefined) {
        return;
      }
      await barrier.run();
    }
  }

  #runnableBarrier(): number {
    return this.#barriers.findIndex(({ position }) => position <= this.#storedPosition);
  }

  async #send(segment: SealedSegment): Promise<void> {
    const { logger } = this.#options;
    const content = await readIfThere(segment.path);
    let result: DeliveryResult = { stored: 0, rejected: 0 };
    if (content === undefined) {
      logger.error(
        { segment: segment.token, rows: segment.rows },
        'a sealed segment was removed from the spool',
      );
    } else {
      const insert = (what: Insert): Promise<void> => this.#insert(what);
      const { format } = segment;
      result = await deliver(segment.token, content, segment.rows, { format, insert, logger });
      const name = importNameOf(segment.token);
      if (name !== undefined) {
        // Before the file goes: from here on this row is what keeps the import from happening again.
        await this.#insert({
          table: 'imports',
          columns: ['name', 'records'],
          token: `${segment.token}/imported`,
          lines: `${JSON.stringify([name, result.stored])}\n`,
        });
      }
      await rm(segment.path, { force: true });
    }
    this.#queue.shift();
    this.#stored += result.stored;
    this.#rejected += result.rejected;
    this.#passed(segment.position);
    const awaited = this.#awaited;
    this.#awaited = awaited.filter(({ token }) => token !== segment.token);
    for (const { token, resolve } of awaited) {
      if (token === segment.token) {
        resolve(result);
      }
    }
  }

  #passed(position: number | undefined): void {
    if (position !== undefined) {
      this.#storedBeyond.add(position);
    }
    while (this.#storedBeyond.delete(this.#storedPosition + 1)) {
      this.#storedPosition += 1;
    }
  }

  /** Tries until the store takes the rows or refuses them. */
  async #insert(insert: Insert): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      if (this.#stopping.signal.aborted) {
        throw new SenderStoppedError();
      }
      try {
        await this.#options.store.insert(insert);
        this.#answered();
        return;
      } catch (error) {
        if (isRefusedRows(error)) {
          this.#answered();
          throw error;
        }
        this.#failed(error);
        await this.#pause(backoffMs(failures));
      }
    }
  }

  /** Until something is to be done, or it is time to see whether the store is still there. */
  async #idle(): Promise<void> {
    const { signal } = this.#stopping;
    const timedOut = await new Promise<boolean>((resolve) => {
      const end = (time: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', this.#wake);
        resolve(time);
      };
      const timer = setTimeout(() => end(true), PROBE_MS);
      this.#wake = () => end(false);
      signal.addEventListener('abort', this.#wake, { once: true });
    });
    if (timedOut) {
      await this.#options.store.ping();
      this.#answered();
    }
  }

  /** New segments do not shorten it: the store is not asked more often because more waits for it. */
  async #pause(milliseconds: number): Promise<void> {
    try {
      await setTimeoutPromise(milliseconds, undefined, { signal: this.#stopping.signal });
    } catch {
      // Stopped meanwhile, which the caller looks at next.
    }
  }

  #answered(): void {
    if (!this.#up) {
      this.#up = true;
      this.#lastError = undefined;
      this.#options.logger.info({}, 'the store takes records');
    }
  }

  #failed(error: unknown): void {
    this.#lastError = error instanceof Error ? error.message || error.name : String(error);
    if (this.#up || !this.#told) {
      this.#options.logger.warn({ err: error }, 'the store does not take records; they wait in the spool');
    }
    this.#up = false;
    this.#told = true;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
