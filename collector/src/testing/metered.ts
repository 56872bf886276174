import fc from 'fast-check';
import type { MeteredDays } from '../metering/metered-days.ts';
import { REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import type { Store } from '../store/store.ts';
import { encodedLine, microseconds, record, tenantId } from './records.ts';

export const DAY_MS = 86_400_000;
/** 1 October 2026, 00:00 in Jakarta: when the days begin. */
export const START = Date.UTC(2026, 8, 30, 17);
/** Ten days in Jakarta. */
export const DAYS: MeteredDays = {
  days: Array.from({ length: 10 }, (_, index) => ({
    day: `2026-10-${String(index + 1).padStart(2, '0')}`,
    from: new Date(START + index * DAY_MS),
  })),
  to: new Date(START + 10 * DAY_MS),
};
/** When it was first asked what they come to. */
export const FIRST_LOOK = new Date('2026-11-01T00:10:00Z');

/** A request, and when it was stored. */
export interface Stored {
  readonly record: RequestRecord;
  /** Seconds after {@link FIRST_LOOK}. */
  readonly late: number;
}

/** Requests before, within and after the days. */
export const traffic = fc.array(
  fc.record({
    record: fc
      .record({
        at: fc.integer({ min: -6 * 3_600_000, max: 10 * DAY_MS + 6 * 3_600_000 }),
        micros: fc.nat(999),
        userId: fc.constantFrom('', 'a', 'b', 'c', 'd'),
        endpoint: fc.constantFrom('/a', '/b'),
        kind: fc.constantFrom('api', 'render', 'upload', 'download', 'stream', 'websocket'),
        cache: fc.constantFrom('hit', 'miss', 'none'),
        status: fc.constantFrom(200, 404, 503),
        numbers: fc.tuple(fc.nat(10_000_000), fc.nat(2 ** 31 - 1), fc.nat(5_000_000), fc.nat(2 ** 31 - 1)),
        duration: fc.nat(5_000_000),
      })
      .map(({ at, micros, numbers: [bytesIn, bytesOut, cpu, memory], duration, ...rest }) =>
        record({
          ...rest,
          ts: microseconds((START + at) * 1_000 + micros),
          bytesIn,
          bytesOut,
          cpu: microseconds(cpu),
          memory,
          duration: microseconds(duration),
        } as Partial<RequestRecord>),
      ),
    late: fc.constantFrom(-60, 0, 1, 60),
  }),
  { minLength: 1, maxLength: 80 },
);

let tenants = 0;

/**
 * Stores requests for a tenant of their own.
 *
 * @returns the tenant's id
 */
export async function insertFor(store: Store, all: readonly Stored[]): Promise<string> {
  tenants += 1;
  const name = `tenant-${tenants}`;
  const lines = all.map(({ record: one, late }) => {
    const storedAt = new Date(FIRST_LOOK.getTime() + late * 1_000)
      .toISOString()
      .slice(0, 19)
      .replace('T', ' ');
    return encodedLine({ ...one, tenantId: tenantId(name) }).replace(/\]\n$/, `,"${storedAt}"]\n`);
  });
  await store.insert({
    table: 'requests',
    columns: [...REQUEST_COLUMNS, 'stored_at'],
    token: name,
    lines: lines.join(''),
  });
  return name;
}
