import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { type Benchmark, type BenchOptions, median, type Report, report } from '../report.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const CONNECTIONS = 50;
const WARM_UP_SECONDS = 2;
/** Longer than a segment stays open, so that sending is in full swing when measuring begins… */
const RUN_IN_SECONDS = 2;
/** …short turns and many of them, for what else the machine does changes within seconds… */
const TURN_SECONDS = 2;
/** …and what a turn leaves to be stored does not fall into the next one's time. */
const SETTLE_MS = 2_000;
const ROUNDS = 7;

const TARGETS = [
  { figure: 'riwayat, engine elsewhere, of bare', atLeast: 0.82 },
  { figure: 'riwayat, engine embedded, of bare', atLeast: 0.7 },
];

/**
 * Requests a second of a trivial route under each recorder, as a share of the same application without one. All
 * servers run at once and are asked in turns, one at a time; each turn stands between two of the bare server and is
 * divided by their mean; the median over rounds counts.
 */
export const recorder: Benchmark = {
  summary: 'Fastify throughput with the recorder and its peers, as a share of bare Fastify',
  run: measure,
};

interface Server {
  readonly name: VariantName;
  readonly child: ChildProcess;
  readonly url: string;
}

async function measure({ progress }: BenchOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-'));
  const sink = await start('./sink.ts', []);
  const servers: Server[] = [];
  try {
    for (const name of Object.keys(VARIANTS) as VariantName[]) {
      const own = await mkdtemp(join(directory, 'variant-'));
      const { child, url } = await start('./server.ts', [name, own, sink.url]);
      servers.push({ name, child, url });
      await requestRate({ name, url }, WARM_UP_SECONDS);
    }
    const [bare, ...observed] = servers;
    return bare === undefined ? report('recorder', {}, TARGETS) : await inTurns(bare, observed, progress);
  } finally {
    await Promise.all([sink, ...servers].map(({ child }) => stop(child)));
    await rm(directory, { recursive: true, force: true });
  }
}

async function inTurns(
  bare: Server,
  observed: readonly Server[],
  progress: (line: string) => void,
): Promise<Report> {
  const ratios = new Map<Server, number[]>(observed.map((server) => [server, []]));
  const bareRates = [await turn(bare)];
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [server, values] of ratios) {
      const before = bareRates.at(-1) ?? Number.NaN;
      const rate = await turn(server);
      const after = await turn(bare);
      bareRates.push(after);
      values.push(rate / ((before + after) / 2));
    }
    const sofar = [...ratios].map(([{ name }, values]) => `${name} ${median(values).toFixed(3)}`);
    progress(`round ${round}/${ROUNDS}  median so far: ${sofar.join(' · ')}`);
  }
  const figures: Record<string, number> = { 'bare requests/s': median(bareRates) };
  for (const [{ name }, values] of ratios) {
    figures[`${name}, of bare`] = median(values);
  }
  return report('recorder', figures, TARGETS);
}

/** Requests a second with everything behind them in full swing. */
async function turn(server: Server): Promise<number> {
  await requestRate(server, RUN_IN_SECONDS);
  const rate = await requestRate(server, TURN_SECONDS);
  await delay(SETTLE_MS);
  return rate;
}

async function requestRate({ name, url }: Pick<Server, 'name' | 'url'>, seconds: number): Promise<number> {
  const result = await autocannon({ url: `${url}/hello/world`, connections: CONNECTIONS, duration: seconds });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${name}: ${result.non2xx} refused and ${result.errors} failed requests`);
  }
  return result.requests.total / result.duration;
}

async function start(file: string, args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ${args[0] ?? ''} ended with code ${code} before it listened`);
  });
  const [message] = await Promise.race([once(child, 'message'), exited]);
  return { child, url: String(message.url) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.connected) {
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  }
}
