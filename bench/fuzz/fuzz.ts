import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openStore } from '../../collector/src/store/store.ts';
import { fuzz as sendHostile } from '../../collector/src/testing/fuzzing.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';

const PAYLOADS: BenchSetting = { name: 'payloads', value: 100_000, meaning: 'how many are sent' };
const PAYLOADS_BETWEEN_REPORTS = 10_000;
const MS_PER_SECOND = 1_000;

const TARGETS = [
  { figure: 'server errors', atMost: 0 },
  { figure: 'accepted less stored', atLeast: 0, atMost: 0 },
  { figure: 'rejected less kept', atLeast: 0, atMost: 0 },
];

/**
 * Hostile payloads to all ingest routes of a server in a process of its own; at the end the store is counted. A server
 * error, a crash or an event that is not accounted for in its answer ends it at once, with the payload at fault.
 */
export const fuzz: Benchmark = {
  summary: 'Hostile payloads to the ingest routes: server errors, events not accounted for',
  settings: [PAYLOADS],
  run: measure,
};

const counts = z.object({ accepted: z.string().transform(Number), kept: z.string().transform(Number) });

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const wanted = setting(PAYLOADS);
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-fuzz-'));
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [directory], {
    execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
  });
  const gone = once(child, 'exit');
  try {
    const [{ url }] = await once(child, 'message');
    const startedAt = performance.now();
    const statuses: Record<number, number> = {};
    let payloads = 0;
    while (payloads < wanted) {
      const round = await sendHostile(
        Number(new URL(url).port),
        'fuzz',
        Math.min(PAYLOADS_BETWEEN_REPORTS, wanted),
      );
      payloads += round.payloads;
      for (const [status, answers] of Object.entries(round.statuses)) {
        statuses[Number(status)] = (statuses[Number(status)] ?? 0) + answers;
      }
      progress(`${payloads} payloads, answers by status: ${JSON.stringify(statuses)}`);
    }
    child.send('account');
    const [{ account, errors, rss }] = await once(child, 'message');
    child.disconnect();
    await gone;
    const stored = await countStored(join(directory, 'store'));
    return report(
      'fuzz',
      {
        payloads,
        'payloads/s': payloads / ((performance.now() - startedAt) / MS_PER_SECOND),
        ...Object.fromEntries(
          Object.entries(statuses).map(([status, answers]) => [`answers ${status}`, answers]),
        ),
        'events accepted': account.accepted,
        'events known already': account.duplicates,
        'events rejected': account.rejected,
        'server errors': errors,
        'accepted less stored': account.accepted - stored.accepted,
        'rejected less kept': account.rejected - stored.kept,
        'memory at the end, MB': rss / 1e6,
      },
      TARGETS,
    );
  } finally {
    if (child.connected) {
      child.disconnect();
      await gone;
    }
    await rm(directory, { recursive: true, force: true });
  }
}

async function countStored(path: string): Promise<z.infer<typeof counts>> {
  const ignore = (): void => undefined;
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const store = openStore({ address: { kind: 'embedded', path }, logger });
  try {
    const [row] = await store.select({
      sql: `SELECT (SELECT count() FROM {{database}}.requests) + (SELECT count() FROM {{database}}.events) AS accepted,
        (SELECT count() FROM {{database}}.rejected) AS kept`,
      params: {},
      row: counts,
      label: 'bench.fuzz',
    });
    return row ?? { accepted: Number.NaN, kept: Number.NaN };
  } finally {
    await store.close();
  }
}
