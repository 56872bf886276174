import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  type Evaluator,
  type RoundReport,
  startEvaluator,
} from '../../api/src/alerts/evaluator/evaluator.ts';
import type { SignalReader } from '../../api/src/alerts/signals/reader.ts';
import { errorRule, insertRules, insertTenants } from '../../api/src/testing/alert-rules.ts';
import { silent, startTestPostgres } from '../../api/src/testing/postgres.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';

const TENANTS: BenchSetting = { name: 'tenants', value: 500, meaning: 'tenants with ten rules each' };
const RULES_EACH = 10;
const MINUTE_SECONDS = 60;
const QUIET_ROUNDS = 60;
const BUSY_ROUNDS = 20;
/** Tenants of which one rule changes, in a busy round. */
const CHANGING = 50;
const [BAD, WELL] = [50, 0];
const PERCENTILE = 0.95;
const NS_PER_MS = 1_000_000;
/** Sooner than live, to have more of them. */
const INTERVALS = { roundMs: 100 };
const MOST_SECONDS = 2;

const TARGETS = [
  { figure: 'first round, s', atMost: MOST_SECONDS },
  { figure: 'quiet round, p95 s', atMost: MOST_SECONDS },
  { figure: 'round with 50 changes, p95 s', atMost: MOST_SECONDS },
  { figure: 'round in which every rule fires, s', atMost: MOST_SECONDS },
];

/**
 * How long a round of the evaluation of alerts takes on Postgres, over 5,000 rules of 500 tenants, when their signals are
 * read at once: all but the reading itself.
 */
export const alerts: Benchmark = {
  summary: 'Time of a round of alerts over 5,000 rules of 500 tenants, with signals read at once',
  settings: [TENANTS],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const tenants = Array.from({ length: setting(TENANTS) }, (_, index) => `tenant-${index}`);
  const server = await startTestPostgres();
  const { database } = await server.freshDatabase();
  await insertTenants(database.db, ...tenants);
  for (let each = 1; each <= RULES_EACH; each += 1) {
    const rule = errorRule({
      window: each * MINUTE_SECONDS,
      flapping: { times: 20, within: 0, calm: 0 },
    });
    await insertRules(database.db, tenants, rule);
  }
  const bad = new Set<string>();
  const reader: SignalReader = {
    signals: ['error_rate'],
    read: async (questions) =>
      questions.map(({ tenantId, input }) => [
        {
          subject: tenantId,
          value: bad.has(tenantId) || bad.has(`${tenantId} ${input.window}`) ? BAD : WELL,
        },
      ]),
  };
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const evaluator = startEvaluator({
    db: database.db,
    readers: [reader],
    telling: { tell: async () => undefined },
    instance: 'benchmark',
    logger: silent,
    intervals: INTERVALS,
  });
  const first = await round(evaluator);
  progress(`${evaluator.status().rules} rules were read in ${first.seconds.toFixed(2)} s`);
  const quiet: number[] = [];
  for (let count = 0; count < QUIET_ROUNDS; count += 1) {
    quiet.push((await round(evaluator)).seconds);
  }
  const busy: number[] = [];
  for (let count = 0; count < BUSY_ROUNDS; count += 1) {
    bad.clear();
    for (const tenant of count % 2 === 0 ? tenants.slice(0, CHANGING) : []) {
      bad.add(`${tenant} ${MINUTE_SECONDS}`);
    }
    busy.push((await roundWithNews(evaluator)).seconds);
  }
  for (const tenant of tenants) {
    bad.add(tenant);
  }
  const all = await roundWithNews(evaluator);
  held.disable();
  const figures = {
    rules: evaluator.status().rules,
    'first round, s': first.seconds,
    'quiet round, p95 s': p95(quiet),
    'round with 50 changes, p95 s': p95(busy),
    'round in which every rule fires, s': all.seconds,
    'alerts in it': all.news.length,
    'event loop held at most, ms': held.max / NS_PER_MS,
  };
  await evaluator.stop();
  await server.stop();
  return report('alerts', figures, TARGETS);
}

function round(
  evaluator: Evaluator,
  wanted: (report: RoundReport) => boolean = () => true,
): Promise<RoundReport> {
  return new Promise((resolve) => {
    const end = evaluator.onRound((ended) => {
      if (wanted(ended)) {
        end();
        resolve(ended);
      }
    });
  });
}

function roundWithNews(evaluator: Evaluator): Promise<RoundReport> {
  return round(evaluator, ({ news }) => news.length > 0);
}

function p95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * PERCENTILE) - 1] ?? Number.NaN;
}
