import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Collector } from '../collector.ts';
import { type CollectorOptions, openCollector } from '../opening.ts';
import { openStore } from '../store/store.ts';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { businessEvent } from '../testing/events.ts';
import { record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { IngestItem } from './intake.ts';

const CHILD = fileURLToPath(new URL('../testing/ingesting-child.ts', import.meta.url));
const EVENTS_BEFORE_KILL = 8_000;
const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
const countRow = z.object({ events: z.coerce.number(), distinct: z.coerce.number() });

const directory = temporaryDirectory();
const options: CollectorOptions = {
  store: { kind: 'embedded', path: join(directory, 'clickhouse') },
  spoolDirectory: join(directory, 'spool'),
  instance: 'test',
  logger: testLogger(),
};

let collector: Collector;
beforeAll(async () => {
  collector = await openCollector(options);
});
afterAll(() => collector.close());

function requestItem(tenant: string, id: string, source = 'urn:app'): IngestItem {
  return { table: 'requests', record: record({ tenantId: tenantId(tenant) }), identity: { source, id } };
}

async function statuses(tenant: string, items: readonly IngestItem[]): Promise<string[]> {
  return (await collector.ingest(tenantId(tenant), items)).map(({ status }) => status);
}

async function calls(tenant: string): Promise<number> {
  await collector.drain();
  return (await collector.usage.summary(tenantScope(tenant), RANGE)).calls;
}

describe('a batch from outside', () => {
  it('is taken once, however often and in whatever pieces it comes', async () => {
    const batch = [requestItem('once', 'a'), requestItem('once', 'b'), requestItem('once', 'a')];
    expect(await statuses('once', batch)).toEqual(['accepted', 'accepted', 'duplicate']);
    const [first, second] = await Promise.all([
      statuses('once', [requestItem('once', 'c')]),
      statuses('once', [requestItem('once', 'c'), requestItem('once', 'b')]),
    ]);
    expect([first, second]).toEqual([['accepted'], ['duplicate', 'duplicate']]);
    expect(await calls('once')).toBe(3);
  });

  it('has identities of its own in each tenant, table and source', async () => {
    expect(await statuses('one', [requestItem('one', 'x')])).toEqual(['accepted']);
    expect(await statuses('other', [requestItem('other', 'x')])).toEqual(['accepted']);
    expect(
      await statuses('one', [requestItem('one', 'x', 'urn:else'), businessEvent('one', 'x', 'urn:app')]),
    ).toEqual(['accepted', 'accepted']);
    const anonymous: IngestItem = { table: 'requests', record: record({ tenantId: tenantId('one') }) };
    expect(await statuses('one', [anonymous, anonymous])).toEqual(['accepted', 'accepted']);
  });

  it('is on disk when it is confirmed, a duplicate as well', async () => {
    const before = collector.status().identities;
    const [confirmed] = await Promise.all([
      statuses('disk', [businessEvent('disk', 'a')]),
      statuses('disk', [businessEvent('disk', 'a')]),
    ]);
    expect(confirmed).toEqual(['accepted']);
    expect(collector.status().identities).toBe(before + 1);
    expect(readdirSync(options.spoolDirectory).some((file) => /\.events\.(open|sealed)$/.test(file))).toBe(
      true,
    );
  });

  it('accounts for every event: accepted, duplicate, refused', async () => {
    const before = collector.status();
    const bad = requestItem('sum', 'bad');
    const items: IngestItem[] = [
      requestItem('sum', 'a'),
      requestItem('sum', 'a'),
      businessEvent('sum', 'e'),
      { table: 'rejected', reason: 'no endpoint', line: '{"x":1}', identity: { source: 's', id: 'r' } },
      bad.table === 'requests' ? { ...bad, record: { ...bad.record, bytesIn: -1 } } : bad,
    ];
    const results = await collector.ingest(tenantId('sum'), items);
    expect(results.map(({ status }) => status)).toEqual([
      'accepted',
      'duplicate',
      'accepted',
      'rejected',
      'rejected',
    ]);
    expect(results[4]).toMatchObject({ reason: expect.stringContaining('bytesIn') });
    // What was refused may come again, put right.
    expect(await statuses('sum', [requestItem('sum', 'bad')])).toEqual(['accepted']);
    await collector.drain();
    const { lanes, ...after } = collector.status();
    expect(lanes.requests.accepted - before.lanes.requests.accepted).toBe(2);
    expect(lanes.requests.duplicates - before.lanes.requests.duplicates).toBe(1);
    expect(lanes.events.accepted - before.lanes.events.accepted).toBe(1);
    expect(lanes.rejected.accepted - before.lanes.rejected.accepted).toBe(2);
    for (const lane of [...Object.values(lanes), after]) {
      expect(lane.accepted).toBe(lane.stored + lane.rejected + lane.lost + lane.inSpool);
    }
    expect(after).toMatchObject({ inSpool: 0, lost: 0, spool: 'ok', breaker: 'closed' });
  });

  it('is known again by the next process', async () => {
    await collector.close();
    await expect(collector.ingest(tenantId('next'), [businessEvent('next', 'a')])).rejects.toThrow(
      expect.objectContaining({ code: 'spool-write-failed' }),
    );
    collector = await openCollector(options);
    expect(await statuses('once', [requestItem('once', 'a'), requestItem('once', 'd')])).toEqual([
      'duplicate',
      'accepted',
    ]);
    expect(await calls('once')).toBe(4);
    await eventually(() => !readdirSync(options.spoolDirectory).some((file) => file.endsWith('.sealed')));
  });
});

it('stores each confirmed event once though the process is killed and all of them are sent again', async () => {
  await collector.close();
  const place = temporaryDirectory();
  const path = join(place, 'clickhouse');
  const spoolDirectory = join(place, 'spool');
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, path, spoolDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let confirmed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    confirmed = Number(line);
    if (confirmed >= EVENTS_BEFORE_KILL) {
      child.kill('SIGKILL');
    }
  }
  await exited;

  collector = await openCollector({ ...options, store: { kind: 'embedded', path }, spoolDirectory });
  const all = Array.from({ length: confirmed + 1_000 }, (_, i) => businessEvent('shop', String(i)));
  const results = await statuses('shop', all);
  expect(results.slice(0, confirmed).every((status) => status === 'duplicate')).toBe(true);
  await collector.drain();
  await collector.close();
  const store = openStore({ address: { kind: 'embedded', path }, logger: testLogger() });
  const rows = await store.select({
    sql: 'SELECT count() AS events, uniqExact(id) AS distinct FROM {{database}}.events',
    params: {},
    row: countRow,
    label: 'test.intake',
  });
  await store.close();
  expect(rows).toEqual([{ events: all.length, distinct: all.length }]);
  collector = await openCollector(options);
});
