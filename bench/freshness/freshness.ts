import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { usageSummary } from '../../api/src/usage/schema.ts';
import { messageOf, startChild, stopChild } from '../child.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';
import { SteadyLoad } from './load.ts';
import {
  type Listening,
  quantileOf,
  type ServerUse,
  type TenantAccess,
  type Watched,
  type Watching,
} from './messages.ts';

const TENANTS = 20;
/** Dashboards do not load all at once in life; here one asks again and again. */
const POLL_MS = 50;
const SECONDS_PER_MINUTE = 60;
/** After the last answer nothing may be missing for longer than this. */
const PATIENCE_MS = 10_000;
const RATE: BenchSetting = { name: 'rate', value: 500, meaning: 'requests a second' };
const SOCKETS: BenchSetting = { name: 'sockets', value: 2_000, meaning: 'WebSockets open at the same time' };
const SECONDS: BenchSetting = { name: 'seconds', value: SECONDS_PER_MINUTE / 2, meaning: 'of load' };

const TARGETS = [
  { figure: 'answered to visible in the summary, p99 ms', atMost: 2_000 },
  { figure: 'between two ticks, p99 ms', atMost: 1_100 },
  { figure: 'ticks missed', atLeast: 0, atMost: 0 },
  { figure: 'ticks without a cost', atLeast: 0, atMost: 0 },
  { figure: 'sockets closed', atLeast: 0, atMost: 0 },
];

/**
 * The whole application in one process, engines embedded, under a steady load: how long until the summary shows a
 * request that was answered, and how evenly ticks, each with the cost of the month so far, come on 2,000 sockets meanwhile. Load and summary, sockets and server
 * are three processes.
 */
export const freshness: Benchmark = {
  summary: 'Time until the summary shows a request, and evenness of live ticks on many sockets, under load',
  settings: [RATE, SOCKETS, SECONDS],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const [rate, sockets, seconds] = [setting(RATE), setting(SOCKETS), setting(SECONDS)];
  const server = startChild(new URL('./server.ts', import.meta.url), [String(TENANTS)]);
  try {
    const { url, tenants } = await messageOf<Listening>(server);
    const [watched] = tenants;
    if (watched === undefined) {
      throw new Error('the server has no tenant');
    }
    progress(`  server listens; ${sockets} sockets are being opened`);
    const watchers = startChild(new URL('./watchers.ts', import.meta.url), [
      url,
      String(sockets),
      String(seconds),
      ...tenants.map(({ token }) => token),
    ]);
    await messageOf<Watching>(watchers);
    const idle = await useOf(server);
    progress(`  all open: server ${idle.rssMb.toFixed(0)} MB; ${rate} requests/s for ${seconds} s`);

    const ticks = messageOf<Watched>(watchers);
    const load = new SteadyLoad(
      url,
      tenants.map(({ id }) => id),
    );
    const before = await summaryCalls(url, watched);
    const loaded = load.run(rate, seconds).then(() => performance.now());
    const visible = await visibleAfter(url, watched, before, load, loaded);
    const use = await useOf(server);
    const { intervalP50, intervalP99, intervalMax, delayP99, missed, unpriced, closed, ...took } =
      await ticks;
    return report(
      'freshness',
      {
        'requests/s': load.sent / seconds,
        'requests refused': load.refused,
        'answered to visible in the summary, p50 ms': quantileOf(visible, 0.5),
        'answered to visible in the summary, p99 ms': quantileOf(visible, 0.99),
        sockets,
        'ticks taken': took.ticks,
        'between two ticks, p50 ms': intervalP50,
        'between two ticks, p99 ms': intervalP99,
        'between two ticks, most ms': intervalMax,
        'whole second to arrival, p99 ms': delayP99,
        'ticks missed': missed,
        'ticks without a cost': unpriced,
        'sockets closed': closed,
        'server CPU, cores': use.cpu,
        'server memory, MB': use.rssMb,
      },
      TARGETS,
    );
  } finally {
    await stopChild(server);
  }
}

/**
 * For each request that was answered, how long until the summary counted it. Requests become visible in the order in
 * which they were recorded, so the nth answer is visible when n are counted.
 */
async function visibleAfter(
  url: string,
  tenant: TenantAccess,
  before: number,
  load: SteadyLoad,
  loaded: Promise<number>,
): Promise<Float64Array> {
  const waited: number[] = [];
  let ended = Number.POSITIVE_INFINITY;
  void loaded.then((at) => {
    ended = at;
  });
  while (waited.length < load.answeredAt.length || ended === Number.POSITIVE_INFINITY) {
    await delay(POLL_MS);
    const calls = (await summaryCalls(url, tenant)) - before;
    const now = performance.now();
    for (const at of load.answeredAt.slice(waited.length, calls)) {
      waited.push(Math.max(0, now - at));
    }
    if (now > ended + PATIENCE_MS) {
      throw new Error(`the summary counts ${waited.length} of ${load.answeredAt.length} answered requests`);
    }
  }
  await loaded;
  return Float64Array.from(waited);
}

async function summaryCalls(url: string, { token }: TenantAccess): Promise<number> {
  const answer = await fetch(`${url}/api/v1/tenant/usage/summary`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return usageSummary.parse(await answer.json()).api_calls.total;
}

async function useOf(server: ChildProcess): Promise<ServerUse> {
  server.send('use');
  return messageOf<ServerUse>(server);
}
