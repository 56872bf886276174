import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestPostgres, type TestPostgres } from '../../api/src/testing/postgres.ts';
import { type Benchmark, type BenchOptions, median, type Report, report } from '../report.ts';
import { type Load, type Server, start, stop, type Turn, underLoad } from './servers.ts';
import { VARIANTS } from './variants.ts';

const ROUNDS = { name: 'rounds', value: 7, meaning: 'how often each server takes its turn' };
const WARM_UP_SECONDS = 2;
/** Longer than a segment stays open, so that sending is in full swing when measuring begins… */
const RUN_IN_SECONDS = 2;
/** …short turns and many of them, for what else the machine does changes within seconds… */
const TURN_SECONDS = 2;
/** …and what a turn leaves to be stored does not fall into the next one's time. */
const SETTLE_MS = 2_000;
const OURS = 'riwayat';

const TRIVIAL = { path: '/hello/world', connections: 50 };
const POSTGRES = { path: '/tenants/shop', connections: 50 };
const STEADY = { path: '/hello/world', connections: 50, rate: 5_000 };

const TARGETS = [
  { figure: 'riwayat, engine elsewhere, of bare', atLeast: 0.82 },
  { figure: 'riwayat, engine embedded, of bare', atLeast: 0.7 },
  { figure: 'riwayat, engine elsewhere, of the best other recorder', atLeast: 1 },
  { figure: 'riwayat, engine elsewhere, CPU added, of the lightest other recorder', atMost: 1 },
  { figure: 'riwayat, engine elsewhere, of bare on a route that reads Postgres', atLeast: 0.97 },
  { figure: 'riwayat, engine elsewhere, event-loop delay p99 added at 5,000 requests/s, ms', atMost: 2 },
  { figure: 'riwayat, engine embedded, event-loop delay p99 added at 5,000 requests/s, ms', atMost: 2 },
];

/**
 * What recording costs an application. Each recorder's server stands beside a bare one as old as itself and nothing
 * else: another one, idle, would still have its timers and its engine's merges, and an older bare one is slower. The two
 * are asked in turns; each turn stands between two of the bare server and is held against their mean; the median over
 * rounds counts. CPU time is that of the whole process, all threads, and hardly depends on what else the machine does.
 */
export const recorder: Benchmark = {
  summary: 'Fastify with the recorder and its peers, as a share of bare Fastify',
  settings: [ROUNDS],
  run: measure,
};

/** What every variant is measured on. */
interface Ground {
  readonly launch: (variant: string) => Promise<Server>;
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-'));
  const postgres = await startTestPostgres();
  const sink = await start('sink', './sink.ts', []);
  const running = [sink];
  try {
    const url = await tenants(postgres);
    const launch = async (variant: string): Promise<Server> => {
      const own = await mkdtemp(join(directory, 'variant-'));
      const server = await start(variant, './server.ts', [variant, own, sink.url, url]);
      running.push(server);
      await underLoad(server, { ...TRIVIAL, seconds: WARM_UP_SECONDS });
      return server;
    };
    const figures = await allFigures({ launch, rounds: setting(ROUNDS), progress });
    return report('recorder', figures, TARGETS);
  } finally {
    await Promise.all(running.map(stop));
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function tenants(postgres: TestPostgres): Promise<string> {
  const { database, url } = await postgres.freshDatabase();
  const shop = { id: 'shop', name: 'Shop', timezone: 'Asia/Jakarta', locale: 'id' };
  await database.db.insertInto('tenants').values(shop).execute();
  return url;
}

async function allFigures(ground: Ground): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const bare: Turn[] = [];
  const bareSteady: Turn[] = [];
  const others: { readonly ofBare: number; readonly cpu: number }[] = [];
  for (const name of Object.keys(VARIANTS).filter((variant) => variant !== 'bare')) {
    const unobserved = await ground.launch('bare');
    const server = await ground.launch(name);
    const inTurnsOf = (load: Omit<Load, 'seconds'>): Promise<Pair[]> =>
      inTurns(ground, unobserved, server, load);
    const trivial = await inTurnsOf(TRIVIAL);
    bare.push(...trivial.map(([, , after]) => after));
    const ofBare = median(trivial.map(rateRatio));
    const cpu = median(trivial.map(cpuAdded));
    figures[`${name}, of bare`] = ofBare;
    figures[`${name}, CPU µs a request added`] = cpu;
    if (name.startsWith(OURS)) {
      const reading = await inTurnsOf(POSTGRES);
      figures[`${name}, of bare on a route that reads Postgres`] = median(reading.map(rateRatio));
      const steady = await inTurnsOf(STEADY);
      figures[`${name}, event-loop delay p99 added at 5,000 requests/s, ms`] = median(steady.map(delayAdded));
      bareSteady.push(...steady.map(([, , after]) => after));
    } else {
      others.push({ ofBare, cpu });
    }
    await Promise.all([server, unobserved].map(stop));
  }
  figures['bare, requests/s'] = median(bare.map(({ rate }) => rate));
  figures['bare, CPU µs a request'] = median(bare.map(cpuOfOne));
  figures['bare, event-loop delay p99 at 5,000 requests/s, ms'] = median(
    bareSteady.map(({ delayP99 }) => delayP99),
  );
  figures['riwayat, engine elsewhere, of the best other recorder'] =
    (figures['riwayat, engine elsewhere, of bare'] ?? Number.NaN) /
    Math.max(...others.map(({ ofBare }) => ofBare));
  figures['riwayat, engine elsewhere, CPU added, of the lightest other recorder'] =
    (figures['riwayat, engine elsewhere, CPU µs a request added'] ?? Number.NaN) /
    Math.min(...others.map(({ cpu }) => cpu));
  return figures;
}

/** A turn, and the bare server's before and after it. */
type Pair = readonly [turn: Turn, before: Turn, after: Turn];

async function inTurns(
  { rounds, progress }: Ground,
  bare: Server,
  server: Server,
  load: Omit<Load, 'seconds'>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  let before = await turn(bare, load);
  for (let round = 1; round <= rounds; round += 1) {
    const during = await turn(server, load);
    const after = await turn(bare, load);
    pairs.push([during, before, after]);
    before = after;
  }
  const what = load.rate === undefined ? load.path : `${load.path} at ${load.rate}/s`;
  progress(`${server.name}, ${what}: ${median(pairs.map(rateRatio)).toFixed(3)} of bare`);
  return pairs;
}

/** One turn, with everything behind the server in full swing. */
async function turn(server: Server, load: Omit<Load, 'seconds'>): Promise<Turn> {
  const recording = server.name.startsWith(OURS);
  if (recording) {
    await underLoad(server, { ...load, seconds: RUN_IN_SECONDS });
  }
  const result = await underLoad(server, { ...load, seconds: TURN_SECONDS });
  if (recording) {
    await delay(SETTLE_MS);
  }
  return result;
}

function rateRatio([during, before, after]: Pair): number {
  return during.rate / ((before.rate + after.rate) / 2);
}

function cpuOfOne({ cpu, requests }: Turn): number {
  return cpu / requests;
}

function cpuAdded([during, before, after]: Pair): number {
  return cpuOfOne(during) - (cpuOfOne(before) + cpuOfOne(after)) / 2;
}

function delayAdded([during, before, after]: Pair): number {
  return during.delayP99 - (before.delayP99 + after.delayP99) / 2;
}
