import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store, type StoreAddress } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { type EndpointUsage, UsageQueries } from './queries.ts';
import { tenantScope } from './tenant-scope.ts';

const ZONE = 'Asia/Jakarta';
const MINUTE_US = 60_000_000;
/** 1 October 2026, 00:00 in Jakarta. */
const START = Date.UTC(2026, 8, 30, 17);
const DAY_MS = 86_400_000;
const OCTOBER = { from: new Date(START), to: new Date(START + 31 * DAY_MS) };

let store: Store;
let usage: UsageQueries;
let inserted = 0;

function useStore(address: () => StoreAddress): void {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    usage = new UsageQueries(store);
  });
  afterAll(() => store.close());
}

async function insert(records: readonly RequestRecord[]): Promise<void> {
  inserted += 1;
  await store.insert({
    table: 'requests',
    columns: REQUEST_COLUMNS,
    token: `insert-${inserted}`,
    lines: records.map((one) => encodedLine(one)).join(''),
  });
}

/** Requests over ten days of October, two of them without any, the first six hours crowded. */
function traffic(tenant: string, count: number): RequestRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const day = [0, 1, 2, 4, 5, 6, 7, 9][i % 8] ?? 0;
    const offset = day * DAY_MS + ((i * 7919) % (i % 3 === 0 ? DAY_MS : DAY_MS / 4));
    return record({
      tenantId: tenantId(tenant),
      ts: microseconds((START + offset) * 1000 + (i % 1000)),
      userId: i % 11 === 0 ? '' : `user-${i % 40}`,
      userRole: i % 3 === 0 ? 'mentor' : 'learner',
      endpoint: ['/a', '/b/:id', '/c'][i % 3] ?? '',
      method: i % 6 === 0 ? 'POST' : 'GET',
      status: [200, 201, 404, 500, 200, 503, 200][i % 7] ?? 200,
      duration: microseconds(Math.round(20 * 1.001 ** (i % 9000))),
      bytesIn: i % 5_000,
      bytesOut: (i * 31) % 100_000,
      cpu: microseconds(i % 2_000),
    });
  });
}

function people(records: readonly RequestRecord[]): number {
  return new Set(records.map(({ userId }) => userId).filter((user) => user !== '')).size;
}

/** Every request is in one row, and each row is right about its own. */
function expectEndpoints(rows: readonly EndpointUsage[], records: readonly RequestRecord[]): void {
  expect(rows.reduce((total, { calls }) => total + calls, 0)).toBe(records.length);
  for (const row of rows) {
    const within = records.filter(
      ({ endpoint, method }) => endpoint === row.endpoint && method === row.method,
    );
    const durations = within.map(({ duration }) => duration / 1000).sort((a, b) => a - b);
    const exact = (q: number): number => durations[Math.ceil(q * durations.length) - 1] ?? 0;
    expect(row.calls).toBe(within.length);
    expect(row.meanMs).toBeCloseTo(sum(within, ({ duration }) => duration) / within.length / 1000, 9);
    expect(row.errorRate).toBe(within.filter(({ status }) => status >= 500).length / within.length);
    expect(row.clientErrorRate).toBe(within.filter(({ status }) => status === 404).length / within.length);
    expect(row.cpuMs).toBeCloseTo(sum(within, ({ cpu }) => cpu) / 1000, 6);
    expect(row.bytesOut).toBe(sum(within, ({ bytesOut }) => bytesOut));
    expect(Math.abs(row.p50Ms / exact(0.5) - 1)).toBeLessThan(0.02);
    expect(Math.abs(row.p95Ms / exact(0.95) - 1)).toBeLessThan(0.02);
    expect(Math.abs(row.p99Ms / exact(0.99) - 1)).toBeLessThan(0.02);
  }
}

/** The most people within five minutes by the clock. */
function peak(records: readonly RequestRecord[]): number {
  const windows = new Map<number, RequestRecord[]>();
  for (const one of records) {
    const window = Math.floor(one.ts / (5 * MINUTE_US));
    windows.set(window, [...(windows.get(window) ?? []), one]);
  }
  return Math.max(0, ...[...windows.values()].map(people));
}

function sum(records: readonly RequestRecord[], of: (one: RequestRecord) => number): number {
  return records.reduce((total, one) => total + of(one), 0);
}

describeStores('usage', (address) => {
  useStore(address);

  const all = traffic('exact', 20_000);
  const scope = tenantScope('exact');
  beforeAll(async () => {
    await insert(all.slice(0, 7_000));
    await insert(all.slice(7_000));
    await insert(traffic('other', 3_000));
  });

  it('sums up exactly what was recorded', async () => {
    expect(await usage.summary(scope, OCTOBER)).toEqual({
      calls: all.length,
      errors: all.filter(({ status }) => status >= 500).length,
      bytesIn: sum(all, ({ bytesIn }) => bytesIn),
      bytesOut: sum(all, ({ bytesOut }) => bytesOut),
      activeUsers: people(all),
      concurrentPeak: peak(all),
    });
  });

  it('counts exactly the minutes of any span, and the people in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10 * 24 * 60 }),
        fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 600, max: 6_000 })),
        async (first, length) => {
          const from = START + first * 60_000;
          const to = from + length * 60_000;
          const within = all.filter(({ ts }) => ts >= from * 1000 && ts < to * 1000);
          const found = await usage.summary(scope, { from: new Date(from), to: new Date(to) });
          expect(found).toMatchObject({
            calls: within.length,
            bytesOut: sum(within, ({ bytesOut }) => bytesOut),
            activeUsers: people(within),
            concurrentPeak: peak(within),
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives every local day, days without usage included', async () => {
    const days = await usage.daily(scope, { from: OCTOBER.from, to: new Date(START + 10 * DAY_MS) }, ZONE);
    expect(days.map(({ day }) => day)).toEqual(
      Array.from({ length: 10 }, (_, i) => `2026-10-${String(i + 1).padStart(2, '0')}`),
    );
    for (const found of days) {
      const within = all.filter(({ day }) => day === found.day);
      expect(found).toEqual({
        day: found.day,
        calls: within.length,
        errors: within.filter(({ status }) => status >= 500).length,
        bytesIn: sum(within, ({ bytesIn }) => bytesIn),
        bytesOut: sum(within, ({ bytesOut }) => bytesOut),
        activeUsers: people(within),
      });
    }
    expect(days.filter(({ calls }) => calls === 0).map(({ day }) => day)).toEqual([
      '2026-10-04',
      '2026-10-09',
    ]);
  });

  it('gives endpoints with exact means and rates, and quantiles within 2 %', async () => {
    const rows = await usage.endpoints(scope, OCTOBER);
    expect(rows.map(({ calls }) => calls)).toEqual(rows.map(({ calls }) => calls).sort((a, b) => b - a));
    expectEndpoints(rows, all);
  });

  it('gives the endpoints of spans that begin and end within an hour', async () => {
    const [hour, minute] = [3_600_000, 60_000];
    for (const [from, to] of [
      [START + 5 * minute, START + 3 * hour - minute],
      [START - hour, START + 7 * minute],
      [START + 9 * minute, START + 50 * minute],
      [START + hour, START + 9 * DAY_MS + minute],
    ] as const) {
      const within = all.filter(({ ts }) => ts >= from * 1000 && ts < to * 1000);
      expect(within.length).toBeGreaterThan(10);
      expectEndpoints(await usage.endpoints(scope, { from: new Date(from), to: new Date(to) }), within);
    }
  });

  it('gives the busiest people, each once, with the role that they had last', async () => {
    const rows = await usage.users(scope, { start: '2026-10-01', end: '2026-10-02' }, 3);
    const within = all.filter(({ day }) => day <= '2026-10-02');
    const counts = new Map<string, number>();
    const lastDays = new Map<string, RequestRecord>();
    for (const one of within) {
      counts.set(one.userId, (counts.get(one.userId) ?? 0) + 1);
      if (one.ts >= (lastDays.get(one.userId)?.ts ?? 0)) {
        lastDays.set(one.userId, one);
      }
    }
    expect(rows).toHaveLength(3);
    expect(rows.map(({ calls }) => calls)).toEqual([...counts.values()].sort((a, b) => b - a).slice(0, 3));
    for (const { userId, userRole, calls } of rows) {
      expect(calls).toBe(counts.get(userId));
      expect(userRole).toBe(lastDays.get(userId)?.userRole);
    }
  });

  it('adds up by month of the local days', async () => {
    expect(await usage.monthly(scope, { start: '2026-09-01', end: '2026-11-30' })).toEqual([
      {
        month: '2026-10',
        calls: all.length,
        errors: all.filter(({ status }) => status >= 500).length,
        bytesIn: sum(all, ({ bytesIn }) => bytesIn),
        bytesOut: sum(all, ({ bytesOut }) => bytesOut),
        activeUsers: people(all),
      },
    ]);
  });

  it('counts calls by the hour of the local day', async () => {
    const tenant = tenantId('hours-of-day');
    const at = (hour: number, changes: Partial<RequestRecord> = {}): RequestRecord =>
      record({ tenantId: tenant, ts: microseconds((START + hour * 3_600_000) * 1000), ...changes });
    // 00:00 and 09:59 of the first day, 09:00 of the second; then what is outside, or another's.
    await insert([
      at(0),
      at(9 + 59 / 60),
      at(33),
      at(-1),
      at(31 * 24),
      at(9, { tenantId: tenantId('other-hours') }),
    ]);
    const hours = await usage.callsByHourOfDay(tenantScope(tenant), OCTOBER, ZONE);
    expect(hours).toHaveLength(24);
    expect(hours.flatMap((calls, hour) => (calls > 0 ? [[hour, calls]] : []))).toEqual([
      [0, 1],
      [9, 2],
    ]);
  });

  it('says how long all requests took together, and nothing where there was none', async () => {
    const tenant = 'response-times';
    const lasting = (ms: number, hour: number): RequestRecord =>
      record({
        tenantId: tenantId(tenant),
        ts: microseconds((START + hour * 3_600_000) * 1000),
        endpoint: `/${ms}`,
        duration: microseconds(ms * 1_000),
      });
    await insert(Array.from({ length: 100 }, (_, n) => lasting(n < 50 ? 10 : n < 95 ? 100 : 1_000, n % 24)));
    const times = await usage.responseTimes(tenantScope(tenant), OCTOBER);
    expect(times?.meanMs).toBeCloseTo(0.5 * 10 + 0.45 * 100 + 0.05 * 1_000);
    expect(Math.abs((times?.p50Ms ?? 0) / 10 - 1)).toBeLessThan(0.02);
    expect(Math.abs((times?.p95Ms ?? 0) / 100 - 1)).toBeLessThan(0.02);
    expect(Math.abs((times?.p99Ms ?? 0) / 1_000 - 1)).toBeLessThan(0.02);
    expect(await usage.responseTimes(tenantScope('nobody'), OCTOBER)).toBeUndefined();
  });

  it('agrees between raw rows and rollups, and tells when it does not', async () => {
    const none = await usage.rollupDifference(scope, OCTOBER);
    expect([...Object.values(none.hour), ...Object.values(none.userDay)].every((value) => value === 0)).toBe(
      true,
    );
    await store.insert({
      table: 'usage_hour',
      columns: ['tenant_id', 'hour', 'endpoint', 'method', 'status_class', 'calls', 'bytes_in'],
      token: 'a-rollup-row-from-nowhere',
      lines: '["astray","2026-10-02 00:00:00","/a","GET",5,3,7]\n',
    });
    const astray = await usage.rollupDifference(tenantScope('astray'), OCTOBER);
    expect(astray.hour).toEqual({ calls: -3, errors: -3, bytesIn: -7, bytesOut: 0, duration: 0 });
  });

  it('refuses ranges that are not', async () => {
    const { from, to } = OCTOBER;
    await expect(usage.summary(scope, { from: to, to: from })).rejects.toThrow(RangeError);
    await expect(usage.summary(scope, { from: new Date(Number.NaN), to })).rejects.toThrow(RangeError);
    await expect(usage.users(scope, { start: '2026-02-30', end: '2026-03-01' }, 1)).rejects.toThrow(
      RangeError,
    );
    expect(await usage.daily(scope, { from, to: from }, ZONE)).toEqual([]);
  });
});

describeStores('a tenant scope', (address) => {
  useStore(address);

  it('refuses an empty tenant', () => {
    expect(() => tenantScope('')).toThrow(RangeError);
    expect(() => tenantScope('  ')).toThrow(RangeError);
  });

  it('shows its own tenant and no other, whatever the tenant is called', async () => {
    const names = [
      "' OR 1=1 --",
      '\\',
      "\\' OR tenant_id != \\'",
      '{tenant:String}',
      '%',
      'own\n',
      'own',
      "a'; b",
    ];
    const at = microseconds((START + DAY_MS) * 1000);
    await insert(
      names.flatMap((name, i) =>
        Array.from({ length: i + 1 }, () =>
          record({ tenantId: tenantId(name), ts: at, userId: `only-${i}` }),
        ),
      ),
    );
    for (const [i, name] of names.entries()) {
      const scope = tenantScope(name);
      const calls = i + 1;
      expect(await usage.summary(scope, OCTOBER)).toMatchObject({ calls, activeUsers: 1, concurrentPeak: 1 });
      expect((await usage.daily(scope, OCTOBER, ZONE)).reduce((total, day) => total + day.calls, 0)).toBe(
        calls,
      );
      expect((await usage.endpoints(scope, OCTOBER)).map((row) => row.calls)).toEqual([calls]);
      const days = { start: '2026-10-01', end: '2026-10-31' };
      expect((await usage.users(scope, days, 10)).map(({ userId }) => userId)).toEqual([`only-${i}`]);
      expect(await usage.recordedBy(scope, '2026-10-31')).toBe(true);
      expect(await usage.recordedBy(scope, '2026-09-30')).toBe(false);
      expect(await usage.totalsWithUsers(scope, days)).toMatchObject({ calls, users: [`only-${i}`] });
      expect((await usage.usersSince(scope, OCTOBER.from)).map(({ userId }) => userId)).toEqual([
        `only-${i}`,
      ]);
      expect((await usage.rollupDifference(scope, OCTOBER)).hour.calls).toBe(0);
    }
    expect(await usage.summary(tenantScope('nobody'), OCTOBER)).toMatchObject({ calls: 0, activeUsers: 0 });
    expect(await usage.recordedBy(tenantScope('nobody'), '2026-10-31')).toBe(false);
  });
});
