import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Collector } from '../collector.ts';
import { openCollector } from '../opening.ts';
import { DEFAULT_POLICY } from '../privacy/policy.ts';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';

const ZONE = 'Asia/Jakarta';
const SOME_DAYS_MS = 40 * 86_400_000;
const tick = z.object({ api_calls: z.number(), active_users: z.number(), concurrent_users: z.number() });

let collector: Collector;
beforeAll(async () => {
  const directory = temporaryDirectory();
  collector = await openCollector({
    store: { kind: 'embedded', path: join(directory, 'clickhouse') },
    spoolDirectory: join(directory, 'spool'),
    instance: 'test',
    logger: testLogger(),
    privacy: {
      policyOf: () => ({ ...DEFAULT_POLICY, userIds: 'pseudonymous' }),
      pseudonymKey: randomBytes(32),
    },
  });
});
afterAll(() => collector.close());

it('counts a pseudonymous person once, whether stored before or seen live', async () => {
  const tenant = tenantId('strict');
  const see = (people: readonly string[]): void => {
    for (const userId of people) {
      collector.record(record({ tenantId: tenant, userId }));
    }
  };
  see(['siti', 'budi', 'siti']);
  await collector.drain();

  const ticks: z.infer<typeof tick>[] = [];
  const stop = await collector.live.subscribe({ tenantId: tenant, timezone: ZONE }, undefined, ({ json }) => {
    ticks.push(tick.parse(JSON.parse(json)));
  });
  await eventually(() => ticks.at(-1)?.api_calls === 3);
  see(['budi', 'siti', 'agus']);
  await eventually(() => ticks.at(-1)?.api_calls === 6);
  stop();
  expect(ticks.at(-1)).toEqual({ api_calls: 6, active_users: 3, concurrent_users: 3 });

  await collector.drain();
  const range = { from: new Date(Date.now() - SOME_DAYS_MS), to: new Date(Date.now() + SOME_DAYS_MS) };
  expect(await collector.usage.summary(tenantScope('strict'), range)).toMatchObject({
    calls: 6,
    activeUsers: 3,
  });
  const days = { start: '2020-01-01', end: '2099-12-31' };
  const stored = await collector.usage.users(tenantScope('strict'), days, 10);
  expect(stored.map(({ calls }) => calls)).toEqual([3, 2, 1]);
  expect(stored.filter(({ userId }) => ['siti', 'budi', 'agus'].includes(userId))).toEqual([]);
});
