import { type CrashRunResult, crashRun } from '../../collector/src/testing/crash/crash-run.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';

const KILLS: BenchSetting = { name: 'kills', value: 200, meaning: 'how often the collector is killed' };
const EVENTS: BenchSetting = { name: 'rate', value: 2_000, meaning: 'events a second, each way' };
const SEED: BenchSetting = {
  name: 'seed',
  value: 1,
  meaning: 'decides the order of faults and the time between kills',
};
/** So many kills more, of a collector with the engine inside it, which dies with it. */
const EMBEDDED_SHARE = 0.1;

const EXACT = ['lost', 'stored twice', 'never sent', 'off in rollups'] as const;
const WAYS = ['HTTP', 'plugin'] as const;
const TARGETS = [
  ...WAYS.flatMap((way) => EXACT.map((figure) => ({ figure: `${way}: ${figure}`, atMost: 0 }))),
  { figure: 'refused rows', atMost: 0 },
];

/**
 * Load in batches over HTTP and through the recorder, while the collector is killed by SIGKILL and the store refuses,
 * hangs, resets, and answers 500 after storing, at random moments. Then every event that was acknowledged is looked
 * for: an event over HTTP is acknowledged by 202, a request once the collector has said that all before is on disk.
 */
export const crash: Benchmark = {
  summary: 'kill -9 and a store that misbehaves, under load: acknowledged = stored, event by event',
  settings: [KILLS, EVENTS, SEED],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const kills = setting(KILLS);
  const seed = setting(SEED);
  const load = { eventsPerSecond: setting(EVENTS), requestsPerSecond: setting(EVENTS), seed, progress };
  progress(`seed ${seed}`);
  const outside = await crashRun({ ...load, store: 'server', kills });
  progress('the engine inside the collector');
  const inside = await crashRun({ ...load, store: 'embedded', kills: Math.ceil(kills * EMBEDDED_SHARE) });
  return report('crash', figuresOf([outside, inside], seed), TARGETS);
}

function figuresOf(runs: readonly CrashRunResult[], seed: number): Record<string, number> {
  const sum = (value: (run: CrashRunResult) => number) => runs.reduce((total, run) => total + value(run), 0);
  const figures: Record<string, number> = {
    seed,
    kills: sum(({ kills }) => kills),
    'statements struck by a fault': sum(({ struck }) => struck),
    seconds: sum(({ seconds }) => seconds),
    'batches sent again': sum(({ resent }) => resent),
    'events known from before': sum(({ duplicates }) => duplicates),
    'requests that may be stored or not': sum(({ uncertain }) => uncertain),
    'refused rows': sum(({ refused }) => refused),
  };
  for (const [way, of] of [
    ['HTTP', (run: CrashRunResult) => run.batches],
    ['plugin', (run: CrashRunResult) => run.requests],
  ] as const) {
    figures[`${way}: acknowledged`] = sum((run) => of(run).acknowledged);
    figures[`${way}: stored`] = sum((run) => of(run).stored);
    figures[`${way}: lost`] = sum((run) => of(run).lost);
    figures[`${way}: stored twice`] = sum((run) => of(run).twice);
    figures[`${way}: never sent`] = sum((run) => of(run).strange);
    figures[`${way}: off in rollups`] = sum((run) => of(run).rollupDifference);
  }
  return figures;
}
