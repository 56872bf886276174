import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { REQUEST_COLUMNS } from '../../collector/src/record/line.ts';
import { openStore, type Store } from '../../collector/src/store/store.ts';
import { History } from '../queries/history.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';

const ROWS: BenchSetting = { name: 'scaling-rows', value: 2_000_000, meaning: 'rows inserted and merged' };
/** As the collector seals them. */
const SEGMENT_ROWS = 50_000;
/** What a tenant that pays little traffic, and a machine that has little to do, send at once. */
const SMALL_SEGMENT_ROWS = 5_000;
const SMALL_SEGMENTS = 40;
const TABLES = ['requests', 'usage_hour', 'usage_user_day'] as const;
const LOADING_MS = 300_000;

const bytesRow = z.object({ table: z.string(), bytes: z.coerce.number() });

const noLog = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };

/**
 * What a row costs the engine: CPU to insert it with both rollups, CPU to merge it once more, bytes on disk. The figures
 * that docs/scaling.md reckons with. CPU is that of the whole process, so other load on the machine changes it little.
 */
export const scaling: Benchmark = {
  summary: 'CPU and bytes a row: inserting with both rollups, merging',
  settings: [ROWS],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-'));
  const store = openStore({ address: { kind: 'embedded', path: join(directory, 'store') }, logger: noLog });
  try {
    await store.migrate();
    const history = new History(store, new Date().toISOString().slice(0, 'YYYY-MM-DD'.length));
    await history.extend(setting(ROWS), performance.now() + LOADING_MS, progress);
    const rows = await history.rows();
    const segments = Math.floor(rows / SEGMENT_ROWS);
    progress(`  ${segments} segments of ${SEGMENT_ROWS} rows are written`);
    await orderByTime(store);
    const files = await exportSegments(store, join(directory, 'segment'), segments);
    for (const table of TABLES) {
      await store.change({ sql: `TRUNCATE TABLE {{local:${table}}}`, params: {} });
    }
    await history.settle();

    const inserting = await cpuOf(() => insertAll(store, files, 'whole'));
    const merging = await cpuOf(() => history.settle());
    progress('  inserted; everything is merged once more');
    const onceMore = await cpuOf(() => change(store, 'OPTIMIZE TABLE {{local:requests}} FINAL'));
    for (const table of TABLES) {
      await change(store, `OPTIMIZE TABLE {{local:${table}}} FINAL`);
    }
    const stored = segments * SEGMENT_ROWS;
    const bytes = await bytesOf(store);
    const small = await exportSegments(store, join(directory, 'small'), SMALL_SEGMENTS, SMALL_SEGMENT_ROWS);
    await history.settle();
    const insertingSmall = await cpuOf(() => insertAll(store, small, 'small'));
    return report(
      'scaling',
      {
        rows: stored,
        'CPU µs a row, inserting 50,000 at a time, both rollups': inserting / stored,
        'CPU µs a row, merging what was inserted, until quiet': merging / stored,
        'CPU µs a row, merging all of requests once more': onceMore / stored,
        'CPU µs a row, inserting 5,000 at a time': insertingSmall / (SMALL_SEGMENTS * SMALL_SEGMENT_ROWS),
        'bytes a row, requests': (bytes.get('requests') ?? 0) / stored,
        'bytes a row, usage_hour': (bytes.get('usage_hour') ?? 0) / stored,
        'bytes a row, usage_user_day': (bytes.get('usage_user_day') ?? 0) / stored,
      },
      [],
    );
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Gives each row its place in the order of time, in which a collector would have taken it. */
function orderByTime(store: Store): Promise<void> {
  const values = REQUEST_COLUMNS.map((column) => {
    if (column === 'ts') {
      return 'toUnixTimestamp64Micro(ts) AS ts';
    }
    return column === 'event_key' ? "'' AS event_key" : column;
  });
  return change(
    store,
    `CREATE TABLE {{database}}.by_time ENGINE = MergeTree ORDER BY place AS
     SELECT rowNumberInAllBlocks() AS place, ${values.join(', ')}
     FROM (SELECT * FROM {{database}}.requests ORDER BY requests.ts)`,
  );
}

/** Writes the first rows in order, as files of so many. */
async function exportSegments(
  store: Store,
  prefix: string,
  count: number,
  rows = SEGMENT_ROWS,
): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => `${prefix}-${index}.jsonl`);
  for (const [index, path] of paths.entries()) {
    await change(
      store,
      `INSERT INTO FUNCTION file('${path}', 'JSONCompactEachRow')
       SELECT ${REQUEST_COLUMNS.join(', ')} FROM {{database}}.by_time
       WHERE place >= ${index * rows} AND place < ${(index + 1) * rows} ORDER BY place
       SETTINGS output_format_json_quote_64bit_integers = 0`,
    );
  }
  return paths;
}

async function insertAll(store: Store, paths: readonly string[], token: string): Promise<void> {
  for (const [index, path] of paths.entries()) {
    await store.insertFile({ table: 'requests', columns: REQUEST_COLUMNS, token: `${token}-${index}`, path });
  }
}

/** On disk, with indexes, by table. */
async function bytesOf(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = await store.select({
    sql: `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts
          WHERE active AND database = 'riwayat' GROUP BY table`,
    params: {},
    row: bytesRow,
    label: 'bench.bytes',
  });
  return new Map(rows.map(({ table, bytes }) => [table, bytes]));
}

function change(store: Store, sql: string): Promise<void> {
  return store.change({ sql, params: {} });
}

/** The process's CPU time meanwhile, all threads, microseconds. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
