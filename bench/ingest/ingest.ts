import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';
import type { Load, LoadResult, ServerStatus } from './messages.ts';

const SUSTAINED_SECONDS: BenchSetting = { name: 'seconds', value: 60, meaning: 'seconds at full rate' };
const WARM_UP_SECONDS = 5;
/** The machine may be busy with something else for some seconds: the quietest of these turns counts. */
const PACED_TURNS = 3;
const PACED_SECONDS = 8;
const PACED_EVENTS_PER_SECOND = 20_000;
/** Kept waiting in the spool, and stored at the next start. */
const BACKLOG_SECONDS = 12;
const SAMPLE_MS = 500;
const POLL_MS = 20;
const MS_PER_SECOND = 1_000;
/** Nobody listens there. */
const NO_STORE = 'http://127.0.0.1:9';

const TARGETS = [
  { figure: 'events/s sustained over HTTP', atLeast: 60_000 },
  { figure: 'rows/s from spool to store', atLeast: 100_000 },
  { figure: 'ack p99 at 20,000 events/s, ms', atMost: 25 },
  { figure: 'accepted less stored', atLeast: 0, atMost: 0 },
  { figure: 'lost', atMost: 0 },
  { figure: 'memory, last third of middle third', atMost: 1.1 },
];

/**
 * NDJSON over HTTP into the embedded engine with both rollups: generator in one process, server, spool and engine in
 * another. Every event has an id of its own, which is looked up among those that came before.
 */
export const ingest: Benchmark = {
  summary: 'Events a second over HTTP into the embedded store, time to the acknowledgement, memory',
  settings: [SUSTAINED_SECONDS],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-ingest-'));
  try {
    const figures = {
      ...(await sustained(join(directory, 'sustained'), setting(SUSTAINED_SECONDS), progress)),
      ...(await paced(join(directory, 'paced'), progress)),
      ...(await drained(join(directory, 'drained'), progress)),
    };
    return report('ingest', figures, TARGETS);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Figures = Record<string, number>;
type Progress = (line: string) => void;

async function sustained(directory: string, seconds: number, progress: Progress): Promise<Figures> {
  const server = await startServer(join(directory, 'spool'), join(directory, 'store'));
  try {
    const full = { url: server.url, connections: 6, eventsPerBatch: 2_000 };
    const warm = await generate({ ...full, seconds: WARM_UP_SECONDS });
    progress(`warm-up: ${Math.round(warm.accepted / warm.seconds)} events/s`);
    const before = await statusOf(server);
    const memory: number[] = [];
    const sampling = setInterval(async () => memory.push((await statusOf(server)).rss), SAMPLE_MS);
    const result = await generate({ ...full, seconds });
    clearInterval(sampling);
    progress(
      `sustained: ${Math.round(result.accepted / result.seconds)} events/s, ack p99 ${result.ackP99.toFixed(1)} ms`,
    );
    const since = performance.now();
    const status = await whenDrained(server);
    const third = Math.floor(memory.length / 3);
    return {
      'events/s sustained over HTTP': result.accepted / result.seconds,
      'ack p99 at full rate, ms': result.ackP99,
      'seconds to drain afterwards': (performance.now() - since) / MS_PER_SECOND,
      'CPU of server and engine, µs an event':
        (status.cpuMicroseconds - before.cpuMicroseconds) / result.accepted,
      'CPU of the generator, µs an event': result.cpuMicroseconds / result.accepted,
      'batches not taken': result.failed + warm.failed,
      'accepted less stored': warm.accepted + result.accepted - status.stored,
      lost: status.lost,
      'memory at most, MB': Math.max(...memory) / 1e6,
      'memory, last third of middle third': mean(memory.slice(-third)) / mean(memory.slice(third, -third)),
    };
  } finally {
    await stop(server.child);
  }
}

async function paced(directory: string, progress: Progress): Promise<Figures> {
  const server = await startServer(join(directory, 'spool'), join(directory, 'store'));
  try {
    const eventsPerBatch = 200;
    const load = {
      url: server.url,
      connections: 8,
      eventsPerBatch,
      batchesPerSecond: PACED_EVENTS_PER_SECOND / eventsPerBatch,
    };
    await generate({ ...load, seconds: WARM_UP_SECONDS });
    const turns: LoadResult[] = [];
    for (let turn = 1; turn <= PACED_TURNS; turn += 1) {
      const result = await generate({ ...load, seconds: PACED_SECONDS });
      turns.push(result);
      progress(
        `paced, ${turn}/${PACED_TURNS}: ${Math.round(result.accepted / result.seconds)} events/s, ack p99 ${result.ackP99.toFixed(1)} ms`,
      );
    }
    const [best] = turns.toSorted((a, b) => a.ackP99 - b.ackP99);
    return {
      'events/s when paced': best === undefined ? Number.NaN : best.accepted / best.seconds,
      'ack p50 at 20,000 events/s, ms': best?.ackP50 ?? Number.NaN,
      'ack p99 at 20,000 events/s, ms': best?.ackP99 ?? Number.NaN,
      'ack p99 in the busiest turn, ms': Math.max(...turns.map(({ ackP99 }) => ackP99)),
    };
  } finally {
    await stop(server.child);
  }
}

/** Fills a spool while no store answers, then times how long the engine takes to store it. */
async function drained(directory: string, progress: Progress): Promise<Figures> {
  const spool = join(directory, 'spool');
  const storeless = await startServer(spool, NO_STORE);
  let accepted: number;
  try {
    ({ accepted } = await generate({
      url: storeless.url,
      connections: 6,
      eventsPerBatch: 2_000,
      seconds: BACKLOG_SECONDS,
    }));
  } finally {
    await stop(storeless.child);
  }
  const since = performance.now();
  const server = await startServer(spool, join(directory, 'store'));
  try {
    const startedAt = performance.now();
    const { stored } = await whenDrained(server);
    const seconds = (performance.now() - startedAt) / MS_PER_SECOND;
    progress(
      `drained: ${stored} rows in ${seconds.toFixed(1)} s, after ${Math.round(startedAt - since)} ms to start`,
    );
    return {
      'rows/s from spool to store': stored / seconds,
      'rows left in the spool and not stored': accepted - stored,
    };
  } finally {
    await stop(server.child);
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startServer(spool: string, store: string): Promise<Server> {
  const child = startScript('./server.ts', [spool, store]);
  const [{ url }] = await once(child, 'message');
  return { child, url };
}

async function statusOf({ child }: Server): Promise<ServerStatus> {
  child.send('status');
  const [status] = await once(child, 'message');
  return status;
}

async function whenDrained(server: Server): Promise<ServerStatus> {
  for (;;) {
    const status = await statusOf(server);
    if (status.inSpool === 0) {
      return status;
    }
    await delay(POLL_MS);
  }
}

async function generate(load: Load): Promise<LoadResult> {
  const child = startScript('./generator.ts', []);
  try {
    child.send(load);
    const [result] = await once(child, 'message');
    return result;
  } finally {
    await stop(child);
  }
}

function startScript(script: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), [...args], {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.connected) {
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
