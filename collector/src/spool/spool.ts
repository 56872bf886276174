/*
 * The durable queue between recording and the store: segments of lines in a directory of their own.
 *
 * What always holds:
 * - append() never waits and never throws; what it took is on disk within one group, about 10 ms;
 * - a segment's file is the payload of its insert, its name the token; once sealed it never changes;
 * - segments are handed on in the order of their rows, each exactly once, only after fdatasync;
 * - what cannot be written (a full disk) stays in memory up to a bound and is tried again; beyond the bound it is
 *   counted as lost.
 */
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../logger.ts';
import { type Lane, LINE_FORMATS } from '../record/lanes.ts';
import { lockDirectory } from './lock.ts';
import { Pages } from './pages.ts';
import { recoverSegments } from './recovery.ts';
import {
  importToken,
  OPEN_ENDING,
  PARTIAL_ENDING,
  SEALED_ENDING,
  type SealedSegment,
  SegmentTokens,
} from './segment.ts';
import { SpoolError } from './spool-error.ts';

/** How long a group of lines gathers before it is written and synced. */
const GROUP_MS = 10;
const RETRY_MS = 500;
/** Held in memory while the disk takes nothing. */
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
const IMPORT_CHUNK = 1024 * 1024;

/** When a segment is full. */
export interface SealLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

export const DEFAULT_SEAL_LIMITS: SealLimits = {
  maxRows: 50_000,
  maxBytes: 16 * 1024 * 1024,
  maxAgeMs: 1_000,
};

export interface SpoolOptions {
  readonly directory: string;
  readonly instance: string;
  readonly limits: SealLimits;
  readonly logger: Logger;
  /** Told of each segment that an earlier process left, before onSealed is. */
  readonly onRecovered: (segment: SealedSegment) => void;
  /** Told of each segment that is complete and on disk, those found at the start included. */
  readonly onSealed: (segment: SealedSegment) => void;
}

/** A segment that still takes lines, or whose lines are not all on disk. */
interface OpenSegment {
  readonly lane: Lane;
  readonly ageTimer: NodeJS.Timeout;
  readonly position: number;
  readonly token: string;
  readonly since: number;
  rows: number;
  bytes: number;
  /** Lines not written yet. */
  readonly pending: Pages;
  /** Bytes written and synced. */
  written: number;
  file: FileHandle | undefined;
  sealed: boolean;
}

interface Waiter {
  readonly appended: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** An open spool directory, held by this process. Made by {@link openSpool}. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #unlock: () => void;
  readonly #tokens: SegmentTokens;
  /** In the order they were begun; of each lane only the last may be unsealed. */
  #unwritten: OpenSegment[] = [];
  readonly #current = new Map<Lane, OpenSegment>();
  #position: number;
  #appended = 0;
  #synced = 0;
  #lost = 0;
  #pendingBytes = 0;
  #waiters: Waiter[] = [];
  #groupTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #failing = false;
  #overflowing = false;
  #closed = false;

  constructor(options: SpoolOptions, unlock: () => void, position: number) {
    this.#options = options;
    this.#unlock = unlock;
    this.#position = position;
    this.#tokens = new SegmentTokens(options.instance);
  }

  /** Lines that found no room in memory while the disk took nothing. */
  get lost(): number {
    return this.#lost;
  }

  /** Lines that are not in a sealed segment yet. */
  get rows(): number {
    return this.#unwritten.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Their size. */
  get bytes(): number {
    return this.#unwritten.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the oldest line that is not in a sealed segment came, epoch milliseconds. */
  get oldest(): number | undefined {
    return this.#unwritten[0]?.since;
  }

  /**
   * Takes one line of a lane, newline included.
   *
   * @returns false when it is lost: the disk takes nothing and memory is used up, or the spool is closed
   */
  append(line: string, lane: Lane = 'requests'): boolean {
    if (this.#closed || this.#pendingBytes > MEMORY_LIMIT_BYTES) {
      this.#lose();
      return false;
    }
    const { limits } = this.#options;
    const segment = this.#current.get(lane) ?? this.#begin(lane);
    const bytes = segment.pending.append(line);
    segment.rows += 1;
    segment.bytes += bytes;
    this.#pendingBytes += bytes;
    this.#appended += 1;
    if (segment.rows >= limits.maxRows || segment.bytes >= limits.maxBytes) {
      this.#sealLane(lane);
    }
    this.#groupTimer ??= setTimeout(this.#writeGroup, GROUP_MS);
    return true;
  }

  /**
   * Ends the open segments, at once: lines appended later belong to others.
   *
   * @returns the position of the last segment that has taken lines, 0 when there never was one
   */
  seal(): number {
    for (const lane of [...this.#current.keys()]) {
      this.#sealLane(lane);
    }
    return this.#position;
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
    });
  }

  /**
   * Writes a history as a segment of its own and hands it on.
   *
   * @throws {SpoolError} `import-name`; else the file system's error
   */
  async writeImport(name: string, lines: Iterable<string>): Promise<SealedSegment | undefined> {
    const token = importToken(name);
    const since = Date.now();
    const partial = join(this.#options.directory, `${token}${PARTIAL_ENDING}`);
    const path = join(this.#options.directory, `${token}${SEALED_ENDING}`);
    const file = await open(partial, 'w');
    let rows = 0;
    let bytes = 0;
    try {
      let chunk: string[] = [];
      let size = 0;
      const write = async (): Promise<void> => {
        const buffer = Buffer.from(chunk.join(''));
        await file.writeFile(buffer);
        bytes += buffer.length;
        chunk = [];
        size = 0;
      };
      for (const line of lines) {
        chunk.push(line);
        rows += 1;
        size += line.length;
        if (size >= IMPORT_CHUNK) {
          await write();
        }
      }
      await write();
      await file.datasync();
    } finally {
      await file.close();
    }
    if (rows === 0) {
      return undefined;
    }
    await rename(partial, path);
    const segment = { format: LINE_FORMATS.requests, position: undefined, token, path, rows, bytes, since };
    this.#options.onSealed(segment);
    return segment;
  }

  /** Ends taking lines: seals, writes what can be written, hands it on. */
  async flush(): Promise<void> {
    this.seal();
    this.#closed = true;
    clearTimeout(this.#groupTimer);
    await this.#writing;
    clearTimeout(this.#groupTimer);
    await this.#write();
    for (const segment of this.#unwritten) {
      await segment.file?.close();
      this.#lost += segment.pending.rows;
    }
  }

  /** Gives the directory back. */
  release(): void {
    this.#unlock();
  }

  #sealLane(lane: Lane): void {
    const segment = this.#current.get(lane);
    if (segment !== undefined) {
      segment.sealed = true;
      this.#current.delete(lane);
      clearTimeout(segment.ageTimer);
      this.#groupTimer ??= setTimeout(this.#writeGroup, GROUP_MS);
    }
  }

  #begin(lane: Lane): OpenSegment {
    this.#position += 1;
    const segment: OpenSegment = {
      lane,
      ageTimer: setTimeout(() => this.#sealLane(lane), this.#options.limits.maxAgeMs),
      position: this.#position,
      token: this.#tokens.next(lane),
      since: Date.now(),
      rows: 0,
      bytes: 0,
      pending: new Pages(),
      written: 0,
      file: undefined,
      sealed: false,
    };
    this.#current.set(lane, segment);
    this.#unwritten.push(segment);
    return segment;
  }

  readonly #writeGroup = (): void => {
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
      this.#groupTimer = undefined;
      if (this.#failing) {
        this.#groupTimer = setTimeout(this.#writeGroup, RETRY_MS);
      } else if (this.#pendingBytes > 0 || this.#unwritten.some(({ sealed }) => sealed)) {
        this.#groupTimer = setTimeout(this.#writeGroup, GROUP_MS);
      }
    });
  };

  /** Never rejects: what fails is told to those who wait, and tried again. */
  async #write(): Promise<void> {
    try {
      for (const segment of [...this.#unwritten]) {
        await this.#writeSegment(segment);
      }
      if (this.#failing) {
        this.#options.logger.info({}, 'the spool can be written again');
        this.#failing = false;
        this.#overflowing = false;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#tellWaiters();
  }

  async #writeSegment(segment: OpenSegment): Promise<void> {
    const { directory, onSealed } = this.#options;
    const openPath = join(directory, `${segment.token}${OPEN_ENDING}`);
    // Sealing may come while a group is being written: its last lines are then written in a further round.
    while (segment.pending.rows > 0) {
      const group = segment.pending.take();
      try {
        if (segment.file === undefined) {
          segment.file = await open(openPath, 'wx');
          await syncDirectory(directory);
        }
        await writeFully(segment.file, group.buffers, segment.written);
        await segment.file.datasync();
      } catch (error) {
        // The next try starts at the same offset, so what was written in part is written over.
        segment.pending.putBack(group);
        throw error;
      }
      segment.written += group.bytes;
      this.#synced += group.rows;
      this.#pendingBytes -= group.bytes;
      if (!segment.sealed) {
        return;
      }
    }
    if (segment.sealed) {
      await segment.file?.close();
      segment.file = undefined;
      const path = join(directory, `${segment.token}${SEALED_ENDING}`);
      await rename(openPath, path);
      this.#unwritten = this.#unwritten.filter((other) => other !== segment);
      const { lane, position, token, rows, written, since } = segment;
      onSealed({ format: LINE_FORMATS[lane], position, token, path, rows, bytes: written, since });
    }
  }

  #fail(error: unknown): void {
    if (!this.#failing) {
      this.#failing = true;
      this.#options.logger.error(
        { err: error, directory: this.#options.directory },
        'the spool cannot be written; records are kept in memory and tried again',
      );
    }
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ appended }) => appended <= this.#synced);
    const failure = new SpoolError('spool-write-failed', `The spool cannot be written: ${String(error)}`, {
      cause: error,
    });
    for (const waiter of waiters) {
      if (waiter.appended > this.#synced) {
        waiter.reject(failure);
      }
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

  #lose(): void {
    this.#lost += 1;
    if (!this.#overflowing) {
      this.#overflowing = true;
      this.#options.logger.error(
        { directory: this.#options.directory },
        this.#closed
          ? 'a record came after the collector was closed and is lost'
          : 'the spool cannot be written and memory for it is used up: records are being lost',
      );
    }
  }
}

/**
 * Takes a spool directory for this process, creating it if need be, and hands on what an earlier process left.
 *
 * @throws {SpoolError} `spool-in-use`, `spool-not-writable`
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory, onRecovered, onSealed } = options;
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SpoolError(
      'spool-not-writable',
      `The spool directory ${directory} cannot be written: ${String(error)}. Give this user the right to it, or choose another.`,
      { cause: error },
    );
  }
  const unlock = lockDirectory(directory);
  try {
    const recovered = await recoverSegments(directory);
    const positions = recovered.filter(({ position }) => position !== undefined).length;
    for (const segment of recovered) {
      onRecovered(segment);
      onSealed(segment);
    }
    return new Spool(options, unlock, positions);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function writeFully(file: FileHandle, buffers: readonly Buffer[], offset: number): Promise<void> {
  let position = offset;
  for (const buffer of buffers) {
    for (let done = 0; done < buffer.length; ) {
      const { bytesWritten } = await file.write(buffer, done, buffer.length - done, position);
      done += bytesWritten;
      position += bytesWritten;
    }
  }
}

/** A new file survives a power cut only once its directory entry is on disk too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
