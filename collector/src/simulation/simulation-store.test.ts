import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requestId } from '../record/request-id.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { microseconds, record, tenantId } from '../testing/records.ts';
import { openSimulationStore, type SimulatedRun, type SimulationStore } from './simulation-store.ts';

const ROWS = 25_000;
/** 1 September 2025, 00:00 in Jakarta: longer ago than what is observed is kept. */
const BEGINS = microseconds(Date.parse('2025-08-31T17:00:00Z') * 1000);
const count = z.object({ n: z.coerce.number() });

const sample: ResourceSample = {
  ts: BEGINS,
  instance: 'simulated',
  cpu: 0.25,
  hostCpu: 0.25,
  rss: 3_100_000_000,
  heapUsed: 0,
  heapTotal: 0,
  external: 0,
  memoryLimit: 4_000_000_000,
  hostMemoryUsed: 3_100_000_000,
  hostMemoryTotal: 4_000_000_000,
  eventLoopLagP99: microseconds(0),
  eventLoopLagMax: microseconds(0),
  openSockets: 0,
  databaseConnections: 31,
  databaseWaiting: 0,
  queueDepth: 15,
  cacheHits: 0,
  cacheMisses: 0,
  diskFree: 1,
  diskTotal: 2,
  databaseBusy: 4,
  databasePool: 10,
  ended: false,
  spoolBytes: 0,
};

function run(changes: Partial<SimulatedRun> = {}): SimulatedRun {
  return {
    scenario: 'it\'s a \\ "{{database}}" {x:String} scenario',
    seed: 7,
    replication: 0,
    begins: BEGINS,
    requests: Array.from({ length: ROWS }, (_, index) =>
      record({
        ts: microseconds(BEGINS + index * 1_000_000),
        requestId: requestId(BigInt(index)),
        tenantId: tenantId('simulated'),
        day: '2025-09-01',
        status: index % 100 === 0 ? 500 : 200,
      }),
    ),
    resources: [sample],
    memory: [{ ts: BEGINS, parts: { application: 1_100_000_000.4, 'file-buffers': 0 } }],
    ...changes,
  };
}

describeStores('a simulated run', (address) => {
  let simulation: SimulationStore;
  let store: Store;
  beforeAll(async () => {
    simulation = await openSimulationStore({ address: address(), logger: testLogger() });
    store = openStore({ address: address(), logger: testLogger() });
  });
  afterAll(async () => {
    await simulation.close();
    await store.close();
  });

  const numberOf = async (what: string, runId: string): Promise<number> => {
    const [row] = await store.select({
      sql: `SELECT ${what} AS n FROM simulation.requests WHERE run_id = {run:String}`,
      params: { run: runId },
      row: count,
      label: 'test.count',
    });
    return row?.n ?? 0;
  };

  it('is stored once, with its rollup and its samples, however often it is recorded', async () => {
    const first = await simulation.record(run());
    expect(first).toMatchObject({ isNew: true, requests: ROWS, samples: 2 });
    expect(await simulation.record(run())).toEqual({ ...first, isNew: false });
    expect(await numberOf('count()', first.runId)).toBe(ROWS);
    const rows = await store.select({
      sql: `SELECT
          (SELECT sum(calls) FROM simulation.usage_hour WHERE run_id = {run:String}) AS calls,
          (SELECT sum(calls) FROM simulation.usage_hour WHERE run_id = {run:String} AND status_class = 5) AS errors,
          (SELECT max(parts['application']) FROM simulation.memory_samples WHERE run_id = {run:String}) AS bytes,
          (SELECT max(database_connections) FROM simulation.resource_samples WHERE run_id = {run:String}) AS connections,
          (SELECT count() FROM simulation.runs WHERE run_id = {run:String}) AS runs`,
      params: { run: first.runId },
      row: z.record(z.string(), z.coerce.number()),
      label: 'test.rows',
    });
    expect(rows).toEqual([
      { calls: ROWS, errors: ROWS / 100, bytes: 1_100_000_000, connections: 31, runs: 1 },
    ]);
  });

  it('goes on where it was cut off, adding nothing twice', async () => {
    const cut = run({ seed: 8 });
    const complete = await simulation.record(cut);
    // As if the process had ended before the last insert.
    await store.change({
      sql: 'ALTER TABLE simulation.runs DELETE WHERE run_id = {run:String} SETTINGS mutations_sync = 2',
      params: { run: complete.runId },
    });
    expect(await simulation.record(cut)).toEqual(complete);
    expect(await numberOf('count()', complete.runId)).toBe(ROWS);
    expect(await numberOf('uniqExact(request_id)', complete.runId)).toBe(ROWS);
  });

  it('is another run when anything in it is another', async () => {
    const one = await simulation.record(run({ seed: 9 }));
    const other = await simulation.record(run({ seed: 9, resources: [{ ...sample, cpu: 0.26 }] }));
    expect(other.isNew).toBe(true);
    expect(other.runId).not.toBe(one.runId);
  });

  it('leaves nothing in the database that bills are made from', async () => {
    const tables = await store.select({
      sql: "SELECT count() AS n FROM system.tables WHERE database = 'riwayat'",
      params: {},
      row: count,
      label: 'test.tables',
    });
    expect(tables).toEqual([{ n: 0 }]);
    const ttl = await store.select({
      sql: "SELECT count() AS n FROM system.tables WHERE database = 'simulation' AND positionCaseInsensitive(create_table_query, ' TTL ') > 0",
      params: {},
      row: count,
      label: 'test.ttl',
    });
    expect(ttl).toEqual([{ n: 0 }]);
  });
});
