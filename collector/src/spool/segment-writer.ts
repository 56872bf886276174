/*
 * Lines of all lanes onto the disk, in groups.
 *
 * What always holds:
 * - a line is written within one group (10 ms), also while the disk is busy syncing those before, so that only the
 *   last 10 ms die with a killed process; it is synced with its group when somebody waits for that, and within 100 ms
 *   otherwise, which is what a power cut can take;
 * - a line stays in memory until it is synced: after a sync that failed everything since the last good one is
 *   written again, because the system may have dropped it;
 * - a segment is handed on once, when all of it is synced and the keys of its events are in the key log.
 */
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyLog } from '../duplicates/key-log.ts';
import type { Logger } from '../logger.ts';
import { LINE_FORMATS } from '../record/lanes.ts';
import { syncDirectory } from './directory.ts';
import type { OpenSegment } from './open-segment.ts';
import type { Group, PagePool } from './pages.ts';
import { OPEN_ENDING, SEALED_ENDING, type SealedSegment } from './segment.ts';
import { SpoolError } from './spool-error.ts';

/** How long a group of lines gathers before it is written… */
const GROUP_MS = 10;
/** …and before it is written and synced, when somebody waits for that. */
const AWAITED_GROUP_MS = 5;
/** How long written lines may wait to be synced when nobody waits for it. */
const SYNC_MS = 100;
const RETRY_MS = 500;
/** One that waits for a sync under way, one that writes and syncs the rest, one that hands on. */
const CLOSING_ROUNDS = 3;

export interface SegmentWriterOptions {
  readonly directory: string;
  readonly keyLog: KeyLog;
  readonly pages: PagePool;
  readonly logger: Logger;
  readonly onSealed: (segment: SealedSegment) => void;
}

interface Waiter {
  /** Lines that must be on disk. */
  readonly appended: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Writes segments. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  /** In the order they were begun; of each lane only the last may be unsealed. */
  #segments: OpenSegment[] = [];
  #appended = 0;
  #synced = 0;
  #unsyncedBytes = 0;
  #syncedAt = performance.now();
  #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** What the timer was set to, milliseconds. */
  #delay = Number.POSITIVE_INFINITY;
  #writing: Promise<void> | undefined;
  /** Never rejects. */
  #syncing: Promise<void> | undefined;
  /** What the last sync failed with, until the next round sees to it. */
  #syncFailure: { readonly error: unknown } | undefined;
  #failure: unknown;
  #closed = false;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** Segments that are not handed on yet. */
  get segments(): readonly OpenSegment[] {
    return this.#segments;
  }

  /** Bytes in memory that are not surely on disk. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  /** Why the disk takes nothing at present; undefined while it does. */
  get failure(): unknown {
    return this.#failure;
  }

  add(segment: OpenSegment): void {
    this.#segments.push(segment);
  }

  /** Counts a line that a segment took. */
  appended(bytes: number): void {
    this.#appended += 1;
    this.#unsyncedBytes += bytes;
    this.wake();
  }

  /** Sees, within a group's time, to what is to be done. */
  wake(): void {
    if (this.#delay > GROUP_MS) {
      this.#schedule(GROUP_MS);
    }
  }

  /**
   * Resolves when every line taken before the call is on disk.
   *
   * @throws {SpoolError} `spool-write-failed` when they could not be written this time
   */
  sync(): Promise<void> {
    if (this.#synced === this.#appended) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ appended: this.#appended, resolve, reject });
      if (this.#delay > AWAITED_GROUP_MS) {
        this.#schedule(AWAITED_GROUP_MS);
      }
    });
  }

  /**
   * Writes what can be written, hands it on, and ends.
   *
   * @returns segments with lines that could not be written: they are what is pending
   */
  async close(): Promise<readonly OpenSegment[]> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    for (let round = 0; round < CLOSING_ROUNDS && this.#segments.length > 0; round += 1) {
      await this.#round();
      await this.#syncing;
    }
    for (const segment of this.#segments) {
      await segment.file?.close();
      segment.takeBack();
    }
    return this.#segments;
  }

  #schedule(milliseconds: number): void {
    if (this.#writing === undefined && !this.#closed) {
      clearTimeout(this.#timer);
      this.#delay = milliseconds;
      this.#timer = setTimeout(this.#start, this.#failure === undefined ? milliseconds : RETRY_MS);
    }
  }

  readonly #start = (): void => {
    this.#delay = Number.POSITIVE_INFINITY;
    this.#writing = this.#round().finally(() => {
      this.#writing = undefined;
      this.#scheduleNext();
    });
  };

  #scheduleNext(): void {
    const syncing = this.#syncing !== undefined;
    if (this.#waiters.length > 0 && !syncing) {
      this.#schedule(AWAITED_GROUP_MS);
    } else if (this.#segments.some(({ pending, sealed }) => pending.rows > 0 || (sealed && !syncing))) {
      this.#schedule(GROUP_MS);
    } else if ((this.#unsyncedBytes > 0 || this.#failure !== undefined) && !syncing) {
      this.#schedule(SYNC_MS);
    }
  }

  /** Never rejects: what fails is told to those who wait, and tried again. */
  async #round(): Promise<void> {
    const upTo = this.#appended;
    const segments = [...this.#segments];
    try {
      if (this.#syncFailure !== undefined) {
        throw this.#syncFailure.error;
      }
      for (const segment of segments) {
        await this.#write(segment);
      }
      if (this.#syncing === undefined && this.#syncIsDue()) {
        this.#syncing = this.#sync(upTo);
      }
      for (const segment of segments) {
        if (segment.sealed && segment.pending.rows === 0 && segment.unsynced.length === 0) {
          await this.#handOn(segment);
        }
      }
      if (this.#unsyncedBytes === 0) {
        this.#recovered();
      }
    } catch (error) {
      // A sync that is still under way is of lines that are about to be taken back.
      await this.#syncing;
      this.#syncFailure = undefined;
      this.#fail(error);
    }
  }

  #syncIsDue(): boolean {
    return (
      this.#waiters.length > 0 ||
      this.#segments.some(({ sealed, unsynced }) => sealed && unsynced.length > 0) ||
      (this.#unsyncedBytes > 0 &&
        (this.#failure !== undefined || performance.now() - this.#syncedAt >= SYNC_MS))
    );
  }

  async #write(segment: OpenSegment): Promise<void> {
    if (segment.pending.rows === 0) {
      return;
    }
    const group = segment.pending.take();
    // From here on it counts as written, so that it is taken back whole if it was not.
    segment.unsynced.push(group);
    const offset = segment.written;
    segment.written += group.bytes;
    segment.file ??= await open(this.#pathOf(segment, OPEN_ENDING), 'w');
    await writeFully(segment.file, group, offset);
  }

  /** Syncs what is written by now, while more may be written. Never rejects. */
  async #sync(upTo: number): Promise<void> {
    const written = this.#segments
      .filter(({ unsynced }) => unsynced.length > 0)
      .map((segment) => ({ segment, groups: segment.unsynced.length }));
    try {
      await Promise.all(written.map(({ segment }) => segment.file?.datasync()));
      if (written.some(({ segment }) => !segment.listed)) {
        await syncDirectory(this.#options.directory);
      }
      for (const { segment, groups } of written) {
        segment.listed = true;
        for (const group of segment.unsynced.splice(0, groups)) {
          this.#unsyncedBytes -= group.bytes;
          this.#options.pages.giveBack(group);
        }
      }
      this.#synced = upTo;
      this.#syncedAt = performance.now();
      if (written.length > 0) {
        this.#recovered();
      }
      this.#tellWaiters();
    } catch (error) {
      this.#syncFailure = { error };
    }
    this.#syncing = undefined;
    if (this.#writing === undefined) {
      const urgent =
        this.#syncFailure !== undefined ||
        this.#waiters.length > 0 ||
        this.#segments.some(({ sealed }) => sealed);
      if (urgent) {
        this.#schedule(0);
      } else {
        this.#scheduleNext();
      }
    }
  }

  async #handOn(segment: OpenSegment): Promise<void> {
    const { keyLog, onSealed } = this.#options;
    if (segment.keys !== undefined) {
      await keyLog.append(segment.keys.bytes());
      segment.keys = undefined;
    }
    await segment.file?.close();
    segment.file = undefined;
    const path = this.#pathOf(segment, SEALED_ENDING);
    await renameIfThere(this.#pathOf(segment, OPEN_ENDING), path);
    this.#segments = this.#segments.filter((other) => other !== segment);
    const { lane, position, token, rows, written, since } = segment;
    onSealed({
      format: LINE_FORMATS[lane],
      lane,
      position,
      token,
      path,
      rows,
      bytes: written,
      since,
      counts: segment.lines.counts,
    });
  }

  #pathOf({ token }: OpenSegment, ending: string): string {
    return join(this.#options.directory, `${token}${ending}`);
  }

  #fail(error: unknown): void {
    for (const segment of this.#segments) {
      segment.takeBack();
    }
    if (this.#failure === undefined) {
      this.#options.logger.error(
        { err: error, directory: this.#options.directory },
        'the spool cannot be written; records are kept in memory and tried again',
      );
    }
    this.#failure = error;
    const waiters = this.#waiters;
    this.#waiters = [];
    const failure = new SpoolError('spool-write-failed', `The spool cannot be written: ${String(error)}`, {
      cause: error,
    });
    for (const waiter of waiters) {
      if (waiter.appended <= this.#synced) {
        waiter.resolve();
      } else {
        waiter.reject(failure);
      }
    }
  }

  #recovered(): void {
    if (this.#failure !== undefined) {
      this.#failure = undefined;
      this.#options.logger.info({}, 'the spool can be written again');
    }
  }

  #tellWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ appended }) => appended > this.#synced);
    for (const waiter of waiters) {
      if (waiter.appended <= this.#synced) {
        waiter.resolve();
      }
    }
  }
}

async function writeFully(file: FileHandle, { stretches, bytes }: Group, offset: number): Promise<void> {
  let rest = stretches.map((stretch) => stretch.bytes);
  for (let done = 0; done < bytes; ) {
    const { bytesWritten } = await file.writev(rest, offset + done);
    done += bytesWritten;
    rest = after(rest, bytesWritten);
  }
}

/** What is left of buffers behind their first bytes. */
function after(buffers: readonly Buffer[], bytes: number): Buffer[] {
  let skip = bytes;
  return buffers.flatMap((buffer) => {
    const skipped = Math.min(skip, buffer.length);
    skip -= skipped;
    return skipped < buffer.length ? [buffer.subarray(skipped)] : [];
  });
}

/** A file that somebody removed is missed by whoever sends it. */
async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw error;
    }
  }
}
