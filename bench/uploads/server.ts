// The whole application in a process of its own, on its embedded engines. Tells its address and a mentor's token to the
// parent, then what memory it uses, and ends with the parent.
import { startApplication } from '../../api/src/testing/application.ts';
import type { Listening, Memory, Question } from './messages.ts';

const SAMPLE_MS = 5;
const BYTES_PER_MB = 1024 * 1024;

const application = await startApplication();
const tenant = await application.createTenant('bench', ['mentor']);
const token = await application.tokenOf(tenant, 'mentor');

let most = 0;
let buffers = 0;

function sample(): number {
  const { rss, arrayBuffers } = process.memoryUsage();
  most = Math.max(most, rss);
  buffers = Math.max(buffers, arrayBuffers);
  return rss;
}

setInterval(sample, SAMPLE_MS).unref();
process.on('message', (question: Question) => {
  if (question === 'watch') {
    most = 0;
    buffers = 0;
  }
  const now = sample();
  const memory: Memory = {
    now: now / BYTES_PER_MB,
    most: most / BYTES_PER_MB,
    buffers: buffers / BYTES_PER_MB,
  };
  process.send?.(memory);
});
process.on('disconnect', async () => {
  await application.stop();
  process.exit(0);
});
process.send?.({ url: application.url, token } satisfies Listening);
