/*
 * How much a spool may hold, and each tenant of it.
 *
 * What always holds: the spool leaves a reserve of the disk free; a tenant that fills its share is told so (429) and
 * nobody else is; when the whole is used up everybody is told (503). A batch is let in or not before anything of it is
 * taken, so what is taken may go beyond the quota by one batch.
 */
import { statfs } from 'node:fs/promises';
import type { Logger } from '../logger.ts';
import { bytesOf, type Counts } from './counts.ts';

export interface SpoolQuota {
  /** Bytes that may wait to be stored. */
  readonly totalBytes: number;
  /** Of these, what one tenant may fill, 0 to 1. */
  readonly tenantShare: number;
  /** Bytes of the disk that stay free whatever the quota is: half a GiB, or a twentieth of a small disk, unless given. */
  readonly reserveBytes?: number | undefined;
}

const MEBIBYTE = 1024 * 1024;
export const DEFAULT_SPOOL_QUOTA: SpoolQuota = {
  totalBytes: 4096 * MEBIBYTE,
  tenantShare: 0.25,
};
const RESERVE_BYTES = 512 * MEBIBYTE;
const RESERVE_SHARE = 0.05;

/** How often the disk is asked how much of it is free. */
const DISK_LOOK_MS = 2_000;
/** Over how long the rate is measured at which the spool empties. */
const RATE_WINDOW_MS = 10_000;
/** Room to be made before it is worth coming back, as a share of the quota. */
const WORTH_RETURNING = 0.05;
const LEAST_RETRY_SECONDS = 1;
const MOST_RETRY_SECONDS = 120;
/** When nothing drains, nobody knows. */
const UNKNOWN_RETRY_SECONDS = 30;

export type QuotaErrorCode =
  /** The tenant fills its share of the spool; answer 429. */
  | 'tenant-quota'
  /** The spool is full; answer 503. */
  | 'spool-full';

/** A batch was not taken, nothing of it: send it again later. */
export class QuotaError extends Error {
  override readonly name = 'QuotaError';
  readonly code: QuotaErrorCode;
  readonly retryAfterSeconds: number;

  constructor(code: QuotaErrorCode, retryAfterSeconds: number) {
    super(
      code === 'tenant-quota'
        ? `Too much of this tenant's waits to be stored. Send this again in ${retryAfterSeconds} s.`
        : `Too much waits to be stored. Send this again in ${retryAfterSeconds} s.`,
    );
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Keeps count of what is on disk or about to be. */
export class QuotaKeeper {
  readonly #quota: SpoolQuota;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #tenants = new Map<string, number>();
  readonly #look: NodeJS.Timeout;
  #used = 0;
  #limit: number;
  #releasedBefore = 0;
  #released = 0;
  #windowStart = performance.now();

  constructor(directory: string, quota: SpoolQuota, logger: Logger) {
    this.#directory = directory;
    this.#quota = quota;
    this.#logger = logger;
    this.#limit = quota.totalBytes;
    this.#look = setInterval(() => void this.look(), DISK_LOOK_MS);
    this.#look.unref();
  }

  /** Bytes that may wait, as far as the disk has them. */
  get limit(): number {
    return this.#limit;
  }

  /** Bytes that wait, or are stored and not deleted yet. */
  get used(): number {
    return this.#used;
  }

  get full(): boolean {
    return this.#used >= this.#limit;
  }

  /** Counts bytes taken. */
  take(bytes: number): void {
    this.#used += bytes;
  }

  /** Counts a complete segment's bytes by tenant; its total has been taken. */
  hold(counts: Counts): void {
    for (const tenantId of counts.keys()) {
      this.#tenants.set(tenantId, (this.#tenants.get(tenantId) ?? 0) + bytesOf(counts, tenantId));
    }
  }

  /** Gives a segment back: its file is gone. */
  release(bytes: number, counts: Counts): void {
    this.#used -= bytes;
    this.#released += bytes;
    for (const tenantId of counts.keys()) {
      const left = (this.#tenants.get(tenantId) ?? 0) - bytesOf(counts, tenantId);
      if (left > 0) {
        this.#tenants.set(tenantId, left);
      } else {
        this.#tenants.delete(tenantId);
      }
    }
  }

  /**
   * Lets a tenant's batch in.
   *
   * @param open counts of segments that are not complete
   * @throws {QuotaError}
   */
  admit(tenantId: string, open: Iterable<Counts>): void {
    if (this.full) {
      throw new QuotaError('spool-full', this.#retryAfter(this.#used - this.#limit, this.#limit));
    }
    const share = this.#limit * this.#quota.tenantShare;
    let used = this.#tenants.get(tenantId) ?? 0;
    for (const counts of open) {
      used += bytesOf(counts, tenantId);
    }
    if (used >= share) {
      throw new QuotaError('tenant-quota', this.#retryAfter(used - share, share));
    }
  }

  /** Asks the disk how much of it is free. */
  async look(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#directory);
      const reserve = this.#quota.reserveBytes ?? Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
      const free = Math.max(0, Math.floor(bavail * bsize - reserve));
      this.#limit = Math.min(this.#quota.totalBytes, this.#used + free);
    } catch (error) {
      this.#logger.debug({ err: error }, 'the disk does not tell how much of it is free');
    }
    const now = performance.now();
    if (now - this.#windowStart > RATE_WINDOW_MS) {
      this.#releasedBefore = this.#released / (now - this.#windowStart);
      this.#released = 0;
      this.#windowStart = now;
    }
  }

  close(): void {
    clearInterval(this.#look);
  }

  #retryAfter(over: number, of: number): number {
    const elapsed = performance.now() - this.#windowStart;
    const bytesPerMs = Math.max(this.#releasedBefore, elapsed > DISK_LOOK_MS ? this.#released / elapsed : 0);
    if (bytesPerMs === 0) {
      return UNKNOWN_RETRY_SECONDS;
    }
    const seconds = Math.ceil((over + of * WORTH_RETURNING) / bytesPerMs / 1_000);
    return Math.min(MOST_RETRY_SECONDS, Math.max(LEAST_RETRY_SECONDS, seconds));
  }
}
