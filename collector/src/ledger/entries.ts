/*
 * What stands in the table `ledger`.
 *
 * What always holds: a segment's rows are written under the segment's own token before its file goes, so however often
 * a crash makes a process write them again, they count once; a segment is counted as what it was taken in as, whatever
 * became of it in the store.
 */

import type { Lane } from '../record/lanes.ts';
import type { Counts } from '../spool/counts.ts';
import type { Insert } from '../store/store.ts';

const COLUMNS = ['tenant_id', 'hour', 'lane', 'accepted', 'refused', 'duplicates', 'rejected'] as const;

/** Lanes whose lines are rows that a tenant's counts are held to. */
export const COUNTED_LANES: readonly Lane[] = ['requests', 'events'];

/** A segment that the store has. */
export interface SettledSegment {
  readonly token: string;
  readonly lane: Lane;
  /** Its lines as they were taken in. */
  readonly counts: Counts;
  /** Those of its lines that the store would not take. */
  readonly refused: Counts;
}

/** The insert of a segment's rows; undefined for a segment that nobody is told of. */
export function entriesOf({ token, lane, counts, refused }: SettledSegment): Insert | undefined {
  const lines: string[] = [];
  const isRow = COUNTED_LANES.includes(lane);
  if (isRow || lane === 'rejected') {
    for (const [tenantId, hours] of counts) {
      for (const [hour, { rows }] of hours) {
        const refusedRows = refused.get(tenantId)?.get(hour)?.rows ?? 0;
        lines.push(
          isRow
            ? entry(tenantId, hour, lane, { accepted: rows, refused: refusedRows })
            : entry(tenantId, hour, lane, { rejected: rows }),
        );
      }
    }
  }
  return lines.length === 0 ? undefined : insertOf(`${token}/ledger`, lines);
}

/** What was not taken because it had come before, by tenant and hour. */
export class DuplicateCounts {
  readonly #tenants = new Map<string, Map<number, number>>();

  get empty(): boolean {
    return this.#tenants.size === 0;
  }

  /** @param hour epoch second of its beginning */
  add(tenantId: string, hour: number): void {
    const hours = this.#tenants.get(tenantId) ?? new Map<number, number>();
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
    this.#tenants.set(tenantId, hours);
  }

  of(tenantId: string, hour: number): number {
    return this.#tenants.get(tenantId)?.get(hour) ?? 0;
  }

  /** @param token never used for other rows */
  entries(token: string): Insert {
    const lines = [...this.#tenants].flatMap(([tenantId, hours]) =>
      [...hours].map(([hour, duplicates]) => entry(tenantId, hour, 'requests', { duplicates })),
    );
    return insertOf(token, lines);
  }
}

interface EntryCounts {
  readonly accepted?: number;
  readonly refused?: number;
  readonly duplicates?: number;
  readonly rejected?: number;
}

function entry(
  tenantId: string,
  hour: number,
  lane: Lane,
  { accepted = 0, refused = 0, duplicates = 0, rejected = 0 }: EntryCounts,
): string {
  return `${JSON.stringify([tenantId, hour, lane, accepted, refused, duplicates, rejected])}\n`;
}

function insertOf(token: string, lines: readonly string[]): Insert {
  return { table: 'ledger', columns: COLUMNS, token, lines: lines.join('') };
}
