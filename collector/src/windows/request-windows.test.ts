import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVENT_COLUMNS, REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { platformScope, tenantScope } from '../usage/tenant-scope.ts';
import { RequestWindows, type WindowOfRequests } from './request-windows.ts';
import type { Span } from './spans.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const MINUTE = 60_000;

let store: Store;
let windows: RequestWindows;
let tenants = 0;

/** Stores requests for a tenant of their own. */
async function insert(records: readonly RequestRecord[], name = `t${++tenants}`): Promise<string> {
  await store.insert({
    table: 'requests',
    columns: REQUEST_COLUMNS,
    token: `${name}-${Math.random()}`,
    lines: records.map((one) => encodedLine({ ...one, tenantId: tenantId(name) })).join(''),
  });
  return name;
}

const at = (ms: number, changes: Partial<RequestRecord> = {}): RequestRecord =>
  record({ ...changes, ts: microseconds(ms * 1_000) });

const span = fc
  .tuple(fc.integer({ min: 0, max: 40 * MINUTE }), fc.constantFrom(10_000, MINUTE, 5 * MINUTE, 30 * MINUTE))
  .map(([ago, length]): Span => ({ after: NOW - ago - length, until: NOW - ago }));
const traffic = fc.array(
  fc
    .record({
      ms: fc.integer({ min: -70 * MINUTE, max: MINUTE }),
      micros: fc.constantFrom(0, 1, 999),
      userId: fc.constantFrom('', 'a', 'b', 'c'),
      endpoint: fc.constantFrom('/a', '/b', '/c'),
      kind: fc.constantFrom('api', 'stream', 'websocket', 'render'),
      cache: fc.constantFrom('hit', 'miss', 'none'),
      status: fc.constantFrom(200, 404, 500, 503),
      // Below 64 a bucket is one duration.
      duration: fc.nat(63),
    })
    .map(({ ms, micros, duration, ...rest }) =>
      record({
        ...rest,
        ts: microseconds((NOW + ms) * 1_000 + micros),
        duration: microseconds(duration),
      } as Partial<RequestRecord>),
    ),
  { minLength: 1, maxLength: 60 },
);

function inside({ after, until }: Span, records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter(({ ts }) => ts > after * 1_000 && ts <= until * 1_000);
}

/** The smallest value that a share of all is not above: what was recorded, sorted and counted. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function expected(
  name: string,
  spans: readonly Span[],
  endpoints: readonly string[],
  records: readonly RequestRecord[],
): WindowOfRequests[] {
  return spans.flatMap((one, place) =>
    ['', ...endpoints].flatMap((endpoint) => {
      const of = inside(one, records).filter((r) => endpoint === '' || r.endpoint === endpoint);
      const times = of
        .filter(({ kind }) => kind === 'api' || kind === 'render')
        .map((r) => r.duration / 1_000);
      const count = (is: (r: RequestRecord) => boolean): number => of.filter(is).length;
      return of.length === 0
        ? []
        : [
            {
              tenantId: tenantId(name),
              endpoint,
              span: place,
              calls: of.length,
              errors: count(({ status }) => status >= 500),
              answers: times.length,
              meanMs: expect.closeTo(
                times.length === 0 ? 0 : times.reduce((sum, ms) => sum + ms, 0) / times.length,
              ),
              p95Ms: quantile(times, 0.95),
              p99Ms: quantile(times, 0.99),
              cacheLookups: count(({ cache }) => cache !== 'none'),
              cacheHits: count(({ cache }) => cache === 'hit'),
            },
          ];
    }),
  );
}

const sorted = <T extends { span: number; endpoint?: string }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => a.span - b.span || (a.endpoint ?? '').localeCompare(b.endpoint ?? ''));

describeStores('windows', (address) => {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    windows = new RequestWindows(store);
  });
  afterAll(() => store.close());

  it('say of spans that overlap what was recorded in each, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 5 }), traffic, async (spans, records) => {
        const name = await insert(records);
        const whose = { tenants: [tenantScope(name)] };
        const found = await windows.requests(whose, spans, ['/a', '/b']);
        expect(sorted(found)).toEqual(sorted(expected(name, spans, ['/a', '/b'], records)));
        const people = spans.flatMap((one, place) => {
          const ids = new Set(inside(one, records).map(({ userId }) => userId));
          ids.delete('');
          return ids.size === 0 ? [] : [{ tenantId: tenantId(name), span: place, count: ids.size }];
        });
        expect(sorted(await windows.people(whose, spans))).toEqual(people);
      }),
      { numRuns: 6 },
    );
  });

  it('begin after an instant and end with one, to the microsecond', async () => {
    const name = await insert([at(NOW - MINUTE), at(NOW - MINUTE + 1), at(NOW), at(NOW + 1)]);
    const [found] = await windows.requests({ tenants: [tenantScope(name)] }, [
      { after: NOW - MINUTE, until: NOW },
    ]);
    expect(found?.calls).toBe(2);
  });

  it('have what came late, the next time', async () => {
    const name = await insert([at(NOW - 10_000)]);
    const ask = () =>
      windows.requests({ tenants: [tenantScope(name)] }, [{ after: NOW - MINUTE, until: NOW }]);
    expect(await ask()).toMatchObject([{ calls: 1 }]);
    await insert([at(NOW - 50_000)], name);
    expect(await ask()).toMatchObject([{ calls: 2 }]);
  });

  it('are of the tenants that are asked for, and of everybody for who runs the platform', async () => {
    const later = NOW + 86_400_000;
    const spans = [{ after: later - MINUTE, until: later }];
    const names = [await insert([at(later)]), await insert([at(later), at(later)])];
    expect(await windows.requests({ tenants: [tenantScope(names[0] ?? '')] }, spans)).toMatchObject([
      { tenantId: names[0], calls: 1 },
    ]);
    const platform = platformScope(tenantScope('platform'), 'platform');
    expect(await windows.requests({ platform }, spans)).toMatchObject([{ tenantId: '', calls: 3 }]);
    // The same name at two tenants is two people.
    expect(await windows.people({ platform }, spans)).toEqual([{ tenantId: '', span: 0, count: 2 }]);
    expect(() => platformScope(tenantScope(names[0] ?? ''), 'platform')).toThrow(RangeError);
  });

  it('know when the last request of all was, of those who made one', async () => {
    const name = await insert([at(NOW - 5 * 86_400_000), at(NOW - 40 * 86_400_000)]);
    const whose = { tenants: [tenantScope(name), tenantScope('nobody')] };
    expect(await windows.lastRequests(whose)).toEqual(new Map([[name, new Date(NOW - 5 * 86_400_000)]]));
    expect(await windows.lastRequests(whose, new Date(NOW))).toEqual(new Map());
  });

  it('count events by type', async () => {
    const name = `t${++tenants}`;
    const event = (type: string, ms: number) =>
      `${JSON.stringify([new Date(NOW + ms).toISOString().replace('T', ' ').replace('Z', ''), name, `${ms}`, '/s', type, '', '{}', '', 13, ''])}\n`;
    await store.insert({
      table: 'events',
      columns: EVENT_COLUMNS,
      token: name,
      lines: [
        event('riwayat.security.rate-limited', -1),
        event('riwayat.security.rate-limited', -2 * MINUTE),
        event('riwayat.security.cross-tenant', 0),
        event('member.joined', -5),
      ].join(''),
    });
    const spans = [
      { after: NOW - MINUTE, until: NOW },
      { after: NOW - 5 * MINUTE, until: NOW },
    ];
    const found = await windows.events({ tenants: [tenantScope(name)] }, spans, 'riwayat.security.');
    const byType = found.map(({ type, span: place, count }) => `${type} ${place} ${count}`).sort();
    expect(byType).toEqual([
      'riwayat.security.cross-tenant 0 1',
      'riwayat.security.cross-tenant 1 1',
      'riwayat.security.rate-limited 0 1',
      'riwayat.security.rate-limited 1 2',
    ]);
  });
});
