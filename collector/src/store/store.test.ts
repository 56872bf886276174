import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { pendingMigrations, readMigrations } from './migrations.ts';
import { openStore, type Store } from './store.ts';
import { StoreError } from './store-error.ts';

const STORE_SOURCE = fileURLToPath(new URL('./store.ts', import.meta.url));
const path = temporaryDirectory();
let store: Store;
beforeAll(async () => {
  store = openStore({ address: { kind: 'embedded', path }, logger: testLogger() });
  await store.migrate();
});
afterAll(() => store.close());

describe('the store', () => {
  it('migrates once, and again without effect', async () => {
    await store.migrate();
    const applied = await store.select({
      sql: 'SELECT version FROM {{database}}.schema_migrations ORDER BY version',
      params: {},
      row: z.object({ version: z.number() }),
      label: 'test.migrations',
    });
    expect(applied).toEqual([{ version: 1 }, { version: 2 }]);
  });

  it('refuses a migration whose text has changed since it was applied', async () => {
    const migrations = await readMigrations({ database: 'riwayat' });
    expect(pendingMigrations(migrations, [])).toEqual(migrations);
    expect(() => pendingMigrations(migrations, [{ version: 1, checksum: 'other' }])).toThrow(
      expect.objectContaining({ code: 'migration-changed' }),
    );
  });

  it('tells a second process that the directory is in use', () => {
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
  });

  it('tells that a directory cannot be written', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const open = () =>
      openStore({ address: { kind: 'embedded', path: join(file, 'data') }, logger: testLogger() });
    expect(open).toThrow(StoreError);
    expect(open).toThrow(expect.objectContaining({ code: 'store-not-writable' }));
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
      row: z.object({ n: z.string() }),
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
