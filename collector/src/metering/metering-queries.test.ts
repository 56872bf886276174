import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { DAY_MS, DAYS, FIRST_LOOK, insertFor, START, type Stored, traffic } from '../testing/metered.ts';
import { microseconds, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { MeteredDays } from './metered-days.ts';
import { MeteringQueries, type RequestsOfDay, type RollupDays } from './metering-queries.ts';

const WINDOW_US = 300_000_000;

let store: Store;
let metering: MeteringQueries;

function insert(all: readonly Stored[]): Promise<string> {
  return insertFor(store, all);
}

function ofDay(records: readonly RequestRecord[], from: Date): RequestRecord[] {
  const begins = from.getTime() * 1_000;
  return records.filter(({ ts }) => ts >= begins && ts < begins + DAY_MS * 1_000);
}

/** What the days must come to, the long way round. */
function expected(name: string, records: readonly RequestRecord[]): RequestsOfDay[] {
  return DAYS.days.flatMap(({ day, from }) => {
    const of = ofDay(records, from);
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

/** The same with what the rollup has beside it. */
function expectedOfRollup(name: string, records: readonly RequestRecord[]): RollupDays {
  const begins = new Map(DAYS.days.map(({ day, from }) => [day, from]));
  const sum = (of: readonly RequestRecord[], value: (one: RequestRecord) => number): bigint =>
    BigInt(of.reduce((total, one) => total + value(one), 0));
  const inDays = DAYS.days.flatMap(({ from }) => ofDay(records, from));
  return {
    days: expected(name, records).map((day) => {
      const of = ofDay(records, begins.get(day.day) ?? new Date(0));
      return {
        ...day,
        errors: sum(of, ({ status }) => (status >= 500 ? 1 : 0)),
        bytesIn: sum(of, ({ bytesIn }) => bytesIn),
        bytesOut: sum(of, ({ bytesOut }) => bytesOut),
      };
    }),
    activeUsers: BigInt(new Set(inDays.map(({ userId }) => userId).filter((id) => id !== '')).size),
  };
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
        const scope = tenantScope(name);
        const records = all.map((one) => one.record);
        expect(await metering.requestsOfDays([scope], DAYS)).toEqual(expected(name, records));
        expect(await metering.requestsOfDaysFromRollup(scope, DAYS)).toEqual(expectedOfRollup(name, records));
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
    const rows = await metering.requestsOfDays(scopes, DAYS);
    expect(rows.map(({ tenantId: id, calls }) => [id, calls])).toEqual([
      [names[0], 1n],
      [names[1], 2n],
    ]);
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
