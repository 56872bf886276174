import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, startChild, stopChild } from '../child.ts';
import {
  type Benchmark,
  type BenchOptions,
  type BenchSetting,
  median,
  type Report,
  report,
} from '../report.ts';
import type { Done, Door, Order } from './messages.ts';

const INVOICES: BenchSetting = {
  name: 'invoices',
  value: 10_000,
  meaning: 'tenants whose month is invoiced',
};
const REQUESTS: BenchSetting = {
  name: 'invoiced-requests',
  value: 1_000_000,
  meaning: 'requests in their months together',
};
const HISTORY: BenchSetting = {
  name: 'summary-rows',
  value: 10_000_000,
  meaning: 'rows that summaries are made of',
};
/** Tenants of one question to the store, and of one transaction. */
const INVOICES_AT_ONCE = 500;
const SECONDS_PER_MINUTE = 60;
/** The largest tenants, which are the slowest to answer; they have half of all rows. */
const ASKING_TENANTS = 24;
const ROUNDS = 8;
/** Longer than the application keeps an answer: what is measured is made anew. */
const FORGETTING_MS = 2_500;
const PERCENTILE = 0.95;
/** "Today" has a whole month before it and most of its own. */
const DAY_OF_MONTH = 28;

const TARGETS = [
  { figure: 'invoices a minute', atLeast: 10_000 },
  { figure: 'invoices missing', atMost: 0 },
  { figure: 'summary, p95 ms', atMost: 50 },
  { figure: 'summaries without a cost', atMost: 0 },
];

/**
 * How fast the invoices of a month are issued, metered from what is stored, and how long a tenant waits for the summary
 * of its usage with its cost, over HTTP, at 10 million rows.
 */
export const billing: Benchmark = {
  summary: 'Invoices a minute from metered usage, and time to a summary with its cost at 10M rows',
  settings: [INVOICES, REQUESTS, HISTORY],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const [tenants, requests, rows] = [setting(INVOICES), setting(REQUESTS), setting(HISTORY)];
  const server = startChild(new URL('./server.ts', import.meta.url), [today(new Date())]);
  try {
    await messageOf<Done>(server);
    progress(`  storing a month of ${tenants} tenants, ${requests} requests…`);
    await order(server, { do: 'store-months', tenants, requests });
    const issued = await order(server, { do: 'issue', tenants, atOnce: INVOICES_AT_ONCE });
    progress(`  ${issued.count} invoices in ${issued.seconds.toFixed(1)} s`);
    const stored = await order(server, { do: 'store-history', rows });
    progress(`  ${stored.count} rows stored; asking ${ASKING_TENANTS} tenants' summaries…`);
    const { doors } = await order(server, { do: 'open-tenants', count: ASKING_TENANTS });
    const summaries = await summariesOf(doors);
    const figures = {
      'invoices a minute': (issued.count / issued.seconds) * SECONDS_PER_MINUTE,
      'invoices missing': tenants - issued.count,
      'invoices, share of the time spent metering': issued.meteringSeconds / issued.seconds,
      'rows stored': stored.count,
      'summary, p95 ms': percentile(summaries.times),
      'summary, p50 ms': median(summaries.times),
      'summaries without a cost': summaries.withoutCost,
    };
    return report('billing', figures, TARGETS);
  } finally {
    await stopChild(server);
  }
}

/** Asks one after another, each as if nobody had asked before. */
async function summariesOf(doors: readonly Door[]): Promise<{ times: number[]; withoutCost: number }> {
  const times: number[] = [];
  let withoutCost = 0;
  // The first round compiles the code.
  for (let round = 0; round <= ROUNDS; round += 1) {
    await delay(FORGETTING_MS);
    for (const { url, token } of doors) {
      const began = performance.now();
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      const summary: unknown = await answer.json();
      if (round > 0) {
        times.push(performance.now() - began);
        withoutCost += answer.ok && hasCost(summary) ? 0 : 1;
      }
    }
  }
  return { times, withoutCost };
}

function hasCost(summary: unknown): boolean {
  return (
    typeof summary === 'object' && summary !== null && 'total_cost' in summary && summary.total_cost !== null
  );
}

/** The latest 28th of a month that is over. */
function today(now: Date): string {
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0)).toISOString().slice(0, 7);
  return `${month}-${DAY_OF_MONTH}`;
}

async function order(server: ChildProcess, what: Order): Promise<Done> {
  const answer = messageOf<Done>(server);
  server.send(what);
  return answer;
}

function percentile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? Number.NaN;
}
