import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ClickHouseProcess,
  startClickHouseProcess,
} from '../../collector/src/testing/clickhouse/server-process.ts';
import { audit } from '../../collector/src/testing/crash/audit.ts';
import { exchange } from '../../collector/src/testing/crash/exchange.ts';
import { SubjectProcess } from '../../collector/src/testing/crash/subject-process.ts';
import {
  type Benchmark,
  type BenchOptions,
  type BenchSetting,
  median,
  type Report,
  report,
} from '../report.ts';
import { RequestStream, SteadyLoad } from './steady-load.ts';

const MINUTES: BenchSetting = { name: 'minutes', value: 10, meaning: 'how long the store is away' };
const REQUESTS_PER_SECOND = 500;
const WARM_UP_MS = 10_000;
const WINDOW_MS = 2_000;
const MS_PER_MINUTE = 60_000;
/** Longer than the spool may take to drain. */
const PATIENCE_MS = 120_000;
const MS = 1_000;

const TARGETS = [
  { figure: 'p99 while the store hangs, of present', atMost: 1.1 },
  { figure: 'p99 while the store refuses, of present', atMost: 1.1 },
  { figure: 'failed requests', atMost: 0 },
  { figure: 'lost', atMost: 0 },
  { figure: 'stored twice', atMost: 0 },
  { figure: 'off in rollups', atMost: 0 },
  { figure: 'seconds until the spool is drained', atMost: 60 },
];

/**
 * Two applications under the same load at the same time, each with a store of its own. One store goes away, first
 * hanging, then refusing, and comes back; the other stays. In windows of two seconds the latency of the one is divided
 * by that of the other, and the median counts: whatever else the machine does in a window, it does to both.
 */
export const outage: Benchmark = {
  summary: 'the store away under load: latency against an application whose store is there, and nothing lost',
  settings: [MINUTES],
  run: measure,
};

interface Observed {
  readonly store: ClickHouseProcess;
  readonly application: SubjectProcess;
  readonly requests: RequestStream;
}

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-outage-'));
  const started: Observed[] = [];
  try {
    for (const name of ['present', 'away']) {
      started.push(await start(join(directory, name)));
    }
    const [present, away] = started;
    return present === undefined || away === undefined
      ? report('outage', {}, TARGETS)
      : await compare(present, away, { minutes: setting(MINUTES), progress });
  } finally {
    for (const { application, store } of started) {
      await application.kill();
      await store.stop();
    }
    await rm(directory, { recursive: true, force: true });
  }
}

async function start(directory: string): Promise<Observed> {
  const store = await startClickHouseProcess(join(directory, 'clickhouse'));
  const application = new SubjectProcess({ kind: 'server', url: store.url }, join(directory, 'spool'));
  await application.start();
  return { store, application, requests: new RequestStream(application.url) };
}

async function compare(
  present: Observed,
  away: Observed,
  { minutes, progress }: { minutes: number; progress: (line: string) => void },
): Promise<Report> {
  const load = new SteadyLoad([present.requests, away.requests], REQUESTS_PER_SECOND);
  load.start();
  await delay(WARM_UP_MS);
  const halfMs = (minutes * MS_PER_MINUTE) / 2;
  const both = await windows(present, away, Math.min(halfMs, MS_PER_MINUTE));
  progress(`both present: ${describe(both)}`);
  await away.store.inflict({ kind: 'hang' });
  const hanging = await windows(present, away, halfMs);
  progress(`hanging: ${describe(hanging)}`);
  await away.store.inflict({ kind: 'refuse' });
  const refusing = await windows(present, away, halfMs);
  progress(`refusing: ${describe(refusing)}`);

  await away.store.clear();
  const drainedSeconds = await drain(away.application);
  progress(`drained after ${drainedSeconds.toFixed(1)} s, under load`);
  await load.finish();
  await drain(away.application);
  const { requests } = await audit(
    { kind: 'server', url: away.store.url },
    { batched: 0, requested: away.requests.sent, uncertain: new Set() },
  );
  const all = [...hanging, ...refusing];
  return report(
    'outage',
    {
      'minutes away': minutes,
      'requests/s': REQUESTS_PER_SECOND,
      'p99 present, ms': median(all.map((window) => window.present)),
      'p99 away, ms': median(all.map((window) => window.away)),
      'p99 before the store went, of present': ratio(both),
      'p99 while the store hangs, of present': ratio(hanging),
      'p99 while the store refuses, of present': ratio(refusing),
      'failed requests': away.requests.failed,
      'requests while away and after': requests.acknowledged,
      stored: requests.stored,
      lost: requests.lost,
      'stored twice': requests.twice,
      'off in rollups': requests.rollupDifference,
      'seconds until the spool is drained': drainedSeconds,
    },
    TARGETS,
  );
}

/** The 99th percentiles of both in one window, milliseconds. */
interface Window {
  readonly present: number;
  readonly away: number;
}

async function windows(present: Observed, away: Observed, lengthMs: number): Promise<Window[]> {
  const found: Window[] = [];
  present.requests.takeLatencies();
  away.requests.takeLatencies();
  for (let passed = 0; passed < lengthMs; passed += WINDOW_MS) {
    await delay(Math.min(WINDOW_MS, lengthMs - passed));
    found.push({ present: p99(present.requests.takeLatencies()), away: p99(away.requests.takeLatencies()) });
  }
  return found;
}

function p99(latencies: number[]): number {
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
}

function ratio(found: readonly Window[]): number {
  return median(found.map(({ present, away }) => away / present));
}

function describe(found: readonly Window[]): string {
  const one = (value: (window: Window) => number) => median(found.map(value)).toFixed(2);
  return `p99 ${one(({ away }) => away)} ms, of the other ${one(({ present }) => present)} ms: ${ratio(found).toFixed(3)}`;
}

/** Seconds until all that was taken before is stored. */
async function drain(application: SubjectProcess): Promise<number> {
  const agent = new Agent();
  const start = performance.now();
  const { status, body } = await exchange(agent, `${application.url}/drained`, {
    method: 'POST',
    silenceMs: PATIENCE_MS,
  });
  agent.destroy();
  if (status !== 200) {
    throw new Error(`The spool cannot be drained: ${body}`);
  }
  return (performance.now() - start) / MS;
}
