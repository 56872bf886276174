/*
 * Load over HTTP and through the recorder while the collector is killed and the store misbehaves, at random moments;
 * then an audit of what was acknowledged against what is stored, event by event.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoreAddress } from '../../store/store.ts';
import { type ClickHouseProcess, startClickHouseProcess } from '../clickhouse/server-process.ts';
import { audit, type Balance } from './audit.ts';
import { BatchClient } from './batch-client.ts';
import { Chance } from './chance.ts';
import { exchange } from './exchange.ts';
import { RequestClient } from './request-client.ts';
import { SubjectProcess } from './subject-process.ts';
import { Weather } from './weather.ts';

export interface CrashRunOptions {
  /** A server in a process of its own, which misbehaves; or the engine in the process that is killed. */
  readonly store: StoreAddress['kind'];
  /** How often the collector is killed. */
  readonly kills: number;
  /** Over HTTP. */
  readonly eventsPerSecond: number;
  /** Through the recorder. */
  readonly requestsPerSecond: number;
  /** Decides the order of faults and the time between kills. */
  readonly seed: number;
  /** Told of each kill. */
  readonly progress?: (line: string) => void;
}

export interface CrashRunResult {
  readonly kills: number;
  /** Statements that a fault of the store struck. */
  readonly struck: number;
  readonly batches: Balance;
  readonly requests: Balance;
  /** Rows in `rejected`. */
  readonly refused: number;
  /** Batches that were sent again, and events that the collector knew from before. */
  readonly resent: number;
  readonly duplicates: number;
  /** Requests whose process died before it said that they are on disk. */
  readonly uncertain: number;
  readonly seconds: number;
}

/** Short, so that a crash meets as many inserts as possible. */
const SEGMENT_AGE_MS = 200;
const MIN_LIFE_MS = 150;
const MAX_LIFE_MS = 1_200;
/** How many of the kills come while the collector starts and takes up what the last one left… */
const EARLY_SHARE = 0.2;
/** …about so long after its process was made. */
const EARLY_MS = 700;
/** What was taken at the end is stored by then, or never. */
const DRAIN_MS = 60_000;
const MS = 1_000;
const OK = 200;

/** Runs it on data in a temporary directory, which is removed. Rejects when anything is refused that must not be. */
export async function crashRun(options: CrashRunOptions): Promise<CrashRunResult> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-crash-'));
  const path = join(directory, 'clickhouse');
  const server = options.store === 'server' ? await startClickHouseProcess(path) : undefined;
  const address: StoreAddress =
    server === undefined ? { kind: 'embedded', path } : { kind: 'server', url: server.url };
  const subject = new SubjectProcess(address, join(directory, 'spool'), SEGMENT_AGE_MS);
  try {
    return await run(options, { server, address, subject });
  } finally {
    await subject.kill();
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Stage {
  readonly server: ClickHouseProcess | undefined;
  readonly address: StoreAddress;
  readonly subject: SubjectProcess;
}

async function run(options: CrashRunOptions, { server, address, subject }: Stage): Promise<CrashRunResult> {
  const start = performance.now();
  const { kills, eventsPerSecond, requestsPerSecond, seed, progress } = options;
  const chance = new Chance(seed);
  const weather = server && new Weather(server, new Chance(seed + 1));
  const batches = new BatchClient(() => subject.url, eventsPerSecond);
  const requests = new RequestClient(() => subject.url, requestsPerSecond);
  await subject.start();
  batches.start();
  requests.start();
  weather?.start();
  for (let kill = 1; kill <= kills; kill += 1) {
    await delay(chance.between(MIN_LIFE_MS, MAX_LIFE_MS));
    await subject.kill();
    const started = subject.start();
    if (kill < kills && chance.next() < EARLY_SHARE) {
      kill += 1;
      await Promise.race([started, delay(chance.between(0, EARLY_MS))]);
      await subject.kill();
      await started;
      await subject.start();
    }
    await started;
    progress?.(
      `kill ${kill}/${kills}  ${batches.acknowledged} events acknowledged (${batches.duplicates} known), ` +
        `${requests.sent - requests.unacknowledged.size} requests on disk`,
    );
  }
  await weather?.end();
  await Promise.all([batches.finish(), requests.finish()]);
  await drain(subject);
  const struck = await server?.struck();
  // The embedded engine belongs to one process at a time.
  await subject.kill();
  const found = await audit(address, {
    batched: batches.acknowledged,
    requested: requests.sent,
    uncertain: requests.unacknowledged,
  });
  return {
    ...found,
    kills,
    struck: struck ?? 0,
    resent: batches.resent,
    duplicates: batches.duplicates,
    uncertain: requests.unacknowledged.size,
    seconds: (performance.now() - start) / MS,
  };
}

async function drain(subject: SubjectProcess): Promise<void> {
  const agent = new Agent();
  const { status, body } = await exchange(agent, `${subject.url}/drained`, {
    method: 'POST',
    silenceMs: DRAIN_MS,
  });
  agent.destroy();
  if (status !== OK) {
    throw new Error(`The collector cannot store what it took: ${body}`);
  }
}
