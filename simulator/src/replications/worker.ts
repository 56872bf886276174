import { workerData } from 'node:worker_threads';
import { type Job, loadReplicate, perform } from './job.ts';

const { module, argument }: Job<unknown> = workerData;
const replicate = loadReplicate(module);
// A failure belongs to the replication that asked, which awaits it below; without a listener it would end the thread.
replicate.catch(() => undefined);

/** What a worker thread does: one replication of the job that it was started for. */
export default async function work(replication: number): Promise<unknown> {
  return perform(await replicate, argument, replication);
}
