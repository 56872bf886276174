/*
 * What is stored leaves the spool.
 *
 * What always holds: a file goes only after whoever keeps account of it has done so and the keys of its events are on
 * disk; until it has gone its bytes count. A file that cannot be removed (a disk that has become read-only) holds up
 * nothing: it is tried again, and would be sent again under the same token by the next process.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { SealedSegment } from '../spool/segment.ts';
import { backoffMs } from './backoff.ts';
import type { DeliveryResult } from './delivery.ts';

/** A segment that the store has. */
export interface StoredSegment extends DeliveryResult {
  readonly segment: SealedSegment;
}

/** Called with what was stored since the last call, before the files go; called again with the same when it fails. */
export type StoredHook = (stored: readonly StoredSegment[]) => Promise<void>;

export interface ReleaseOptions {
  readonly logger: Logger;
  /** Resolves when the keys of the segments' events are on disk. */
  readonly syncKeys: () => Promise<void>;
  /** Told of each segment whose file is gone. */
  readonly onReleased: (segment: SealedSegment) => void;
}

export class Release {
  readonly #options: ReleaseOptions;
  readonly #hooks = new Set<StoredHook>();
  readonly #stopping = new AbortController();
  #stored: StoredSegment[] = [];
  #running: Promise<void> | undefined;

  constructor(options: ReleaseOptions) {
    this.#options = options;
  }

  /** @returns what ends it */
  onStored(hook: StoredHook): () => void {
    this.#hooks.add(hook);
    return () => {
      this.#hooks.delete(hook);
    };
  }

  add(stored: StoredSegment): void {
    this.#stored.push(stored);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends once all that was stored is gone, or at once when something fails: the next process does it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; this.#stored.length > 0; ) {
      const batch = this.#stored;
      this.#stored = [];
      try {
        await this.#release(batch);
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#stored = [...batch, ...this.#stored];
        if (failures === 1) {
          this.#options.logger.warn({ err: error }, 'stored segments cannot leave the spool yet');
        }
        if (this.#stopping.signal.aborted || !(await this.#pause(backoffMs(failures)))) {
          return;
        }
      }
    }
  }

  async #release(batch: readonly StoredSegment[]): Promise<void> {
    for (const hook of this.#hooks) {
      await hook(batch);
    }
    await this.#options.syncKeys();
    for (const { segment } of batch) {
      await rm(segment.path, { force: true });
    }
    for (const { segment } of batch) {
      this.#options.onReleased(segment);
    }
  }

  /** @returns false when it was stopped */
  async #pause(milliseconds: number): Promise<boolean> {
    try {
      await delay(milliseconds, undefined, { signal: this.#stopping.signal });
      return true;
    } catch {
      // The only thing that ends it early is the signal.
      return false;
    }
  }
}
