import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../collector/src/store/store.ts';
import { UsageQueries } from '../../collector/src/usage/queries.ts';
import {
  type Benchmark,
  type BenchOptions,
  type BenchSetting,
  median,
  type Report,
  report,
} from '../report.ts';
import { type ColumnBytes, History } from './history.ts';
import { longestQuestions, type Question, questions } from './questions.ts';

const SMALL_ROWS = 10_000_000;
/** Ten times the past. */
const ROWS: BenchSetting = { name: 'rows', value: 100_000_000, meaning: 'rows stored in the end' };
/** What does not fit in ten minutes of loading is left out. */
const LOADING_MS = 600_000;
/** Rounds over all questions, so that what else the machine does falls on all alike. */
const ROUNDS = 24;
const PERCENTILE = 0.95;
const MICROSECONDS_PER_MS = 1_000;
/** Below this an answer takes what any query takes, and a ratio of two such times is noise. */
const FLOOR_MS = 10;
/** A month of this many days, and the month before it, are the least history that all questions need. */
const LAST_DAY_OF_MONTH = 28;
/** Shares of sessions with trace ids, in the workload. */
const TRACED_SHARE = 0.1;
const SMALLEST_FIGURE_BYTES = 0.005;

const TARGETS = [
  { figure: 'small store, slowest question, p95 ms', atMost: 50 },
  { figure: 'large store, p95 of the small one, worst question', atMost: 2 },
  { figure: 'bytes a row', atMost: 45 },
];

const noLog = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };

/**
 * How long a tenant waits for each answer, with 10 million rows stored and with ten times the past, and what a row takes
 * on disk. The mix of rows is described in workload.ts.
 */
export const queries: Benchmark = {
  summary: 'Time of every usage question at 10M rows and at more, and bytes a row',
  settings: [ROWS],
  run: measure,
};

/** What a question took, in milliseconds. */
interface Took {
  /** Of the clock, at the 95th percentile. */
  readonly p95: number;
  /** Of CPU time, engine included, at the median: what another process on the machine changes least. */
  readonly cpu: number;
}

type Times = ReadonlyMap<string, Took>;

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const rows = setting(ROWS);
  const path = await mkdtemp(join(tmpdir(), 'riwayat-bench-'));
  const store = openStore({ address: { kind: 'embedded', path }, logger: noLog });
  try {
    await store.migrate();
    const history = new History(store, lastDay(new Date()));
    const usage = new UsageQueries(store);
    const asked = questions(usage, history.lastDay);
    const until = performance.now() + LOADING_MS;

    await history.extend(Math.min(rows, SMALL_ROWS), until, progress);
    await history.settle();
    const small = await times(asked, progress);
    const figures: Record<string, number> = {
      'small store, rows': await history.rows(),
      ...slowest('small store', small),
    };
    if (rows > SMALL_ROWS) {
      await history.extend(rows, until, progress);
      await history.settle();
      const large = await times(asked, progress);
      Object.assign(
        figures,
        { 'large store, rows': await history.rows() },
        slowest('large store', large),
        ratios(small, large, progress),
        slowest('large store, 13 months', await times(longestQuestions(usage, history.lastDay), progress)),
      );
    }
    Object.assign(figures, sizes(await history.bytes(), await history.rows()));
    const targets = rows > SMALL_ROWS ? TARGETS : TARGETS.filter(({ figure }) => !figure.startsWith('large'));
    return report('queries', figures, targets);
  } finally {
    await store.close();
    await rm(path, { recursive: true, force: true });
  }
}

/** The latest 28th of a month that is over: "today" always has a whole month before it and most of its own. */
function lastDay(now: Date): string {
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0)).toISOString().slice(0, 7);
  return `${month}-${LAST_DAY_OF_MONTH}`;
}

async function times(asked: readonly Question[], progress: (line: string) => void): Promise<Times> {
  const taken = new Map(asked.map(({ name }) => [name, { clock: [] as number[], cpu: [] as number[] }]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, ask } of asked) {
      const cpu = process.cpuUsage();
      const began = performance.now();
      await ask();
      const clock = performance.now() - began;
      const spent = process.cpuUsage(cpu);
      taken.get(name)?.clock.push(clock);
      taken.get(name)?.cpu.push((spent.user + spent.system) / MICROSECONDS_PER_MS);
    }
  }
  const result = new Map(
    [...taken].map(([name, { clock, cpu }]) => [name, { p95: percentile(clock), cpu: median(cpu) }]),
  );
  for (const [name, { p95, cpu }] of result) {
    progress(`  p95 ${p95.toFixed(1).padStart(6)} ms, CPU ${cpu.toFixed(1).padStart(6)} ms  ${name}`);
  }
  return result;
}

function percentile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? Number.NaN;
}

/** The slowest question, and the slowest of each kind. */
function slowest(store: string, measured: Times): Record<string, number> {
  const all = [...measured.values()];
  const figures: Record<string, number> = {
    [`${store}, slowest question, p95 ms`]: Math.max(...all.map(({ p95 }) => p95)),
    [`${store}, costliest question, CPU ms`]: Math.max(...all.map(({ cpu }) => cpu)),
  };
  for (const [name, { p95 }] of measured) {
    const kind = `${store}, ${/: (\w+)/.exec(name)?.[1] ?? name}, p95 ms`;
    figures[kind] = Math.max(figures[kind] ?? 0, p95);
  }
  return figures;
}

function ratios(small: Times, large: Times, progress: (line: string) => void): Record<string, number> {
  const worst = (of: keyof Took): number => {
    const all = [...large].map(([name, took]) => ({
      name,
      ratio: Math.max(took[of], FLOOR_MS) / Math.max(small.get(name)?.[of] ?? Number.NaN, FLOOR_MS),
    }));
    const { name, ratio } = all.reduce((a, b) => (b.ratio > a.ratio ? b : a));
    progress(`  the worst ratio of ${of}, ${ratio.toFixed(2)}, is that of: ${name}`);
    return ratio;
  };
  return {
    'large store, p95 of the small one, worst question': worst('p95'),
    'large store, CPU of the small one, worst question': worst('cpu'),
  };
}

function sizes(columns: readonly ColumnBytes[], rows: number): Record<string, number> {
  const of = (table: string): number =>
    (columns.find((column) => column.table === table && column.column === '')?.bytes ?? 0) / rows;
  const traced = (columns.find(({ column }) => column === 'trace_id')?.bytes ?? 0) / rows / TRACED_SHARE;
  const figures: Record<string, number> = {
    'bytes a row': of('requests'),
    'bytes a row, were every request traced': of('requests') + traced * (1 - TRACED_SHARE),
    'usage_hour, bytes a request': of('usage_hour'),
    'usage_user_day, bytes a request': of('usage_user_day'),
  };
  for (const { table, column, bytes } of columns) {
    if (table === 'requests' && column !== '' && bytes / rows >= SMALLEST_FIGURE_BYTES) {
      figures[`bytes a row, ${column}`] = bytes / rows;
    }
  }
  return figures;
}
