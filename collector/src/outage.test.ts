import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Collector } from './collector.ts';
import { openCollector } from './opening.ts';
import { openStore, type Store } from './store/store.ts';
import { type Fault, insertsInto } from './testing/clickhouse/faults.ts';
import { type ClickHouseServer, startClickHouse } from './testing/clickhouse/server.ts';
import { eventually, temporaryDirectory, testLogger } from './testing/engine.ts';
import { record, tenantId } from './testing/records.ts';
import { tenantScope } from './usage/tenant-scope.ts';

const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
const countRow = z.object({ records: z.coerce.number(), distinct: z.coerce.number() });
const statements = insertsInto('requests');

let server: ClickHouseServer;
let store: Store;
beforeAll(async () => {
  server = await startClickHouse({ path: temporaryDirectory() });
  store = openStore({ address: { kind: 'server', url: server.url }, logger: testLogger() });
  await store.migrate();
});
afterEach(() => server.clear());
afterAll(async () => {
  await store.close();
  await server.close();
});

it('takes records while the store is down and stores them once it is up, trying again what fails', async () => {
  await server.inflict({ kind: 'refuse' });
  const collector = await open();
  take(collector, 'down', 100);
  await collector.sync();
  await eventually(() => collector.status().lastError !== undefined);
  expect(collector.status()).toMatchObject({ store: 'down', accepted: 100, stored: 0, inSpool: 100 });

  await server.inflict({ kind: 'exception', exception: 'TOO_MANY_PARTS', statements });
  await server.listen();
  await eventually(() => collector.status().lastError?.includes('Too many parts') === true);
  expect(collector.status()).toMatchObject({ store: 'down', rejected: 0, inSpool: 100 });

  await server.clear();
  take(collector, 'down', 1);
  await collector.drain();
  expect(collector.status()).toMatchObject({ store: 'up', stored: 101, inSpool: 0 });
  expect(await stored('down')).toEqual({ records: 101, distinct: 101 });
  await collector.close();
});

it.each<{ tenant: string; name: string; fault: Fault }>([
  { tenant: 'refuse', name: 'refuses', fault: { kind: 'refuse' } },
  { tenant: 'hang', name: 'hangs', fault: { kind: 'hang', statements } },
  { tenant: 'hang-late', name: 'stores and hangs', fault: { kind: 'hang', stored: true, statements } },
  {
    tenant: 'reset-request',
    name: 'resets in the middle of a request',
    fault: { kind: 'reset', during: 'request', times: 2, statements },
  },
  {
    tenant: 'reset-response',
    name: 'resets in the middle of a response',
    fault: { kind: 'reset', during: 'response', times: 2, statements },
  },
  {
    tenant: 'late-error',
    name: 'answers 500 after storing',
    fault: { kind: 'exception', exception: 'NETWORK_ERROR', stored: true, times: 2, statements },
  },
  {
    tenant: 'no-memory',
    name: 'has no memory',
    fault: { kind: 'exception', exception: 'MEMORY_LIMIT_EXCEEDED', times: 2, statements },
  },
  {
    tenant: 'read-only',
    name: 'is read-only',
    fault: { kind: 'exception', exception: 'TABLE_IS_READ_ONLY', times: 2, statements },
  },
  {
    tenant: 'slow',
    name: 'is slow',
    fault: { kind: 'slow', bytesPerSecond: 500_000, times: 2, statements },
  },
])('stores every record once, in raw rows and rollups, when the store $name', async ({ tenant, fault }) => {
  const collector = await open();
  await server.inflict(fault);
  const before = server.struck;
  take(collector, tenant, 500);
  const drained = collector.drain();
  await eventually(() => server.struck > before || collector.status().lastError !== undefined);
  // Counted faults end by themselves; the others only on command.
  if (fault.kind === 'refuse' || fault.kind === 'hang') {
    await server.clear();
  }
  await drained;
  expect(collector.status()).toMatchObject({ store: 'up', accepted: 500, stored: 500, rejected: 0, lost: 0 });
  expect(await stored(tenant)).toEqual({ records: 500, distinct: 500 });
  const difference = await collector.usage.rollupDifference(tenantScope(tenant), RANGE);
  expect([...Object.values(difference.hour), ...Object.values(difference.userDay)]).toEqual(
    Array.from({ length: 9 }, () => 0),
  );
  await collector.close();
});

it('closes at once while the store is down, and leaves what it took to the next start', async () => {
  await server.inflict({ kind: 'refuse' });
  const spoolDirectory = join(temporaryDirectory(), 'spool');
  const first = await open(spoolDirectory);
  take(first, 'left', 1);
  const unsent = first.drain();
  const refused = expect(unsent).rejects.toThrow('closed before');
  const start = performance.now();
  await first.close();
  await refused;
  expect(performance.now() - start).toBeLessThan(2_000);

  await server.clear();
  const second = await open(spoolDirectory);
  await second.drain();
  expect(second.status()).toMatchObject({ accepted: 1, stored: 1, inSpool: 0 });
  expect(await stored('left')).toEqual({ records: 1, distinct: 1 });
  await second.close();
});

it.each<{ tenant: string; name: string; fault: Fault }>([
  { tenant: 'start-hang', name: 'hangs', fault: { kind: 'hang' } },
  {
    tenant: 'start-memory',
    name: 'has no memory',
    fault: { kind: 'exception', exception: 'MEMORY_LIMIT_EXCEEDED' },
  },
])('starts before a store that $name, and stores what came meanwhile', async ({ tenant, fault }) => {
  await server.inflict(fault);
  const collector = await open();
  take(collector, tenant, 10);
  await collector.sync();
  expect(collector.status()).toMatchObject({ accepted: 10, stored: 0, inSpool: 10 });
  await server.clear();
  await collector.drain();
  expect(await stored(tenant)).toEqual({ records: 10, distinct: 10 });
  await collector.close();
});

function open(spoolDirectory = join(temporaryDirectory(), 'spool')): Promise<Collector> {
  return openCollector({
    store: { kind: 'server', url: server.url },
    spoolDirectory,
    instance: 'test',
    logger: testLogger(),
  });
}

function take(collector: Collector, tenant: string, count: number): void {
  for (let i = 0; i < count; i += 1) {
    collector.record(record({ tenantId: tenantId(tenant) }));
  }
}

async function stored(tenant: string): Promise<z.infer<typeof countRow> | undefined> {
  const [row] = await store.select({
    sql: `SELECT count() AS records, uniqExact(request_id) AS distinct FROM {{database}}.requests
          WHERE tenant_id = {tenant:String}`,
    params: { tenant },
    row: countRow,
    label: 'test.outage',
  });
  return row;
}
