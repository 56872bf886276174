import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { pdf } from '../../api/src/testing/samples.ts';
import { messageOf, startChild, stopChild } from '../child.ts';
import { type Benchmark, type BenchOptions, type BenchSetting, type Report, report } from '../report.ts';
import type { Listening, Memory, Question } from './messages.ts';

const FILES: BenchSetting = { name: 'files', value: 8, meaning: 'files uploaded at once' };
const MEGABYTES: BenchSetting = { name: 'megabytes', value: 10, meaning: 'of each file' };
const BYTES_PER_MB = 1024 * 1024;
/** Code that is compiled and pools that are filled by the first uploads are no cost of the later ones. */
const WARM_UP_UPLOADS = 3;
const WARM_UP_BYTES = BYTES_PER_MB;
/** The warm-up's garbage goes, and what it left to do in the background is done. */
const SETTLE_MS = 3_000;
const CREATED = 201;
const BURSTS = 3;

const TARGETS = [
  { figure: 'memory added by the first burst, MB', atMost: 30 },
  { figure: 'memory added by a later burst, most MB', atMost: 30 },
  { figure: 'uploads that failed', atLeast: 0, atMost: 0 },
];

/**
 * The whole application in one process, engines embedded; files uploaded to it at once over loopback: how much its
 * resident memory grows meanwhile, sampled every 5 ms. One that held the files would grow by all of their size.
 */
export const uploads: Benchmark = {
  summary: 'Memory that many large uploads at once take',
  settings: [FILES, MEGABYTES],
  run: measure,
};

async function measure({ progress, setting }: BenchOptions): Promise<Report> {
  const [files, megabytes] = [setting(FILES), setting(MEGABYTES)];
  const server = startChild(new URL('./server.ts', import.meta.url));
  try {
    const listening = await messageOf<Listening>(server);
    const small = new Uint8Array(pdf({ bytes: WARM_UP_BYTES }));
    const large = new Uint8Array(pdf({ bytes: megabytes * BYTES_PER_MB }));
    for (let sent = 0; sent < WARM_UP_UPLOADS; sent += 1) {
      await upload(listening, small);
    }
    progress(`  server is warm; ${BURSTS} times ${files} files of ${megabytes} MB at once`);

    const grown: number[] = [];
    const buffers: number[] = [];
    const seconds: number[] = [];
    let failed = 0;
    for (let burst = 0; burst < BURSTS; burst += 1) {
      await delay(SETTLE_MS);
      const before = await ask(server, 'watch');
      const startedAt = performance.now();
      const statuses = await Promise.all(Array.from({ length: files }, () => upload(listening, large)));
      seconds.push((performance.now() - startedAt) / 1_000);
      const after = await ask(server, 'tell');
      failed += statuses.filter((status) => status !== CREATED).length;
      grown.push(after.most - before.now);
      buffers.push(after.buffers);
      progress(`  ${before.now.toFixed(0)} MB, then at most ${after.most.toFixed(0)} MB`);
    }
    const [first = Number.NaN, ...later] = grown;
    return report(
      'uploads',
      {
        'files at once': files,
        'size of each, MB': megabytes,
        'memory added by the first burst, MB': first,
        'memory added by a later burst, most MB': Math.max(...later),
        'in buffers, most MB': Math.max(...buffers),
        'time of a burst, most s': Math.max(...seconds),
        'uploads that failed': failed,
      },
      TARGETS,
    );
  } finally {
    await stopChild(server);
  }
}

/** @returns the status */
async function upload({ url, token }: Listening, content: Uint8Array<ArrayBuffer>): Promise<number> {
  const form = new FormData();
  form.set('title', 'Bench');
  form.set('file', new Blob([content]), 'bench.pdf');
  const answer = await fetch(`${url}/api/materi`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  await answer.arrayBuffer();
  return answer.status;
}

function ask(server: ChildProcess, question: Question): Promise<Memory> {
  server.send(question);
  return messageOf<Memory>(server);
}
