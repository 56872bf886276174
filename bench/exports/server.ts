// The whole application in a process of its own, on its embedded engines: `server.ts DIRECTORY`, where everything is
// stored already. Tells its address and an administrator's token, then what memory it uses and how late its event loop
// is, and ends with the parent.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startApplication } from '../../api/src/testing/application.ts';
import type { Listening, Question, Seen } from './messages.ts';
import { TENANT } from './recorded.ts';

const SAMPLE_MS = 5;
const RESOLUTION_MS = 1;
const PERCENTILE = 99;
const NANOSECONDS_PER_MS = 1e6;
const BYTES_PER_MB = 1024 * 1024;

const [, , directory = ''] = process.argv;
const application = await startApplication({ DATA_DIR: directory });
const token = await application.tokenOf(TENANT, 'administrator');
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

let most = 0;

function sample(): number {
  const rss = process.memoryUsage.rss();
  most = Math.max(most, rss);
  return rss;
}

function late(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS);
}

setInterval(sample, SAMPLE_MS).unref();
process.on('message', (question: Question) => {
  if (question === 'watch') {
    most = 0;
    delay.reset();
  }
  const now = sample();
  process.send?.({
    now: now / BYTES_PER_MB,
    most: most / BYTES_PER_MB,
    delayP99: late(delay.percentile(PERCENTILE)),
    delayMax: late(delay.max),
  } satisfies Seen);
});
process.on('disconnect', async () => {
  await application.stop();
  process.exit(0);
});
process.send?.({ url: application.url, token } satisfies Listening);
