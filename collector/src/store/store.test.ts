import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REQUEST_COLUMNS } from '../record/line.ts';
import { insertsInto } from '../testing/clickhouse/faults.ts';
import { startClickHouse } from '../testing/clickhouse/server.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, record, tenantId } from '../testing/records.ts';
import { UsageQueries } from '../usage/queries.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { pendingMigrations, readMigrations } from './migrations.ts';
import { openStore, type Store } from './store.ts';
import { StoreError } from './store-error.ts';

const STORE_SOURCE = fileURLToPath(new URL('./store.ts', import.meta.url));
const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
const countRow = z.object({ n: z.coerce.number() });

describeStores('the store', (address) => {
  let store: Store;
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
  });
  afterAll(() => store.close());

  it('migrates once, and again without effect', async () => {
    await store.migrate();
    const applied = await store.select({
      sql: 'SELECT version FROM {{database}}.schema_migrations ORDER BY version',
      params: {},
      row: z.object({ version: z.number() }),
      label: 'test.migrations',
    });
    const migrations = await readMigrations({ database: 'riwayat' });
    expect(applied).toEqual(migrations.map(({ version }) => ({ version })));
  });

  it('applies an insert once per token, in raw rows and in both rollups', async () => {
    const lines = Array.from({ length: 300 }, () => encodedLine(record({ tenantId: tenantId('once') }))).join(
      '',
    );
    for (const token of ['once-1', 'once-1', 'once-2', 'once-1']) {
      await store.insert({ table: 'requests', columns: REQUEST_COLUMNS, token, lines });
    }
    const usage = new UsageQueries(store);
    expect(await usage.summary(tenantScope('once'), RANGE)).toMatchObject({ calls: 600 });
    const difference = await usage.rollupDifference(tenantScope('once'), RANGE);
    expect(Object.values({ ...difference.hour, ...difference.userDay }).every((n) => n === 0)).toBe(true);
  });

  it('stores nothing of an insert with a row that cannot be read', async () => {
    const lines = [encodedLine(record({ tenantId: tenantId('atomic') })), '["torn\n'].join('');
    await expect(
      store.insert({ table: 'requests', columns: REQUEST_COLUMNS, token: 'atomic-1', lines }),
    ).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^\d+$/) }));
    const [stored] = await store.select({
      sql: "SELECT count() AS n FROM {{database}}.requests WHERE tenant_id = 'atomic'",
      params: {},
      row: countRow,
      label: 'test.atomic',
    });
    expect(stored).toEqual({ n: 0 });
  });

  it('binds parameters as they are', async () => {
    const name = "it's \\ a\ttab, a\nline, é, {braces:String}";
    const [echo] = await store.select({
      sql: 'SELECT {name:String} AS name, {n:UInt32} AS n',
      params: { name, n: 7 },
      row: z.object({ name: z.string(), n: z.number() }),
      label: 'test.parameters',
    });
    expect(echo).toEqual({ name, n: 7 });
  });

  it('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });

  it('refuses an answer that is not of the promised shape', async () => {
    const wrong = store.select({
      sql: "SELECT 'x' AS n",
      params: {},
      row: z.object({ n: z.number() }),
      label: 'test',
    });
    await expect(wrong).rejects.toThrow(expect.objectContaining({ code: 'unexpected-answer' }));
  });

  it('ends a read that takes too much, and keeps no setting for the next', async () => {
    const tooMany = store.select({
      sql: 'SELECT count() AS n FROM numbers(600000000)',
      params: {},
      row: countRow,
      label: 'test.limit',
    });
    await expect(tooMany).rejects.toThrow(
      expect.objectContaining({ code: 'query-failed', cause: expect.objectContaining({ code: '158' }) }),
    );
    const settings = await store.select({
      sql: "SELECT name FROM system.settings WHERE changed AND name IN ('max_rows_to_read', 'insert_deduplication_token')",
      params: {},
      row: z.object({ name: z.string() }),
      label: 'test.settings',
    });
    // The statement's own limit shows; nothing of the inserts before does.
    expect(settings).toEqual([{ name: 'max_rows_to_read' }]);
  });
});

describe('migrations', () => {
  it('are refused when their text has changed since they were applied', async () => {
    const migrations = await readMigrations({ database: 'riwayat' });
    expect(pendingMigrations(migrations, [])).toEqual(migrations);
    expect(() => pendingMigrations(migrations, [{ version: 1, checksum: 'other' }])).toThrow(
      expect.objectContaining({ code: 'migration-changed' }),
    );
  });
});

describe('an embedded store', () => {
  it('tells a second process that the directory is in use', async () => {
    const path = temporaryDirectory();
    const store = openStore({ address: { kind: 'embedded', path }, logger: testLogger() });
    const script = `
      import { openStore } from ${JSON.stringify(STORE_SOURCE)};
      try { openStore({ address: { kind: 'embedded', path: ${JSON.stringify(path)} }, logger: console }); }
      catch (error) { process.stdout.write(error.code + ' ' + error.message); }
      process.exit(0);`;
    const second = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(second.stdout).toContain('store-in-use');
    expect(second.stdout).toContain(path);
    await store.close();
  });

  it('tells that a directory cannot be written', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const open = () =>
      openStore({ address: { kind: 'embedded', path: join(file, 'data') }, logger: testLogger() });
    expect(open).toThrow(StoreError);
    expect(open).toThrow(expect.objectContaining({ code: 'store-not-writable' }));
  });
});

describe('a store over HTTP', () => {
  it('signs in by its address, and tells what it is refused', async () => {
    const server = await startClickHouse({ path: temporaryDirectory(), users: { riwayat: 'secret' } });
    const address = server.url.replace('://', '://riwayat:secret@');
    const store = openStore({ address: { kind: 'server', url: address }, logger: testLogger() });
    await store.migrate();
    const stranger = openStore({ address: { kind: 'server', url: server.url }, logger: testLogger() });
    await expect(stranger.migrate()).rejects.toThrow(/Authentication failed/);
    await stranger.close();

    const count = () =>
      store.select({
        sql: 'SELECT count() AS n FROM {{database}}.requests',
        params: {},
        row: countRow,
        label: 'test.count',
      });
    const insert = () =>
      store.insert({
        table: 'requests',
        columns: REQUEST_COLUMNS,
        token: 'faults-1',
        lines: encodedLine(record()),
      });
    await server.inflict({ kind: 'reset', during: 'response', statements: insertsInto('requests') });
    await expect(insert()).rejects.toThrow();
    await server.clear();
    await insert();
    expect(await count()).toEqual([{ n: 1 }]);

    await server.inflict({ kind: 'refuse' });
    await expect(count()).rejects.toThrow(expect.objectContaining({ code: 'store-unavailable' }));
    await expect(store.ping()).rejects.toThrow(expect.objectContaining({ code: 'store-unavailable' }));
    await store.close();
    await server.close();
  });
});
