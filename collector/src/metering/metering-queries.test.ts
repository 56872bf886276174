import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { MeteredDays } from './metered-days.ts';
import { MeteringQueries, type RequestsOfDay } from './metering-queries.ts';

const DAY_MS = 86_400_000;
const WINDOW_US = 300_000_000;
/** 1 October 2026, 00:00 in Jakarta. */
const START = Date.UTC(2026, 8, 30, 17);
const DAYS: MeteredDays = {
  days: Array.from({ length: 10 }, (_, index) => ({
    day: `2026-10-${String(index + 1).padStart(2, '0')}`,
    from: new Date(START + index * DAY_MS),
  })),
  to: new Date(START + 10 * DAY_MS),
};
const FIRST_LOOK = new Date('2026-11-01T00:10:00Z');

interface Stored {
  readonly record: RequestRecord;
  /** Seconds after {@link FIRST_LOOK}. */
  readonly late: number;
}

/** Requests before, within and after the days. */
const traffic = fc.array(
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

let store: Store;
let metering: MeteringQueries;
let tenants = 0;

/** Stores requests for a tenant of their own. */
async function insert(all: readonly Stored[]): Promise<string> {
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

/** What the days must come to, the long way round. */
function expected(name: string, records: readonly RequestRecord[]): RequestsOfDay[] {
  return DAYS.days.flatMap(({ day, from }) => {
    const begins = from.getTime() * 1_000;
    const of = records.filter(({ ts }) => ts >= begins && ts < begins + DAY_MS * 1_000);
    const sum = (value: (one: RequestRecord) => number): bigint =>
      of.reduce((total, one) => total + BigInt(value(one)), 0n);
    const windows = new Map<number, Set<string>>();
    for (const { ts, userId } of of) {
      const window = Math.floor(ts / WINDOW_US);
      windows.set(window, (windows.get(window) ?? new Set()).add(userId));
    }
    const people = [...windows.values()].map((ids) => ids.size - (ids.has('') ? 1 : 0));
    return of.length === 0
      ? []
      : [
          {
            tenantId: tenantId(name),
            day,
            calls: BigInt(of.length),
            bytes: sum(({ bytesIn, bytesOut }) => bytesIn + bytesOut),
            renders: sum(({ kind }) => (kind === 'render' ? 1 : 0)),
            cpu: sum(({ cpu }) => cpu),
            memory: sum(({ memory }) => memory),
            cacheLookups: sum(({ cache }) => (cache === 'none' ? 0 : 1)),
            cacheHits: sum(({ cache }) => (cache === 'hit' ? 1 : 0)),
            concurrentUsers: BigInt(Math.max(0, ...people)),
          },
        ];
  });
}

describeStores('metering', (address) => {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    metering = new MeteringQueries(store);
  });
  afterAll(() => store.close());

  it('adds up by local day exactly what was recorded, alike from raw rows and from the rollup', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (all) => {
        const name = await insert(all);
        const scopes = [tenantScope(name)];
        const days = expected(
          name,
          all.map((one) => one.record),
        );
        expect(await metering.requestsOfDays(scopes, DAYS)).toEqual(days);
        expect(await metering.requestsOfDaysFromRollup(scopes, DAYS)).toEqual(days);
      }),
      { numRuns: 8 },
    );
  });

  it('leaves out what was stored after the cutoff, so that the same question has the same answer', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (all) => {
        const name = await insert(all);
        const known = all.filter(({ late }) => late <= 0).map((one) => one.record);
        expect(await metering.requestsOfDays([tenantScope(name)], DAYS, FIRST_LOOK)).toEqual(
          expected(name, known),
        );
      }),
      { numRuns: 8 },
    );
  });

  it('answers of many tenants at once as of each, and of no other', async () => {
    const one = { record: record({ ts: microseconds((START + DAY_MS) * 1_000) }), late: 0 };
    const names = [await insert([one]), await insert([one, one]), await insert([one, one, one])];
    const scopes = names.slice(0, 2).map(tenantScope);
    for (const rows of [
      await metering.requestsOfDays(scopes, DAYS),
      await metering.requestsOfDaysFromRollup(scopes, DAYS),
    ]) {
      expect(rows.map(({ tenantId: id, calls }) => [id, calls])).toEqual([
        [names[0], 1n],
        [names[1], 2n],
      ]);
    }
  });

  it('counts a request by its event time when its own day is another zone’s', async () => {
    const before = record({ ts: microseconds((START + 60_000) * 1_000), day: '2026-09-30' });
    const after = record({ ts: microseconds((START + 10 * DAY_MS - 60_000) * 1_000), day: '2026-10-11' });
    const name = await insert([before, after].map((one) => ({ record: one, late: 0 })));
    const rows = await metering.requestsOfDays([tenantScope(name)], DAYS);
    expect(rows.map(({ day, calls }) => [day, calls])).toEqual([
      ['2026-10-01', 1n],
      ['2026-10-10', 1n],
    ]);
  });
});

describe('days to meter', () => {
  it('are refused when there is none, or they are in no order', async () => {
    const asked = (days: MeteredDays) => metering.requestsOfDays([tenantScope('any')], days);
    await expect(asked({ days: [], to: DAYS.to })).rejects.toThrow(RangeError);
    await expect(asked({ days: [...DAYS.days].reverse(), to: DAYS.to })).rejects.toThrow(RangeError);
    await expect(asked({ days: DAYS.days, to: new Date(START) })).rejects.toThrow(RangeError);
  });
});
