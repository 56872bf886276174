import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeSample, SAMPLE_COLUMNS, SAMPLE_COLUMNS_V1 } from '../record/line.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { microseconds } from '../testing/records.ts';
import { platformScope, tenantScope } from '../usage/tenant-scope.ts';
import { SampleWindows } from './sample-windows.ts';

const NOW = Date.UTC(2026, 10, 22, 5);
const SCOPE = platformScope(tenantScope('platform'), 'platform');
const GB = 1e9;

let store: Store;
let windows: SampleWindows;

function sample(instance: string, secondsAgo: number, changes: Partial<ResourceSample> = {}): ResourceSample {
  return {
    ts: microseconds((NOW - secondsAgo * 1_000) * 1_000),
    instance,
    cpu: 0.25,
    hostCpu: 0.125,
    rss: 2 * GB,
    heapUsed: 0,
    heapTotal: 0,
    external: 0,
    memoryLimit: 4 * GB,
    hostMemoryUsed: 9 * GB,
    hostMemoryTotal: 10 * GB,
    eventLoopLagP99: microseconds(12_500),
    eventLoopLagMax: microseconds(90_000),
    openSockets: 0,
    databaseConnections: 6,
    databaseWaiting: 0,
    databaseBusy: 4,
    databasePool: 10,
    queueDepth: 3,
    cacheHits: 0,
    cacheMisses: 0,
    diskFree: 5 * GB,
    diskTotal: 100 * GB,
    spoolBytes: 0,
    ended: false,
    ...changes,
  };
}

async function insert(...samples: readonly ResourceSample[]): Promise<void> {
  await store.insert({
    table: 'resource_samples',
    columns: SAMPLE_COLUMNS,
    token: JSON.stringify(samples),
    lines: samples.map(encodeSample).join(''),
  });
}

const lastSeconds = (seconds: number) => ({ after: NOW - seconds * 1_000, until: NOW });

beforeAll(async () => {
  store = openStore({ address: { kind: 'embedded', path: temporaryDirectory() }, logger: testLogger() });
  await store.migrate();
  windows = new SampleWindows(store);
});
afterAll(() => store.close());

it('say what each instance used in each span: mean, most, least and last', async () => {
  await insert(
    sample('a', 0, { cpu: 0.5 }),
    sample('a', 20, { cpu: 0.75 }),
    sample('a', 50),
    sample('a', 60, { cpu: 1 }),
    // On a host that has no limit for it, whatever uses the memory.
    sample('b', 5, { memoryLimit: 10 * GB, hostCpu: 0.875, diskTotal: 0, databasePool: 0 }),
  );
  const found = await windows.samples(SCOPE, [lastSeconds(60), lastSeconds(10)]);
  const of = (instance: string, span: number) =>
    found.find((row) => row.instance === instance && row.span === span)?.measures;
  expect(of('a', 0)?.cpu_used).toEqual({ mean: 50, maximum: 75, minimum: 25, last: 50 });
  expect(of('a', 1)?.cpu_used).toEqual({ mean: 50, maximum: 50, minimum: 50, last: 50 });
  const same = (value: number) => ({ mean: value, maximum: value, minimum: value, last: value });
  expect(of('a', 0)).toMatchObject({
    memory_used: same(50),
    disk_free: same(5),
    database_connections: same(6),
    database_pool_used: same(40),
    queue_length: same(3),
    event_loop_lag: same(12.5),
  });
  expect(of('b', 1)).toMatchObject({ memory_used: same(90), cpu_used: same(87.5) });
  // What was not measured is left out.
  expect(Object.keys(of('b', 1) ?? {})).not.toContain('disk_free');
  expect(Object.keys(of('b', 1) ?? {})).not.toContain('database_pool_used');
});

it('know which instances were heard of last when, and which of them ended', async () => {
  const soon = NOW + 3_600_000;
  await insert(sample('c', -600), sample('c', -1_200, { ended: true }), sample('d', -1_300));
  expect(await windows.instances(SCOPE, { after: NOW + 1, until: soon })).toEqual([
    { instance: 'c', lastAt: new Date(NOW + 1_200_000), ended: true },
    { instance: 'd', lastAt: new Date(NOW + 1_300_000), ended: false },
  ]);
});

it('take samples that an earlier version wrote', async () => {
  const line = encodeSample(sample('old', 10)).replace(/,4,10,0\]\n$/, ']\n');
  await store.insert({ table: 'resource_samples', columns: SAMPLE_COLUMNS_V1, token: 'old', lines: line });
  const found = await windows.samples(SCOPE, [lastSeconds(60)]);
  const old = found.find(({ instance }) => instance === 'old');
  expect(old?.measures.cpu_used?.last).toBe(25);
  expect(old?.measures.database_pool_used).toBeUndefined();
});
