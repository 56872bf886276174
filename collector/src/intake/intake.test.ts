import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openCollector } from '../collector.ts';
import type { TenantPolicy } from '../privacy/policy.ts';
import { openStore } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';

const DISCREET: TenantPolicy = { userIds: 'pseudonymous', addresses: 'truncated', retentionMonths: 3 };
const OPEN: TenantPolicy = { userIds: 'plain', addresses: 'dropped', retentionMonths: 24 };
const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };

const storedRow = z.object({
  tenant_id: z.string(),
  user_id: z.string(),
  session_id: z.string(),
  client_network: z.string(),
  retention: z.number(),
});

it('stores of a person what the tenant lets be stored, and counts the same people live and stored', async () => {
  const path = temporaryDirectory();
  const collector = await openCollector({
    store: { kind: 'embedded', path },
    spoolDirectory: join(path, 'spool'),
    instance: 'test',
    logger: testLogger(),
    privacy: {
      policyOf: (tenant) => (tenant === 'discreet' ? DISCREET : OPEN),
      pseudonymKey: Buffer.alloc(32, 3),
    },
  });
  const active: number[] = [];
  const stop = await collector.live.subscribe(
    { tenantId: tenantId('discreet'), timezone: 'UTC' },
    undefined,
    ({ json }) => active.push(z.object({ active_users: z.number() }).parse(JSON.parse(json)).active_users),
  );
  const siti = { userId: 'siti', sessionId: 'morning', clientAddress: '203.0.113.77' };
  collector.record(record({ ...siti, tenantId: tenantId('discreet') }));
  await collector.drain();
  // After the totals are read from the store: what comes now must be known as the same person.
  await expect.poll(() => active.at(-1), { timeout: 5_000 }).toBe(1);
  collector.record(record({ ...siti, tenantId: tenantId('discreet') }));
  collector.record(record({ ...siti, tenantId: tenantId('open') }));
  const before = active.length;
  await expect.poll(() => active.length, { timeout: 5_000 }).toBeGreaterThan(before + 1);
  expect(active.at(-1)).toBe(1);
  stop();
  await collector.drain();
  const { activeUsers } = await collector.usage.summary(tenantScope('discreet'), RANGE);
  expect(activeUsers).toBe(1);
  await collector.close();

  const store = openStore({ address: { kind: 'embedded', path }, logger: testLogger() });
  const rows = await store.select({
    sql: `SELECT DISTINCT tenant_id, user_id, session_id, client_network, retention
          FROM {{database}}.requests ORDER BY tenant_id`,
    params: {},
    row: storedRow,
    label: 'test.intake',
  });
  await store.close();
  expect(rows).toEqual([
    {
      tenant_id: 'discreet',
      user_id: expect.stringMatching(/^[\w-]{22}$/),
      session_id: expect.stringMatching(/^[\w-]{22}$/),
      client_network: '203.0.113.0/24',
      retention: 3,
    },
    { tenant_id: 'open', user_id: 'siti', session_id: 'morning', client_network: '', retention: 24 },
  ]);
});
