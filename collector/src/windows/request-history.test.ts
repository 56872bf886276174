import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVENT_COLUMNS, REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { MovingWindow } from './moving-window.ts';
import { RequestHistory } from './request-history.ts';
import { RequestWindows } from './request-windows.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const MINUTE = 60_000;

let store: Store;
let history: RequestHistory;
let windows: RequestWindows;
let tenants = 0;

async function insert(records: readonly RequestRecord[]): Promise<string> {
  tenants += 1;
  const name = `t${tenants}`;
  await store.insert({
    table: 'requests',
    columns: REQUEST_COLUMNS,
    token: name,
    lines: records.map((one) => encodedLine({ ...one, tenantId: tenantId(name) })).join(''),
  });
  return name;
}

const moving = fc
  .record({
    step: fc.constantFrom(5_000, MINUTE),
    count: fc.integer({ min: 1, max: 12 }),
    length: fc.constantFrom(10_000, 45_000, MINUTE, 90_000, 5 * MINUTE),
  })
  .map((window): MovingWindow => ({ ...window, first: NOW }));
const traffic = fc.array(
  fc
    .record({
      // Many at the very ends of windows.
      ms: fc.oneof(
        fc.integer({ min: -7 * MINUTE, max: 12 * MINUTE }),
        fc.integer({ min: -20, max: 20 }).map((steps) => steps * 5_000),
      ),
      micros: fc.constantFrom(0, 0, 1, 999),
      userId: fc.constantFrom('', 'a', 'b', 'c'),
      endpoint: fc.constantFrom('/a', '/b'),
      kind: fc.constantFrom('api' as const, 'websocket' as const),
      cache: fc.constantFrom('hit' as const, 'miss' as const, 'none' as const),
      status: fc.constantFrom(200, 500),
      duration: fc.nat(5_000_000),
    })
    .map(({ ms, micros, duration, ...rest }) =>
      record({
        ...rest,
        ts: microseconds((NOW + ms) * 1_000 + micros),
        duration: microseconds(duration),
      }),
    ),
  { minLength: 1, maxLength: 60 },
);

const endsOf = ({ first, step, count }: MovingWindow): number[] =>
  Array.from({ length: count }, (_, place) => first + place * step);

describeStores('windows of the past', (address) => {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    history = new RequestHistory(store);
    windows = new RequestWindows(store);
  });
  afterAll(() => store.close());

  it('have what the same windows had when they were read as they ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        traffic,
        moving,
        fc.constantFrom(undefined, '/a'),
        async (records, window, endpoint) => {
          const whose = { tenants: [tenantScope(await insert(records))] };
          const spans = endsOf(window).map((until) => ({ after: until - window.length, until }));
          const [pieces, people, read, readPeople] = await Promise.all([
            history.requests(whose, window, { endpoint, latency: true }),
            history.people(whose, window),
            windows.requests(whose, spans, ['/a']),
            windows.people(whose, spans),
          ]);
          spans.forEach(({ after, until }, span) => {
            const inside = pieces.filter(({ at }) => at > after && at <= until);
            const of = (count: (piece: (typeof pieces)[number]) => number): number =>
              inside.reduce((sum, piece) => sum + count(piece), 0);
            const live = read.find((one) => one.span === span && one.endpoint === (endpoint ?? ''));
            expect(of(({ calls }) => calls)).toBe(live?.calls ?? 0);
            expect(of(({ errors }) => errors)).toBe(live?.errors ?? 0);
            expect(of(({ answers }) => answers)).toBe(live?.answers ?? 0);
            expect(of(({ hits }) => hits)).toBe(live?.cacheHits ?? 0);
            expect(of(({ lookups }) => lookups)).toBe(live?.cacheLookups ?? 0);
            expect(of(({ duration }) => duration) / 1_000).toBeCloseTo(
              (live?.meanMs ?? 0) * (live?.answers ?? 0),
              6,
            );
            expect(of(({ latency }) => latency.reduce((sum, [, answers]) => sum + answers, 0))).toBe(
              live?.answers ?? 0,
            );
            expect(people[span]).toBe(readPeople.find((one) => one.span === span)?.count ?? 0);
          });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('know when somebody was last there, also long before', async () => {
    const name = await insert([
      record({ ts: microseconds((NOW - 40 * MINUTE) * 1_000) }),
      record({ ts: microseconds((NOW + MINUTE) * 1_000) }),
      record({ ts: microseconds((NOW + 90_000) * 1_000 + 1) }),
    ]);
    const window = { first: NOW, step: MINUTE, count: 4, length: MINUTE };
    const nobody = { tenants: [tenantScope('nobody')] };
    expect(await history.lastRequests({ tenants: [tenantScope(name)] }, window)).toEqual([
      NOW - 40 * MINUTE,
      NOW + MINUTE,
      NOW + 90_000,
      NOW + 90_000,
    ]);
    expect(await history.lastRequests(nobody, window)).toEqual([null, null, null, null]);
  });

  it('count events of one type, or of all that begin alike', async () => {
    const event = (ms: number, type: string): string =>
      `${JSON.stringify([(NOW + ms) * 1_000, 'school', `${ms}${type}`, '/x', type, '', '{}', '', 13, `${ms}${type}`])}\n`;
    expect(EVENT_COLUMNS).toHaveLength(10);
    await store.insert({
      table: 'events',
      columns: EVENT_COLUMNS,
      token: 'events',
      lines: [event(0, 'x.one'), event(1, 'x.one'), event(2, 'x.two'), event(3, 'y')].join(''),
    });
    const whose = { tenants: [tenantScope('school')] };
    const window = { first: NOW, step: MINUTE, count: 2, length: MINUTE };
    expect(await history.events(whose, window, { prefix: 'x.' })).toEqual([
      { at: NOW, count: 1 },
      { at: NOW + MINUTE, count: 2 },
    ]);
    expect(await history.events(whose, window, { type: 'x.two' })).toEqual([{ at: NOW + MINUTE, count: 1 }]);
  });
});
