/*
 * Simulated runs in ClickHouse, beside what is observed and apart from it.
 *
 * What always holds: rows go to the database `simulation` only, whose tables no bill reads; a run is there when its row
 * in `runs` is, which is written last; a chunk of rows is there once, however often a run is recorded, because its token
 * is made of the run and the chunk's number, and a run's id is made of its content.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { encodeLine, encodeSample, REQUEST_COLUMNS, SAMPLE_COLUMNS } from '../record/line.ts';
import type { Microseconds, RequestRecord } from '../record/request-record.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import { insertSettings, type Layout } from '../store/cluster.ts';
import { runMigrations } from '../store/migrations.ts';
import { openStore, type Store, type StoreAddress } from '../store/store.ts';

const DATABASE = 'simulation';
/** Of its own tables; beside `src` and `dist` alike. */
const MIGRATIONS = new URL('../../migrations-simulation/', import.meta.url);
/** Rows of one insert. */
const CHUNK_ROWS = 20_000;
const RUN_ID_LENGTH = 16;
/** Nobody is erased from a simulation; the column is there because the observed one is. */
const MONTHS_KEPT = 0;

/** Memory that the parts of a simulated system had. */
export interface MemorySample {
  /** Epoch microseconds, UTC. */
  readonly ts: Microseconds;
  /** Bytes by name of the part. */
  readonly parts: Readonly<Record<string, number>>;
}

/** One replication of a scenario. */
export interface SimulatedRun {
  readonly scenario: string;
  readonly seed: number;
  readonly replication: number;
  /** First midnight, epoch microseconds. */
  readonly begins: Microseconds;
  readonly requests: Iterable<RequestRecord>;
  readonly resources: Iterable<ResourceSample>;
  readonly memory: Iterable<MemorySample>;
}

/** What became of a run. */
export interface Recorded {
  readonly runId: string;
  /** False when the same run was there before. */
  readonly isNew: boolean;
  readonly requests: number;
  readonly samples: number;
}

const knownRun = z.object({ run_id: z.string() });

/**
 * Opens the database of simulated runs, with migrations.
 *
 * @throws {StoreError} when an embedded store's directory is in use or not writable, or the tables were made by other
 *   files; ClickHouse's own error when a server does not answer
 */
export async function openSimulationStore(options: {
  readonly address: StoreAddress;
  readonly logger: Logger;
}): Promise<SimulationStore> {
  const { address, logger } = options;
  const cluster = address.kind === 'server' ? address.cluster : undefined;
  const layout = { database: DATABASE, ...(cluster && { cluster }) };
  const store = openStore(options);
  try {
    await runMigrations(store, { layout, folder: MIGRATIONS, logger });
    return new SimulationStore(store, layout);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Open tables of simulated runs. Made by {@link openSimulationStore}. */
export class SimulationStore {
  readonly #store: Store;
  readonly #layout: Layout;

  constructor(store: Store, layout: Layout) {
    this.#store = store;
    this.#layout = layout;
  }

  /**
   * Stores a run, or finds that the same one is stored. When it fails in between it can be done again.
   *
   * @throws {RecordError} for a number that no record may have; ClickHouse's own error
   */
  async record(run: SimulatedRun): Promise<Recorded> {
    // All of it is encoded first: the id follows from it, so that another model's run is never taken for this one.
    const lanes = [
      lane('requests', REQUEST_COLUMNS, requestLines(run.requests)),
      lane('resource_samples', SAMPLE_COLUMNS, sampleLines(run.resources)),
      lane('memory_samples', ['ts', 'parts'], memoryLines(run.memory)),
    ];
    const runId = runIdOf(run, lanes);
    const [requests = 0, resources = 0, memory = 0] = lanes.map(({ lines }) => lines.length);
    const recorded = { runId, requests, samples: resources + memory };
    if (await this.#isRecorded(runId)) {
      return { ...recorded, isNew: false };
    }
    for (const { table, columns, lines } of lanes) {
      for (let first = 0; first < lines.length; first += CHUNK_ROWS) {
        const chunk = lines.slice(first, first + CHUNK_ROWS).map((line) => `["${runId}",${line.slice(1)}`);
        await this.#insert(table, ['run_id', ...columns], `${runId}-${table}-${first}`, chunk.join(''));
      }
    }
    const { scenario, seed, replication, begins } = run;
    await this.#insert(
      'runs',
      ['run_id', 'scenario', 'seed', 'replication', 'begins', 'requests', 'samples'],
      `${runId}-runs`,
      `${JSON.stringify([runId, scenario, seed, replication, begins, requests, recorded.samples])}\n`,
    );
    return { ...recorded, isNew: true };
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #isRecorded(runId: string): Promise<boolean> {
    const runs = await this.#store.select({
      sql: `SELECT run_id FROM ${DATABASE}.runs WHERE run_id = {run:String}`,
      params: { run: runId },
      row: knownRun,
      label: 'simulation.run',
    });
    return runs.length > 0;
  }

  async #insert(table: string, columns: readonly string[], token: string, lines: string): Promise<void> {
    await this.#store.change({
      sql:
        `INSERT INTO ${DATABASE}.${table} (${columns.join(', ')}) SETTINGS async_insert = 0` +
        `, input_format_parallel_parsing = 0, insert_deduplicate = 1, insert_deduplication_token = '${token}'` +
        `, deduplicate_blocks_in_dependent_materialized_views = 1${insertSettings(this.#layout)}` +
        ` FORMAT JSONCompactEachRow\n${lines}`,
      params: {},
    });
  }
}

interface EncodedLane {
  readonly table: string;
  readonly columns: readonly string[];
  readonly lines: readonly string[];
}

function lane(table: string, columns: readonly string[], lines: readonly string[]): EncodedLane {
  return { table, columns, lines };
}

function runIdOf({ scenario, seed, replication }: SimulatedRun, lanes: readonly EncodedLane[]): string {
  const hash = createHash('sha256').update(JSON.stringify([scenario, seed, replication]));
  for (const line of lanes.flatMap(({ lines }) => lines)) {
    hash.update(line);
  }
  return hash.digest('hex').slice(0, RUN_ID_LENGTH);
}

function requestLines(requests: Iterable<RequestRecord>): string[] {
  return Array.from(requests, (record) => {
    const { userId, sessionId } = record;
    return `${encodeLine(record, { userId, sessionId, clientNetwork: '', retention: MONTHS_KEPT })}`;
  });
}

function sampleLines(samples: Iterable<ResourceSample>): string[] {
  return Array.from(samples, encodeSample);
}

function memoryLines(samples: Iterable<MemorySample>): string[] {
  return Array.from(samples, ({ ts, parts }) => {
    const whole = Object.entries(parts).map(([part, bytes]) => [part, Math.round(bytes)]);
    return `${JSON.stringify([ts, Object.fromEntries(whole)])}\n`;
  });
}
