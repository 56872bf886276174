import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openCollector } from './collector.ts';
import { openStore } from './store/store.ts';
import { temporaryDirectory, testLogger } from './testing/engine.ts';
import { tenantScope } from './usage/tenant-scope.ts';

const CHILD = fileURLToPath(new URL('./testing/recording-child.ts', import.meta.url));
const KILLS = 2;
const RECORDS_BEFORE_KILL = 6_000;
const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
const idRow = z.object({
  records: z.coerce.number(),
  distinct: z.coerce.number(),
  highest: z.coerce.number(),
});

it('loses nothing that was synced and stores nothing twice when the process is killed', async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const directory = temporaryDirectory();
    const path = join(directory, 'clickhouse');
    const spoolDirectory = join(directory, 'spool');
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, path, spoolDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let synced = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      synced = Number(line);
      if (synced >= RECORDS_BEFORE_KILL * (kill + 1)) {
        child.kill('SIGKILL');
      }
    }
    await exited;

    const logger = testLogger();
    const collector = await openCollector({
      store: { kind: 'embedded', path },
      spoolDirectory,
      instance: 'after',
      logger,
    });
    await collector.drain();
    const difference = await collector.usage.rollupDifference(tenantScope('crash'), RANGE);
    const { calls } = await collector.usage.summary(tenantScope('crash'), RANGE);
    expect(collector.status()).toMatchObject({ inSpool: 0, rejected: 0 });
    await collector.close();

    const store = openStore({ address: { kind: 'embedded', path }, logger });
    const [ids] = await store.select({
      sql: `SELECT count() AS records, uniqExact(request_id) AS distinct, max(request_id) AS highest
            FROM {{database}}.requests`,
      params: {},
      row: idRow,
      label: 'test.crash',
    });
    await store.close();
    expect(calls).toBe(ids?.records);
    expect(ids?.distinct).toBe(ids?.records);
    expect(ids?.records).toBeGreaterThanOrEqual(synced);
    // No gap either: ids were given from 0.
    expect(ids?.highest).toBe((ids?.records ?? 0) - 1);
    expect(
      [...Object.values(difference.minute), ...Object.values(difference.userDay)].every((n) => n === 0),
    ).toBe(true);
  }
});
