import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REQUEST_COLUMNS_V1 } from '../record/line.ts';
import { RollupRepair } from '../rollups/repair.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { UsageQueries } from '../usage/queries.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { foundation, type Layout } from './cluster.ts';
import { readMigrations } from './migrations.ts';
import { openStore, type Store } from './store.ts';

const ONE_NODE: Layout = { database: 'riwayat' };
const CLUSTER: Layout = { database: 'riwayat', cluster: 'main' };
const TABLES = [
  'events',
  'imports',
  'ledger',
  'rejected',
  'requests',
  'resource_samples',
  'usage_hour',
  'usage_user_day',
];
const HOUR_MS = 3_600_000;
/** Between two rows: 300 of them are three hours. */
const STEP_MS = 36_000;
const NOW = Date.now();

const RANGE = { from: new Date(NOW - 4 * HOUR_MS), to: new Date(NOW + HOUR_MS) };
const scope = tenantScope('old');
const before = lines('old', 300).map(asFirstVersion);
const NO_DIFFERENCE = {
  hour: { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0, duration: 0 },
  userDay: { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0 },
};

let store: Store;
beforeAll(() => {
  store = openStore({ address: { kind: 'embedded', path: temporaryDirectory() }, logger: testLogger() });
});
afterAll(() => store.close());

describe('migrations', () => {
  it('keep the text of what was released', async () => {
    const [first] = await readMigrations(ONE_NODE);
    expect(first?.checksum).toBe('879d9cd2ca822f339b5d315183ec57c0b694f7f8ac587f96002729f0b49dd9ee');
  });

  it('bring a store of the first version up to date, with every row and every sum', async () => {
    await migrateTo(1);
    await insert('v1', before, REQUEST_COLUMNS_V1);
    const expectedHours = await sumsByHour('usage_minute', 'minute');
    expect(expectedHours.length).toBeGreaterThan(3);
    // All of it ran, and the process ended before that was noted.
    await runStatementsOf(2);
    expect(await sumsByHour('usage_hour', 'hour')).toEqual(expectedHours);
    await store.migrate();
    expect(await sumsByHour('usage_hour', 'hour')).toEqual(expectedHours);
    const usage = new UsageQueries(store);
    const expected = {
      calls: 300,
      errors: 30,
      bytesIn: 3_000,
      bytesOut: 300_000,
      activeUsers: 7,
      concurrentPeak: 7,
    };
    expect(await usage.summary(scope, RANGE)).toMatchObject(expected);
    expect(await usage.rollupDifference(scope, RANGE)).toEqual(NO_DIFFERENCE);
    // What a spool of the first version still holds comes after.
    await insert('v1-late', lines('old', 100).map(asFirstVersion), REQUEST_COLUMNS_V1);
    expect(await usage.summary(scope, RANGE)).toMatchObject({ calls: 400, errors: 40 });
    expect(await usage.rollupDifference(scope, RANGE)).toEqual(NO_DIFFERENCE);
    const rows = await store.select({
      sql: `SELECT DISTINCT outcome, messages, client_network, retention FROM {{database}}.requests WHERE tenant_id = 'old'`,
      params: {},
      row: z.unknown(),
      label: 'test.columns',
    });
    expect(rows).toEqual([{ outcome: 'completed', messages: 0, client_network: '', retention: 13 }]);
  });

  it('leave a repair for what the first version had stored and is sent again', async () => {
    const usage = new UsageQueries(store);
    await insert('v1', before, REQUEST_COLUMNS_V1);
    expect(await usage.rollupDifference(scope, RANGE)).toMatchObject({
      hour: { calls: -300 },
      userDay: { calls: 0 },
    });
    const repair = new RollupRepair({ store, logger: testLogger(), hold: (run) => run() });
    expect((await repair.repair(RANGE)).differences).toEqual([]);
    expect(await usage.summary(scope, RANGE)).toMatchObject({ calls: 400 });
    expect(await usage.rollupDifference(scope, RANGE)).toEqual(NO_DIFFERENCE);
  });

  it('can run twice, each statement of them', async () => {
    const tables = await tableNames();
    expect(tables.filter((name) => !name.endsWith('_feed'))).toEqual([...TABLES, 'schema_migrations'].sort());
    for (const { version } of await readMigrations(ONE_NODE)) {
      await runStatementsOf(version);
    }
    expect(await tableNames()).toEqual(tables);
    expect(await new UsageQueries(store).summary(scope, RANGE)).toMatchObject({ calls: 400 });
  });
});

describe('migrations of a cluster', () => {
  it('are understood by the engine, every statement, and are for every node', async () => {
    for (const sql of await clusterStatements()) {
      expect(sql).not.toContain('{{');
      expect(sql).toContain("ON CLUSTER 'main'");
      await expect(explain(sql), sql).resolves.toBeUndefined();
    }
    await expect(explain("CREATE TABEL x ON CLUSTER 'main'")).rejects.toThrow(/Syntax error/);
  });

  it('make of each table a replicated one and one distributed by tenant', async () => {
    const statements = await clusterStatements();
    const created = (table: string) =>
      statements.find((sql) => sql.startsWith(`CREATE TABLE IF NOT EXISTS ${table} `));
    for (const table of TABLES) {
      const local = created(`riwayat.${table}_local`);
      expect(local).toMatch(
        new RegExp(
          `ENGINE = Replicated\\w*MergeTree\\('/clickhouse/tables/\\{shard\\}/riwayat/${table}', '\\{replica\\}'\\)`,
        ),
      );
      expect(local).toContain(
        'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800',
      );
      expect(local).not.toContain('non_replicated');
      const key = { imports: 'name', resource_samples: 'instance' }[table] ?? 'tenant_id';
      expect(created(`riwayat.${table}`)).toContain(
        `AS riwayat.${table}_local\nENGINE = Distributed('main', 'riwayat', '${table}_local', cityHash64(${key}))`,
      );
    }
    const made = statements.filter((sql) => sql.includes('ENGINE = Distributed'));
    expect(made).toHaveLength([...TABLES, 'usage_minute'].length);
  });

  it('take a table away on both levels', async () => {
    expect((await clusterStatements()).filter((sql) => sql.startsWith('DROP TABLE'))).toEqual([
      "DROP TABLE IF EXISTS riwayat.usage_minute ON CLUSTER 'main'",
      "DROP TABLE IF EXISTS riwayat.usage_minute_local ON CLUSTER 'main'",
    ]);
  });

  it('keep views on the shard, and give a new column to both tables', async () => {
    const statements = await clusterStatements();
    for (const sql of statements.filter((statement) => /CREATE MATERIALIZED VIEW/.test(statement))) {
      expect(sql).toContain('FROM riwayat.requests_local AS requests');
      expect(sql).not.toMatch(/riwayat\.(requests|usage_minute|usage_hour|usage_user_day)\b(?!_)/);
    }
    const outcome = statements.filter((sql) => sql.includes('ADD COLUMN IF NOT EXISTS outcome'));
    expect(outcome.map((sql) => sql.split(' ')[2])).toEqual(['riwayat.requests_local', 'riwayat.requests']);
    const expiry = statements.filter((sql) => sql.includes('MODIFY TTL'));
    expect(expiry.every((sql) => /^ALTER TABLE riwayat\.\w+_local /.test(sql))).toBe(true);
  });

  // What of them one engine can do: all but replication and distribution.
  it('fit together: a row of a shard reaches the rollups of the shard', async () => {
    const layout: Layout = { database: 'shard', cluster: 'main' };
    for (const sql of await clusterStatements(layout)) {
      await store.change({ sql: onOneEngine(sql), params: {} });
    }
    await store.change({
      sql: `INSERT INTO shard.requests_local (ts, tenant_id, day, user_id, status, duration)
            SELECT now64(6), 't', today(), 'u', 200, number FROM numbers(10)`,
      params: {},
    });
    const sums = await store.select({
      sql: `SELECT (SELECT sum(calls) FROM shard.usage_hour_local) AS hour,
              (SELECT sum(calls) FROM shard.usage_user_day_local) AS userDay`,
      params: {},
      row: z.unknown(),
      label: 'test.shard',
    });
    expect(sums).toEqual([{ hour: '10', userDay: '10' }]);
  });
});

async function clusterStatements(layout = CLUSTER): Promise<string[]> {
  const migrations = await readMigrations(layout);
  return [...foundation(layout), ...migrations.flatMap(({ statements }) => statements)];
}

function onOneEngine(sql: string): string {
  return sql
    .replace(" ON CLUSTER 'main'", '')
    .replace(/ENGINE = Replicated(\w+)\('[^']*', '[^']*'\)/, 'ENGINE = $1')
    .replace(/ENGINE = Distributed\(.*\)/, 'ENGINE = Null');
}

function explain(sql: string): Promise<void> {
  return store.change({ sql: `EXPLAIN AST ${sql}`, params: {} });
}

async function migrateTo(version: number): Promise<void> {
  for (const sql of foundation(ONE_NODE)) {
    await store.change({ sql, params: {} });
  }
  for (const migration of await readMigrations(ONE_NODE)) {
    if (migration.version <= version) {
      await runStatementsOf(migration.version);
      const { version: number, name, checksum } = migration;
      await insert(
        `migration-${number}`,
        [`${JSON.stringify([number, name, checksum])}\n`],
        ['version', 'name', 'checksum'],
        'schema_migrations',
      );
    }
  }
}

async function runStatementsOf(version: number): Promise<void> {
  for (const migration of await readMigrations(ONE_NODE)) {
    for (const sql of migration.version === version ? migration.statements : []) {
      await store.change({ sql, params: {} });
    }
  }
}

/** All that a rollup of calls tells, added up by hour. */
function sumsByHour(table: string, time: string): Promise<unknown[]> {
  return store.select({
    sql: `SELECT tenant_id, toUnixTimestamp(toStartOfHour(${time})) AS at, endpoint, method, status_class, sum(sums.calls),
            sum(sums.bytes_in), sum(sums.bytes_out), sum(sums.cpu), sum(sums.memory), sum(sums.duration), sumMap(sums.latency)
          FROM {{database}}.${table} AS sums GROUP BY tenant_id, at, endpoint, method, status_class ORDER BY ALL`,
    params: {},
    row: z.unknown(),
    label: 'test.sums',
  });
}

async function tableNames(): Promise<string[]> {
  const rows = await store.select({
    sql: "SELECT name FROM system.tables WHERE database = 'riwayat' ORDER BY name",
    params: {},
    row: z.object({ name: z.string() }),
    label: 'test.tables',
  });
  return rows.map(({ name }) => name);
}

function insert(
  token: string,
  rows: readonly string[],
  columns: readonly string[],
  table = 'requests',
): Promise<void> {
  return store.insert({ table, columns, token, lines: rows.join('') });
}

function lines(tenant: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    encodedLine(
      record({
        ts: microseconds((NOW - i * STEP_MS) * 1_000),
        tenantId: tenantId(tenant),
        userId: `u${i % 7}`,
        status: i % 10 === 0 ? 500 : 200,
        duration: microseconds(i * 37),
      }),
    ),
  );
}

function asFirstVersion(line: string): string {
  return line.replace(/,"completed",0,"",13,""\]\n$/, ']\n');
}
