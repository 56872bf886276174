import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDirectory } from '../../api/src/testing/postgres.ts';
import { messageOf, startChild, stopChild } from '../child.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';
import type { Listening, Question, Seen, Stored } from './messages.ts';
import { type Download, download, type Reading } from './reader.ts';
import { DAYS, recordedMonth } from './recorded.ts';

const ROWS: BenchSetting = { name: 'export-rows', value: 1_000_000, meaning: 'requests that are exported' };
/** Less than half of what is sent to who takes all there is. */
const SLOW: BenchSetting = {
  name: 'slow-megabytes',
  value: 8,
  meaning: 'megabytes a second that the slow reader takes',
};
const BYTES_PER_MB = 1_000_000;
/** Code that is compiled and pools that are filled by the first exports are no cost of the later ones. */
const WARM_UPS = 2;
const WARM_UP_DAYS = 1;
const QUARTER_DAYS = DAYS / 4;
/** What four times the rows may add of what a quarter did: more would be growth. */
const QUARTERS_SHARE = 1.5;
/** The garbage of what was before goes, and what it left to do in the background is done. */
const SETTLE_MS = 3_000;
const REPORTS = 5;
const FAST = 'taken as it comes';
const PACKED = 'taken packed';
const SLOWLY = 'taken slowly';
const REPORT = 'report as PDF';
const BEYOND = 'memory added by four times the rows, beyond 1.5 times as much, MB';

const TARGETS = [
  { figure: 'rows missing', atLeast: 0, atMost: 0 },
  ...[FAST, PACKED, SLOWLY].flatMap((name) => [
    { figure: `${name}, memory added MB`, atMost: 120 },
    { figure: `${name}, event loop late p99 ms`, atMost: 50 },
  ]),
  { figure: BEYOND, atMost: 20 },
  { figure: `${REPORT}, memory added MB`, atMost: 120 },
  { figure: `${REPORT}, event loop late most ms`, atMost: 500 },
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
    const generator = startChild(new URL('./generator.ts', import.meta.url), [directory, String(rowsPerDay)]);
    const { rows } = await messageOf<Stored>(generator);
    await stopChild(generator);
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
  const reportOf = (name: string): string => `/api/v1/tenant/usage/report.pdf?month=${name}&locale=en`;
  for (let made = 0; made < WARM_UPS; made += 1) {
    await download(listening, csvOf(WARM_UP_DAYS), { packed: made > 0 });
    await download(listening, reportOf(month.month));
  }

  const figures: Record<string, number> = { rows: DAYS * rowsPerDay, 'rows missing': 0 };
  const exported = async (name: string, days: number, reading: Reading): Promise<number> => {
    const { result, grown, delayP99 } = await watched(server, () =>
      download(listening, csvOf(days), reading),
    );
    const { lines, bytes, seconds } = result;
    // The first line is of names.
    figures['rows missing'] = (figures['rows missing'] ?? 0) + Math.abs(days * rowsPerDay + 1 - lines);
    figures['bytes a row'] = bytes / lines;
    figures[`${name}, rows/s`] = lines / seconds;
    figures[`${name}, memory added MB`] = grown;
    figures[`${name}, event loop late p99 ms`] = delayP99;
    progress(`  ${name}: ${seconds.toFixed(1)} s, ${grown.toFixed(0)} MB of memory added`);
    return grown;
  };
  const quarter = await exported('a quarter of it', QUARTER_DAYS, {});
  const whole = await exported(FAST, DAYS, {});
  await exported(PACKED, DAYS, { packed: true });
  await exported(SLOWLY, DAYS, { bytesPerSecond: slow });
  figures[BEYOND] = whole - QUARTERS_SHARE * quarter;
  const reports: Watched<Download>[] = [];
  for (let made = 0; made < REPORTS; made += 1) {
    reports.push(await watched(server, () => download(listening, reportOf(month.month))));
  }
  const most = (of: (one: Watched<Download>) => number): number => Math.max(...reports.map(of));
  figures[`${REPORT}, most s`] = most(({ result }) => result.seconds);
  figures[`${REPORT}, memory added MB`] = most(({ grown }) => grown);
  figures[`${REPORT}, event loop late most ms`] = most(({ delayMax }) => delayMax);
  return report('exports', figures, TARGETS);
}

interface Watched<T> {
  readonly result: T;
  /** Resident memory at the most, beyond what it was before, megabytes. */
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
