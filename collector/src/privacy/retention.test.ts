import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { REQUEST_COLUMNS } from '../record/line.ts';
import { type Change, openStore, type Store, type StoreAddress } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { encodedLine, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { Retention } from './retention.ts';

const ROWS = 3;
const monthsRow = z.object({ retention: z.number() });

describeStores('Retention', (address: () => StoreAddress) => {
  let store: Store;
  let retention: Retention;
  const changed: string[] = [];

  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    retention = new Retention({
      store: {
        ownsEngine: store.ownsEngine,
        select: (question) => store.select(question),
        change: (change: Change) => {
          changed.push(/local:(\w+)/.exec(change.sql)?.[1] ?? '');
          return store.change(change);
        },
      },
      drain: async () => undefined,
      lasting: [],
    });
  });
  afterEach(() => changed.splice(0));
  afterAll(() => store.close());

  async function storeRequests(tenant: string): Promise<void> {
    const lines = Array.from({ length: ROWS }, () => encodedLine(record({ tenantId: tenantId(tenant) })));
    await store.insert({
      table: 'requests',
      columns: REQUEST_COLUMNS,
      token: `retention-${tenant}`,
      lines: lines.join(''),
    });
  }

  async function kept(tenant: string): Promise<number[]> {
    const rows = await store.select({
      sql: `SELECT retention FROM {{database}}.requests WHERE tenant_id = {tenant:String}
            UNION ALL SELECT retention FROM {{database}}.usage_hour WHERE tenant_id = {tenant:String}
            UNION ALL SELECT retention FROM {{database}}.usage_user_day WHERE tenant_id = {tenant:String}`,
      params: { tenant },
      row: monthsRow,
      label: 'test.retention',
    });
    return [...new Set(rows.map(({ retention: months }) => months))];
  }

  it('gives a tenant’s rows other months, wherever they are, and nobody else’s', async () => {
    await storeRequests('ours');
    await storeRequests('theirs');
    await retention.apply(tenantScope('ours'), 6);
    expect([await kept('ours'), await kept('theirs')]).toEqual([[6], [13]]);
    if (store.ownsEngine) {
      expect(changed).toEqual(['requests', 'usage_hour', 'usage_user_day']);
    }
  });

  it('changes nothing that is kept so already, where it can see that all is', async () => {
    await storeRequests('same');
    await retention.apply(tenantScope('same'), 13);
    await retention.apply(tenantScope('without rows'), 6);
    expect(changed).toHaveLength(store.ownsEngine ? 0 : 10);
    expect(await kept('same')).toEqual([13]);
  });

  it('is not undone by an earlier change that has yet to reach the rows', async () => {
    await storeRequests('twice');
    await store.change({ sql: 'SYSTEM STOP MERGES {{database}}.requests', params: {} });
    await store.change({
      sql: "ALTER TABLE {{database}}.requests UPDATE retention = 3 WHERE tenant_id = 'twice' SETTINGS mutations_sync = 0",
      params: {},
    });
    const applied = retention.apply(tenantScope('twice'), 13);
    await expect.poll(() => changed).toContain('requests');
    await store.change({ sql: 'SYSTEM START MERGES {{database}}.requests', params: {} });
    await applied;
    expect(await kept('twice')).toEqual([13]);
  });
});
