import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dayDifferences, hourDifferences } from '../ledger/differences.ts';
import { hourRange } from '../ledger/hours.ts';
import { LINE_FORMATS } from '../record/lanes.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { feedOf } from './feed.ts';
import { type Repair, RollupRepair } from './repair.ts';

const KEYS = {
  usage_hour: 'tenant_id, hour, endpoint, method, status_class',
  usage_user_day: 'tenant_id, day, user_id, user_role',
};
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const NOW = Date.now();
const RANGE = { from: new Date(NOW - 4 * HOUR_MS), to: new Date(NOW + HOUR_MS) };

let store: Store;
/** What another process does between two steps of a rebuild. */
let meanwhile: () => Promise<void> = async () => undefined;
let repairer: RollupRepair;
beforeAll(async () => {
  store = openStore({ address: { kind: 'embedded', path: temporaryDirectory() }, logger: testLogger() });
  await store.migrate();
  repairer = new RollupRepair({
    store: {
      select: (select) => store.select(select),
      change: async (one) => {
        await store.change(one);
        await meanwhile();
      },
    },
    logger: testLogger(),
    hold: (run) => run(),
  });
  await insert('a', [...records('t1', 200), ...records('t2', 100)]);
});
afterAll(() => store.close());

describe('a repair of the rollups', () => {
  it('has nothing to do where they agree, and leaves them as they are', async () => {
    const before = await rollups();
    expect(await differences()).toEqual([]);
    expect(await repair()).toMatchObject({ repeated: 0, differences: [] });
    expect(await rollups()).toEqual(before);
    expect(await differences()).toEqual([]);
  });

  it('heals what was damaged by hand: missing, doubled and changed rows', async () => {
    const before = await rollups();
    await change(
      "ALTER TABLE {{local:usage_hour}} DELETE WHERE tenant_id = 't1' AND status_class = 5 SETTINGS mutations_sync = 2",
    );
    await change(
      "INSERT INTO {{database}}.usage_hour SETTINGS insert_deduplicate = 0 SELECT * FROM {{database}}.usage_hour WHERE tenant_id = 't2'",
    );
    await change(
      "ALTER TABLE {{local:usage_user_day}} UPDATE bytes_in = bytes_in + 1 WHERE tenant_id = 't1' AND user_id = 'u3' SETTINGS mutations_sync = 2",
    );
    await change(
      "ALTER TABLE {{local:usage_user_day}} DELETE WHERE tenant_id = 't2' SETTINGS mutations_sync = 2",
    );
    expect(new Set((await differences()).map(({ of, tenantId: tenant }) => `${of} ${tenant}`))).toEqual(
      new Set(['usage_hour t1', 'usage_hour t2', 'usage_user_day t1', 'usage_user_day t2']),
    );
    expect((await repair()).differences).toEqual([]);
    expect(await differences()).toEqual([]);
    expect(await rollups()).toEqual(before);
  });

  it('keeps to one tenant when told so', async () => {
    await change('DELETE FROM {{local:usage_hour}} WHERE 1 SETTINGS lightweight_deletes_sync = 2');
    expect((await repairer.repair(RANGE, tenantScope('t1'))).differences).toEqual([]);
    expect(new Set((await differences()).map(({ tenantId: tenant }) => tenant))).toEqual(new Set(['t2']));
    await repair();
    expect(await differences()).toEqual([]);
  });

  it('makes a day again into which another process stored between its steps', async () => {
    let steps = 0;
    meanwhile = async () => {
      steps += 1;
      if (steps <= 3) {
        await insert(`meanwhile-${steps}`, records('t1', 10));
      }
    };
    const { repeated, differences: left } = await repair();
    meanwhile = async () => undefined;
    expect(repeated).toBeGreaterThan(0);
    expect(left).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it('says so when another process never lets it come to an end', async () => {
    let steps = 0;
    meanwhile = async () => {
      steps += 1;
      await insert(`always-${steps}`, records('t1', 1));
    };
    const { differences: left } = await repairer.repair({ from: new Date(NOW), to: new Date(NOW) });
    meanwhile = async () => undefined;
    expect(left.length).toBeGreaterThan(0);
    await repair();
    expect(await differences()).toEqual([]);
  });

  it('uses the text of the views, and names every column of the rollups', async () => {
    for (const rollup of ['usage_hour', 'usage_user_day'] as const) {
      const columns = await store.select({
        sql: "SELECT name FROM system.columns WHERE database = 'riwayat' AND table = {rollup:String}",
        params: { rollup },
        row: z.object({ name: z.string() }),
        label: 'test.columns',
      });
      expect([...(await feedOf(rollup)).columns].sort()).toEqual(columns.map(({ name }) => name).sort());
    }
  });
});

function repair(): Promise<Repair> {
  return repairer.repair(RANGE);
}

async function differences(): Promise<{ of: string; tenantId: string }[]> {
  const hours = hourRange(RANGE);
  // Days are the tenant's own, which may have begun when the day in UTC has not.
  const [start, end] = [RANGE.from.getTime() - DAY_MS, RANGE.to.getTime() + DAY_MS].map((ms) =>
    new Date(ms).toISOString().slice(0, 10),
  );
  return [
    ...(await hourDifferences(store, hours)),
    ...(await dayDifferences(store, { start: start ?? '', end: end ?? '' })),
  ];
}

/** All that the rollups say, merged; sets have no order. */
async function rollups(): Promise<unknown[]> {
  const read = (table: keyof typeof KEYS) =>
    store.select({
      sql: `SELECT * FROM {{database}}.${table} FINAL ORDER BY ${KEYS[table]}`,
      params: {},
      row: z.record(z.string(), z.unknown()),
      label: 'test.rollup',
    });
  const rows = [...(await read('usage_hour')), ...(await read('usage_user_day'))];
  return rows.map((row) => ({ ...row, windows: Array.isArray(row['windows']) ? row['windows'].sort() : [] }));
}

function change(sql: string): Promise<void> {
  return store.change({ sql, params: {} });
}

async function insert(token: string, some: readonly RequestRecord[]): Promise<void> {
  await store.insert({ ...LINE_FORMATS.requests, token, lines: some.map(encodedLine).join('') });
}

function records(tenant: string, count: number): RequestRecord[] {
  return Array.from({ length: count }, (_, index) =>
    record({
      ts: microseconds((NOW - index * MINUTE_MS) * 1_000),
      tenantId: tenantId(tenant),
      userId: `u${index % 7}`,
      status: index % 10 === 0 ? 500 : 200,
      duration: microseconds(index * 37),
    }),
  );
}
