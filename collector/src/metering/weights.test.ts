import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { DAYS, FIRST_LOOK, insertFor, START, traffic } from '../testing/metered.ts';
import { microseconds, record } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { MeteringQueries } from './metering-queries.ts';
import type { Weight, WeightBy } from './weights.ts';

const SPAN = { from: new Date(START), to: DAYS.to, start: '2026-10-01', end: '2026-10-10' };
const BY: readonly WeightBy[] = ['endpoint', 'user', 'day'];

let store: Store;
let metering: MeteringQueries;

function keyOf(by: WeightBy, { method, endpoint, userId, day }: RequestRecord): string {
  return { endpoint: `${method} ${endpoint}`, user: userId, day }[by];
}

function expected(by: WeightBy, records: readonly RequestRecord[]): Weight[] {
  const sums = new Map<string, Weight>();
  for (const one of records) {
    const key = keyOf(by, one);
    const { calls, weight } = sums.get(key) ?? { calls: 0n, weight: 0n };
    const cpu = BigInt(Math.min(one.cpu, one.duration));
    const busy = (1_000_000n * cpu) / BigInt(Math.max(one.duration, 1));
    sums.set(key, {
      key,
      calls: calls + 1n,
      weight: weight + 100_000n + 1_000n * BigInt(one.bytesOut) + busy,
    });
  }
  return [...sums.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

describeStores('weights', (address) => {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    metering = new MeteringQueries(store);
  });
  afterAll(() => store.close());

  it('add up exactly, by whatever they are taken, alike from rollups and from raw rows', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async (all) => {
        const scope = tenantScope(await insertFor(store, all));
        const inside = all.filter(
          ({ record: { ts } }) => ts >= START * 1_000 && ts < DAYS.to.getTime() * 1_000,
        );
        const known = inside.filter(({ late }) => late <= 0);
        for (const by of BY) {
          expect(await metering.weights(scope, { by, ...SPAN })).toEqual(
            expected(
              by,
              inside.map((one) => one.record),
            ),
          );
          expect(await metering.weights(scope, { by, ...SPAN, storedBy: FIRST_LOOK })).toEqual(
            expected(
              by,
              known.map((one) => one.record),
            ),
          );
        }
      }),
      { numRuns: 5 },
    );
  });

  it('are what the document says of one request: 0.01, 0.0001 a byte, 0.001 a percent of a processor', async () => {
    const one = { ts: microseconds(START * 1_000), bytesOut: 2_048 };
    const [half, none, beyond] = [
      { cpu: microseconds(500), duration: microseconds(1_000), endpoint: '/half' },
      { cpu: microseconds(0), duration: microseconds(0), endpoint: '/none' },
      { cpu: microseconds(9_000), duration: microseconds(1_000), endpoint: '/wholly' },
    ].map((changes) => ({ record: record({ ...one, ...changes }), late: 0 }));
    if (half === undefined || none === undefined || beyond === undefined) {
      throw new Error('three requests');
    }
    const scope = tenantScope(await insertFor(store, [half, none, beyond]));
    const found = await metering.weights(scope, { by: 'endpoint', ...SPAN });
    // 0.01 + 0.2048 + 0.05, + 0, + 0.1
    expect(found.map(({ key, weight }) => [key, weight])).toEqual([
      ['GET /half', 2_648_000n],
      ['GET /none', 2_148_000n],
      ['GET /wholly', 3_148_000n],
    ]);
  });

  it('do not overflow', async () => {
    const huge = record({ ts: microseconds(START * 1_000), bytesOut: Number.MAX_SAFE_INTEGER });
    const scope = tenantScope(
      await insertFor(
        store,
        Array.from({ length: 5 }, () => ({ record: huge, late: 0 })),
      ),
    );
    const [row] = await metering.weights(scope, { by: 'day', ...SPAN });
    expect(row?.weight).toBeGreaterThan(5_000n * BigInt(Number.MAX_SAFE_INTEGER));
  });

  it('go with habits of endpoints: calls, caches and sessions', async () => {
    const call = (changes: Partial<RequestRecord>) => ({
      record: record({ ts: microseconds(START * 1_000), endpoint: '/a', bytesOut: 10, ...changes }),
      late: 0,
    });
    const scope = tenantScope(
      await insertFor(store, [
        call({ sessionId: 'one', cache: 'hit', cpu: microseconds(7) }),
        call({ sessionId: 'one', cache: 'miss', cpu: microseconds(900), kind: 'render' }),
        call({ sessionId: 'two' }),
        call({ sessionId: '' }),
        call({ endpoint: '/b' }),
      ]),
    );
    expect(await metering.endpointHabits(scope, SPAN, 1)).toEqual([
      {
        endpoint: '/a',
        method: 'GET',
        calls: 4n,
        renders: 1n,
        bytesOut: 40n,
        cacheLookups: 2n,
        cacheHits: 1n,
        apiBytesOut: 30n,
        missCpu: 900n,
        hitCpu: 7n,
        sessions: 2n,
        callsInSessions: 3n,
      },
    ]);
  });
});
