import type { ChildProcess } from 'node:child_process';
import type { DatabaseWork } from '../../api/src/testing/database-work.ts';
import { redisServerPath, startTestRedis } from '../../api/src/testing/redis.ts';
import { messageOf, startChild, stopChild } from '../child.ts';
import {
  type Benchmark,
  type BenchOptions,
  type BenchSetting,
  type Report,
  report,
  type Target,
} from '../report.ts';
import { PageLoad } from './load.ts';
import type { Listening } from './messages.ts';

const TENANTS = 10;
const RATE: BenchSetting = { name: 'page-rate', value: 500, meaning: 'visits a second' };
const SECONDS: BenchSetting = { name: 'page-seconds', value: 20, meaning: 'of load for each kind of cache' };
/** Code is compiled and connections are opened before anything is measured. */
const WARM_UP_SECONDS = 3;
const SLOWEST_CACHED_MS = 10;
const LEAST_FALL = 0.8;

/** What visits of pages cost without a cache, with one in the process, and with one in Redis. */
export const pages: Benchmark = {
  summary: 'Time to a cached page, and how many queries the page cache spares the database',
  settings: [RATE, SECONDS],
  run: measure,
};

interface Measured {
  readonly load: PageLoad;
  readonly transactions: number;
  readonly pageReads: number;
}

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const [rate, seconds] = [setting(RATE), setting(SECONDS)];
  const visits = Math.round(rate * seconds);
  progress(`  ${rate} visits/s for ${seconds} s, one page published anew each second`);
  const off = await measured(['PAGE_CACHE=off'], rate, seconds);
  const figures: Record<string, number> = {
    'visits of each': visits,
    'cache off, p50 ms': quantileOf(off.load.others, 0.5),
    'cache off, p99 ms': quantileOf(off.load.others, 0.99),
    'cache off, transactions a visit': off.transactions / visits,
  };
  const targets: Target[] = [];
  const compare = (name: string, { load, transactions, pageReads }: Measured): void => {
    Object.assign(figures, {
      [`${name}, hits of visits`]: load.hits.length / visits,
      [`${name}, cached answer p50 ms`]: quantileOf(load.hits, 0.5),
      [`${name}, cached answer p99 ms`]: quantileOf(load.hits, 0.99),
      [`${name}, any answer p99 ms`]: quantileOf([...load.hits, ...load.others], 0.99),
      [`${name}, sent late p99 ms`]: quantileOf(load.late, 0.99),
      [`${name}, transactions a visit`]: transactions / visits,
      [`${name}, fall in transactions`]: 1 - transactions / off.transactions,
      [`${name}, fall in reads of pages`]: 1 - pageReads / off.pageReads,
    });
    targets.push(
      { figure: `${name}, cached answer p99 ms`, atMost: SLOWEST_CACHED_MS },
      { figure: `${name}, fall in transactions`, atLeast: LEAST_FALL },
      { figure: `${name}, fall in reads of pages`, atLeast: LEAST_FALL },
    );
    figures['visits failed'] = (figures['visits failed'] ?? off.load.failed) + load.failed;
  };
  progress('  cache off: done; in the process…');
  compare('in process', await measured([], rate, seconds));
  if (redisServerPath === undefined) {
    progress('  no redis-server on the PATH: not measured through Redis');
  } else {
    progress('  in the process: done; through Redis…');
    const redis = await startTestRedis();
    try {
      compare('through Redis', await measured([`REDIS_URL=${redis.url}`], rate, seconds));
    } finally {
      await redis.kill();
    }
  }
  targets.push({ figure: 'visits failed', atMost: 0 });
  return report('pages', figures, targets);
}

async function measured(environment: string[], rate: number, seconds: number): Promise<Measured> {
  const server = startChild(new URL('./server.ts', import.meta.url), [String(TENANTS), ...environment]);
  try {
    const listening = await messageOf<Listening>(server);
    await new PageLoad(listening).run(rate, WARM_UP_SECONDS);
    const before = await work(server);
    const load = new PageLoad(listening);
    await load.run(rate, seconds);
    const after = await work(server);
    return {
      load,
      transactions: after.transactions - before.transactions,
      pageReads: after.pageReads - before.pageReads,
    };
  } finally {
    await stopChild(server);
  }
}

function work(server: ChildProcess): Promise<DatabaseWork> {
  const told = messageOf<DatabaseWork>(server);
  server.send('work');
  return told;
}

function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
