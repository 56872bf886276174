import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDirectory } from '../../api/src/testing/postgres.ts';
import { messageOf, startChild, stopChild } from '../child.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';
import type { Listening, Question, Seeded, Seen } from './messages.ts';
import { download, type Reading } from './reader.ts';
import { DAYS, recordedMonth } from './recorded.ts';

const ROWS: BenchSetting = { name: 'export-rows', value: 1_000_000, meaning: 'requests that are exported' };
/** Half of what is sent to who takes all there is. */
const SLOW: BenchSetting = {
  name: 'slow-megabytes',
  value: 3,
  meaning: 'megabytes a second that the slow reader takes',
};
const BYTES_PER_MB = 1_000_000;
/** Code that is compiled and pools that are filled by the first exports are no cost of the later ones. */
const WARM_UPS = 2;
const WARM_UP_DAYS = 1;
const QUARTER_DAYS = DAYS / 4;
/** The garbage of what was before goes, and what it left to do in the background is done. */
const SETTLE_MS = 3_000;
const REPORTS = 5;

const TARGETS = [
  { figure: 'rows missing', atLeast: 0, atMost: 0 },
];

/**
 * The whole application in one process, engines embedded; a tenant's requests downloaded as CSV by somebody who takes
 * them as they come, unpacked and packed, and by somebody slow, and its largest report as PDF: how much the resident
 * memory of the server grows meanwhile, sampled every 5 ms, and how late its event loop is. One that held the rows
 * would grow by all of the file's size, and four times as much for four times the rows.
 */
export const exports: Benchmark = {
  summary: 'Memory that an export of a million requests takes, and how late others are answered meanwhile',
  settings: [ROWS, SLOW],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const rowsPerDay = Math.max(1, Math.round(setting(ROWS) / DAYS));
  const directory = await temporaryDirectory();
  try {
    const seed = startChild(new URL('./seed.ts', import.meta.url), [directory, String(rowsPerDay)]);
    const { rows } = await messageOf<Seeded>(seed);
    await stopChild(seed);
    progress(`  ${rows} requests are stored`);
    const server = startChild(new URL('./server.ts', import.meta.url), [directory]);
    try {
      return await measured(server, { rowsPerDay, slow: setting(SLOW) * BYTES_PER_MB, progress });
    } finally {
      await stopChild(server);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Conditions {
  readonly rowsPerDay: number;
  /** Bytes a second. */
  readonly slow: number;
  readonly progress: BenchOptions['progress'];
}

async function measured(server: ChildProcess, { rowsPerDay, slow, progress }: Conditions): Promise<Report> {
  const listening = await messageOf<Listening>(server);
  const month = recordedMonth(new Date());
  const csvOf = (days: number): string =>
    `/api/v1/tenant/usage/export.csv?start=${month.days[0]}&end=${month.days[days - 1]}`;
  for (let made = 0; made < WARM_UPS; made += 1) {
    await download(listening, csvOf(WARM_UP_DAYS), { packed: made > 0 });
  }

  let missing = 0;
  const exported = async (name: string, days: number, reading: Reading) => {
    const { result, grown, delayP99, delayMax } = await watched(server, () =>
      download(listening, csvOf(days), reading),
    );
    // The first line is of names.
    missing += Math.abs(days * rowsPerDay + 1 - result.lines);
    const rate = (days * rowsPerDay) / result.seconds;
    progress(
      `  ${name}: ${(result.bytes / BYTES_PER_MB).toFixed(0)} MB, ${rate.toFixed(0)} rows/s, ${grown.toFixed(0)} MB more memory, loop late by ${delayP99.toFixed(0)} ms (p99), ${delayMax.toFixed(0)} ms (most)`,
    );
    return { grown, delayP99, rate, bytes: result.bytes };
  };
  const quarter = await exported('a quarter', QUARTER_DAYS, {});
  const fast = await exported('all of it', DAYS, {});
  const packed = await exported('packed', DAYS, { packed: true });
  const slowly = await exported('slowly', DAYS, { bytesPerSecond: slow });
  const reports = [];
  for (let i = 0; i < REPORTS; i += 1) {
    const one = await watched(server, () =>
      download(listening, `/api/v1/tenant/usage/report.pdf?month=${month.month}&locale=en`),
    );
    progress(`  pdf ${(one.result.bytes/1000).toFixed(0)} kB ${one.result.seconds} s ${one.grown} MB ${one.delayMax}`);
    reports.push(one);
  }
  return report(
    'exports',
    {
      rows: DAYS * rowsPerDay,
      'file, MB': fast.bytes / BYTES_PER_MB,
      'rows missing': missing,
      'memory a quarter': quarter.grown,
      fast: fast.grown,
      packed: packed.grown,
      slowly: slowly.grown,
    },
    TARGETS,
  );
}

interface Watched<T> {
  readonly result: T;
  /** Resident memory at the most, beyond what it was, megabytes. */
  readonly grown: number;
  readonly delayP99: number;
  readonly delayMax: number;
}

/** Does something while the server watches itself. */
async function watched<T>(server: ChildProcess, work: () => Promise<T>): Promise<Watched<T>> {
  await delay(SETTLE_MS);
  const before = await ask(server, 'watch');
  const result = await work();
  const { most, delayP99, delayMax } = await ask(server, 'tell');
  return { result, grown: most - before.now, delayP99, delayMax };
}

function ask(server: ChildProcess, question: Question): Promise<Seen> {
  server.send(question);
  return messageOf<Seen>(server);
}
