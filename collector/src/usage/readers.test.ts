// Who may read tenants' data: held by looking at the sources, and at what the engine is told.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['collector/src', 'api/src', 'simulator/src'];
const CLIENT = /from '(@clickhouse\/\w+|chdb)/;
const TENANT_TABLES =
  /(FROM|JOIN)\s+(\{\{database\}\}\.|\{\{local:|riwayat\.)(requests|events|rejected|ledger|usage_hour|usage_user_day)\b/;

/** Sources, tests and what tests use left out, that have a text. */
function sourcesWith(pattern: RegExp): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/testing/'))
    .filter((path) => pattern.test(readFileSync(`${ROOT}${path}`, 'utf8')))
    .sort();
}

describe('reads of tenants’ data', () => {
  it('go through the store: nothing else has the client', () => {
    expect(sourcesWith(CLIENT)).toEqual(['collector/src/store/embedded.ts', 'collector/src/store/store.ts']);
  });

  it('are made where a scope is asked for, or for all tenants alike', () => {
    const folders = new Set(sourcesWith(TENANT_TABLES).map((path) => path.replace(/\/[^/]+$/, '')));
    expect([...folders]).toEqual([
      'collector/src/ledger',
      'collector/src/metering',
      'collector/src/privacy',
      'collector/src/rollups',
      'collector/src/usage',
      'collector/src/windows',
    ]);
  });

  describe('tell the engine', () => {
    const store = openStore({
      address: { kind: 'embedded', path: temporaryDirectory() },
      logger: testLogger(),
    });
    afterAll(() => store.close());

    it('their limits and their label', async () => {
      const names = ['max_execution_time', 'max_memory_usage', 'max_rows_to_read', 'log_comment'];
      const [told] = await store.select({
        sql: `SELECT ${names.map((name) => `toString(getSetting('${name}')) AS ${name}`).join(', ')}`,
        params: {},
        row: z.record(z.string(), z.string()),
        label: "usage.it's labelled",
      });
      expect(told?.['log_comment']).toBe("usage.it's labelled");
      for (const limit of names.slice(0, -1)) {
        expect(Number(told?.[limit])).toBeGreaterThan(0);
      }
    });
  });
});
