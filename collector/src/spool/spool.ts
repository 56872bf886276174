/*
 * The durable queue between recording and the store: segments of lines in a directory of their own, a lane for each
 * table.
 *
 * What always holds:
 * - append() never waits and never throws; what it took is in the system's hands within 10 ms, and on the disk within
 *   100 ms, or sooner for whoever waits for sync(): a killed process loses 10 ms at most, a power cut 100 ms, and
 *   neither loses anything that sync() has confirmed;
 * - a segment's file is the payload of its insert, its name the token; once sealed it never changes; a line cut short by a
 *   crash is cut away when the next process starts, and only then;
 * - segments are handed on once each, only after fdatasync, those of a lane in the order of their rows;
 * - what cannot be written (a full disk, a read-only one) stays in memory up to 64 MiB and is tried again; beyond that, and
 *   beyond the quota, it is counted as lost;
 * - a line that came as an event from outside carries its key, and the key is in the key log before the line's file
 *   goes: there is no moment in which the directory does not know of an event that was confirmed.
 */
import type { DuplicateWindow } from '../duplicates/duplicate-window.ts';
import type { KeyLog } from '../duplicates/key-log.ts';
import type { Logger } from '../logger.ts';
import { LANES, type Lane } from '../record/lanes.ts';
import type { Line, Place } from '../record/plain-line.ts';
import type { Counted } from './counts.ts';
import { writeHistory } from './history.ts';
import { type LineKey, OpenSegment } from './open-segment.ts';
import { PagePool } from './pages.ts';
import type { QuotaKeeper, SpoolQuota } from './quota.ts';
import { type SealedSegment, SegmentTokens } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { SpoolError } from './spool-error.ts';

/** Held in memory while the disk takes nothing. */
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;

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
  readonly quota?: Partial<SpoolQuota> | undefined;
  /** How many identities of events are remembered. */
  readonly identities?: number | undefined;
  readonly logger: Logger;
  /** Told of each segment that an earlier process left, before onSealed is. */
  readonly onRecovered: (segment: SealedSegment) => void;
  /** Told of each segment that is complete and on disk, those found at the start included. */
  readonly onSealed: (segment: SealedSegment) => void;
  /** Whether what is sealed could not be sent now. Age alone seals nothing meanwhile: few segments are sent sooner. */
  readonly isStoreAway?: () => boolean;
}

export type SpoolState =
  | 'ok'
  /** The disk takes nothing: what comes is kept in memory. */
  | 'failing'
  /** The quota, or the disk, is used up. */
  | 'full';

export interface SpoolStatus {
  readonly state: SpoolState;
  /** Why it is not ok. */
  readonly reason: string | undefined;
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

export interface SpoolParts {
  readonly options: SpoolOptions;
  readonly quota: QuotaKeeper;
  readonly duplicates: DuplicateWindow;
  readonly keyLog: KeyLog;
  readonly unlock: () => void;
  /** Of the last segment that an earlier process left. */
  readonly position: number;
}

/** An open spool directory, held by this process. Made by `openSpool`. */
export class Spool {
  /** Which events came before. */
  readonly duplicates: DuplicateWindow;
  readonly #options: SpoolOptions;
  readonly #quota: QuotaKeeper;
  readonly #keyLog: KeyLog;
  readonly #unlock: () => void;
  readonly #tokens: SegmentTokens;
  readonly #writer: SegmentWriter;
  readonly #pages = new PagePool();
  readonly #current = new Map<Lane, OpenSegment>();
  readonly #ageTimers = new Map<OpenSegment, NodeJS.Timeout>();
  readonly #lost = new Map<Lane, number>(LANES.map((lane) => [lane, 0]));
  #position: number;
  #overflowing = false;
  #closed = false;

  constructor(parts: SpoolParts) {
    const { options, quota } = parts;
    this.#options = options;
    this.#quota = quota;
    this.duplicates = parts.duplicates;
    this.#keyLog = parts.keyLog;
    this.#unlock = parts.unlock;
    this.#position = parts.position;
    this.#tokens = new SegmentTokens(options.instance);
    this.#writer = new SegmentWriter({
      directory: options.directory,
      keyLog: parts.keyLog,
      pages: this.#pages,
      logger: options.logger,
      onSealed: (segment) => {
        quota.hold(segment.counts);
        options.onSealed(segment);
      },
    });
  }

  /** Lines of a lane that found no room, or that came after the end. */
  lostOf(lane: Lane): number {
    return this.#lost.get(lane) ?? 0;
  }

  /** Lines of a lane that are not in a sealed segment yet. */
  rowsOf(lane: Lane): number {
    return this.#writer.segments.reduce(
      (sum, segment) => sum + (segment.lane === lane ? segment.rows : 0),
      0,
    );
  }

  /** Bytes that are not in a sealed segment yet. */
  get bytes(): number {
    return this.#writer.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the oldest line that is not in a sealed segment came, epoch milliseconds. */
  get oldest(): number | undefined {
    return this.#writer.segments[0]?.since;
  }

  /** What the segments hold that are not sealed yet. */
  get open(): readonly Counted[] {
    return this.#writer.segments.map(({ lane, lines }) => ({ lane, counts: lines.counts }));
  }

  status(): SpoolStatus {
    const { failure } = this.#writer;
    const { full, used, limit } = this.#quota;
    const noSpace = failure instanceof Error && 'code' in failure && failure.code === 'ENOSPC';
    const cause = failure === undefined ? undefined : String(failure);
    return {
      state: full || noSpace ? 'full' : failure === undefined ? 'ok' : 'failing',
      reason: full ? `${used} of ${limit} bytes are used` : cause,
      usedBytes: used,
      quotaBytes: limit,
    };
  }

  /**
   * Lets a batch from outside in, before anything of it is taken.
   *
   * @throws {QuotaError} when the tenant fills its share or the spool is full; {SpoolError} `spool-write-failed` when
   *   the disk takes nothing
   */
  admit(tenantId: string): void {
    const { failure } = this.#writer;
    if (failure !== undefined || this.#closed) {
      throw new SpoolError(
        'spool-write-failed',
        this.#closed ? 'The collector was closed.' : `The spool cannot be written: ${String(failure)}`,
        { cause: failure },
      );
    }
    this.#quota.admit(
      tenantId,
      this.#writer.segments.map(({ lines }) => lines.counts),
    );
  }

  /** Where the next line of a lane may be written, so that append() need not copy it; undefined if nowhere yet. */
  place(lane: Lane): Place | undefined {
    return this.#current.get(lane)?.pending.place();
  }

  /**
   * Takes one line of a lane, newline included.
   *
   * @param tenantId whose it is, empty for samples
   * @param ts of what it tells, epoch microseconds
   * @param key of the event that it came from
   * @returns false when it is lost: the disk takes nothing and memory is used up, the quota is, or the spool is closed
   */
  append(lane: Lane, line: Line, tenantId: string, ts: number, key?: LineKey): boolean {
    if (this.#closed || this.#writer.unsyncedBytes > MEMORY_LIMIT_BYTES || this.#quota.full) {
      this.#lose(lane);
      return false;
    }
    const { limits } = this.#options;
    const segment = this.#current.get(lane) ?? this.#begin(lane);
    const bytes = segment.append(line, tenantId, ts, key);
    this.#quota.take(bytes);
    this.#writer.appended(bytes);
    this.#overflowing = false;
    if (segment.rows >= limits.maxRows || segment.bytes >= limits.maxBytes) {
      this.#seal(lane);
    }
    return true;
  }

  /**
   * Ends the open segments, at once: lines appended later belong to others.
   *
   * @returns the position of the last segment that has taken lines, 0 when there never was one
   */
  seal(): number {
    for (const lane of [...this.#current.keys()]) {
      this.#seal(lane);
    }
    return this.#position;
  }

  /**
   * Resolves when every line taken before the call is on disk.
   *
   * @throws {SpoolError} `spool-write-failed` when they could not be written this time
   */
  sync(): Promise<void> {
    return this.#writer.sync();
  }

  /**
   * Writes a history as a segment of its own and hands it on.
   *
   * @throws {SpoolError} `import-name`; else the file system's error
   */
  async writeImport(name: string, lines: Iterable<string>): Promise<SealedSegment | undefined> {
    const segment = await writeHistory(this.#options.directory, name, lines);
    if (segment !== undefined) {
      this.#quota.take(segment.bytes);
      this.#quota.hold(segment.counts);
      this.#options.onSealed(segment);
    }
    return segment;
  }

  /** Resolves when the keys of all sealed segments are on disk, so that their files may go. */
  syncKeys(): Promise<void> {
    return this.#keyLog.sync();
  }

  /** Counts a segment whose file is gone. */
  released({ bytes, counts }: SealedSegment): void {
    this.#quota.release(bytes, counts);
  }

  /** Ends taking lines: seals, writes what can be written, hands it on. */
  async flush(): Promise<void> {
    this.seal();
    this.#closed = true;
    for (const { lane, pending } of await this.#writer.close()) {
      this.#lost.set(lane, this.lostOf(lane) + pending.rows);
    }
  }

  /** Gives the directory back. */
  async release(): Promise<void> {
    this.#quota.close();
    await this.#keyLog.close();
    this.#unlock();
  }

  #seal(lane: Lane): void {
    const segment = this.#current.get(lane);
    if (segment !== undefined) {
      segment.sealed = true;
      segment.pending.close();
      this.#current.delete(lane);
      clearTimeout(this.#ageTimers.get(segment));
      this.#ageTimers.delete(segment);
      this.#writer.wake();
    }
  }

  #begin(lane: Lane): OpenSegment {
    this.#position += 1;
    const segment = new OpenSegment(lane, this.#position, this.#tokens.next(lane), this.#pages);
    this.#sealWithAge(segment, lane);
    this.#current.set(lane, segment);
    this.#writer.add(segment);
    return segment;
  }

  #sealWithAge(segment: OpenSegment, lane: Lane): void {
    const { limits, isStoreAway } = this.#options;
    const timer = setTimeout(() => {
      if (isStoreAway?.() === true) {
        this.#sealWithAge(segment, lane);
      } else {
        this.#seal(lane);
      }
    }, limits.maxAgeMs);
    this.#ageTimers.set(segment, timer);
  }

  #lose(lane: Lane): void {
    this.#lost.set(lane, this.lostOf(lane) + 1);
    if (!this.#overflowing) {
      this.#overflowing = true;
      this.#options.logger.error({ directory: this.#options.directory }, this.#whyLost());
    }
  }

  #whyLost(): string {
    if (this.#closed) {
      return 'a record came after the collector was closed and is lost';
    }
    return this.#quota.full
      ? 'the spool holds as much as it may: records are being lost'
      : 'the spool cannot be written and memory for it is used up: records are being lost';
  }
}
