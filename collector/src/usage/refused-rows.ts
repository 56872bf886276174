/*
 * What was refused, newest first, for the tenant that sent it.
 *
 * What always holds: a read sees one tenant's rows; pages neither overlap nor leave a row out, whatever is refused
 * meanwhile. Rows that are equal in everything, time (to the second) included, are shown once.
 */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { TenantScope } from './tenant-scope.ts';

export interface RefusedRow {
  readonly rejectedAt: Date;
  /** What is wrong with it. */
  readonly reason: string;
  /** What of it may be kept, or the line that was to be stored; the first 4,000 characters. */
  readonly line: string;
  /** Who sent it, and under which id; empty when it had none. */
  readonly source: string;
  readonly eventId: string;
}

export interface RefusedPage {
  readonly rows: readonly RefusedRow[];
  /** For the next page; undefined when this is the last. */
  readonly next: string | undefined;
}

/** Where a page begins is not to be understood. */
export class RefusedCursorError extends Error {
  override readonly name = 'RefusedCursorError';
}

const LONGEST_LINE = 4_000;
const MS_PER_SECOND = 1_000;
const CURSOR = /^(?<seconds>\d{1,10})\.(?<digest>\d{1,20})$/;
const LARGEST_DIGEST = 2n ** 64n - 1n;
const LARGEST_SECONDS = 2 ** 32 - 1;

const refusedRow = z.object({
  seconds: z.coerce.number().int(),
  place: z.string(),
  reason: z.string(),
  line: z.string(),
  source: z.string(),
  eventId: z.string(),
});

/** Reads the rows that validation or the store refused. */
export class RefusedRows {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /**
   * One page.
   *
   * @param limit rows, 1 or more
   * @param after `next` of the page before; the first page without it
   * @throws {RefusedCursorError} when `after` is not one
   */
  async page(scope: TenantScope, limit: number, after?: string): Promise<RefusedPage> {
    const { seconds, digest } = position(after);
    const rows = await this.#store.select({
      sql: `SELECT toUnixTimestamp(rejected_at) AS seconds, toString(digest) AS place, reason,
              substringUTF8(line, 1, ${LONGEST_LINE}) AS line, source, event_id AS eventId
            FROM (
              SELECT rejected_at, line, reason, source, event_id,
                sipHash64(segment, line, reason, source, event_id) AS digest
              FROM {{database}}.rejected
              WHERE tenant_id = {tenant:String} AND rejected_at <= toDateTime({seconds:UInt32}, 'UTC')
                AND (rejected_at, digest) < (toDateTime({seconds:UInt32}, 'UTC'), {digest:UInt64})
              ORDER BY rejected_at DESC, digest DESC
              LIMIT 1 BY rejected_at, digest
              LIMIT {limit:UInt32})
            ORDER BY rejected_at DESC, digest DESC`,
      params: { tenant: scope.tenantId, seconds, digest, limit: limit + 1 },
      row: refusedRow,
      label: 'usage.refused',
    });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      rows: shown.map((row) => ({
        rejectedAt: new Date(row.seconds * MS_PER_SECOND),
        reason: row.reason,
        line: row.line,
        source: row.source,
        eventId: row.eventId,
      })),
      next: rows.length > limit && last !== undefined ? `${last.seconds}.${last.place}` : undefined,
    };
  }
}

function position(cursor: string | undefined): { seconds: number; digest: string } {
  if (cursor === undefined) {
    return { seconds: LARGEST_SECONDS, digest: String(LARGEST_DIGEST) };
  }
  const { seconds, digest } = CURSOR.exec(cursor)?.groups ?? {};
  if (
    seconds === undefined ||
    digest === undefined ||
    Number(seconds) > LARGEST_SECONDS ||
    BigInt(digest) > LARGEST_DIGEST
  ) {
    throw new RefusedCursorError('This is not where a page of refused rows begins. Begin with the first.');
  }
  return { seconds: Number(seconds), digest };
}
