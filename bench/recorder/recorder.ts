import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { type Benchmark, type BenchOptions, median, type Report, report } from '../report.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const CONNECTIONS = 50;
const WARM_UP_SECONDS = 1;
const MEASURE_SECONDS = 2;
const ROUNDS = 9;
/** Throughput of the trivial route with the recorder and the embedded engine on the same cores, of bare Fastify. */
const EMBEDDED_RATIO = 0.7;

/**
 * Requests a second of a trivial route, bare and under each recorder, in turns: each round measures every variant
 * beside its own bare run, and the median over rounds is taken of the ratios.
 */
export const recorder: Benchmark = {
  summary: 'Fastify throughput with the recorder and its peers, as a share of bare Fastify',
  run: measure,
};

async function measure({ progress }: BenchOptions): Promise<Report> {
  const observed = (Object.keys(VARIANTS) as VariantName[]).filter((name) => name !== 'bare');
  const ratios = new Map<VariantName, number[]>(observed.map((name) => [name, []]));
  const bareRates: number[] = [];
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-'));
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const name of observed) {
        const bare = await requestRate('bare', directory);
        const rate = await requestRate(name, directory);
        bareRates.push(bare);
        ratios.get(name)?.push(rate / bare);
        progress(
          `round ${round}/${ROUNDS}  ${name.padEnd(16)} ${Math.round(rate)} of ${Math.round(bare)} requests/s  ${(rate / bare).toFixed(3)}`,
        );
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  const figures: Record<string, number> = { 'bare requests/s': median(bareRates) };
  for (const [name, values] of ratios) {
    figures[`${name} of bare`] = median(values);
  }
  return report('recorder', figures, [{ figure: 'riwayat of bare', atLeast: EMBEDDED_RATIO }]);
}

async function requestRate(variant: VariantName, directory: string): Promise<number> {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [variant, directory], {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
  try {
    const url = `http://127.0.0.1:${await portOf(child)}/hello/world`;
    await autocannon({ url, connections: CONNECTIONS, duration: WARM_UP_SECONDS });
    const result = await autocannon({ url, connections: CONNECTIONS, duration: MEASURE_SECONDS });
    if (result.non2xx > 0 || result.errors > 0) {
      throw new Error(`${variant}: ${result.non2xx} refused and ${result.errors} failed requests`);
    }
    return result.requests.average;
  } finally {
    if (child.connected) {
      child.send('stop');
      await once(child, 'exit');
    }
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the server under test ended with code ${code} before it listened`);
  });
  const [message] = await Promise.race([once(child, 'message'), exited]);
  return Number(message.port);
}
