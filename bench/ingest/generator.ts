// Sends batches to an ingest server and tells its parent what became of them. One load a process.
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Batch } from './batch.ts';
import type { Load, LoadResult } from './messages.ts';

const BATCHES_PER_CONNECTION = 2;
/** Ids of one connection never meet those of another… */
const IDS_PER_CONNECTION = 1e12;
/** …and no connection sends as many events in a millisecond, so a later run does not meet those of an earlier one. */
const IDS_PER_MS = 1_000;
const MS_PER_RANGE = 1e8;
const MS_PER_SECOND = 1_000;
const ACCEPTED = 202;

const acknowledgements: number[] = [];
const counts = { accepted: 0, duplicates: 0, rejected: 0, failed: 0 };

async function connection(load: Load, index: number, startsAt: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const batches = Array.from(
    { length: BATCHES_PER_CONNECTION },
    (_, i) => new Batch(load.eventsPerBatch, index * BATCHES_PER_CONNECTION + i),
  );
  const every = load.batchesPerSecond && (MS_PER_SECOND * load.connections) / load.batchesPerSecond;
  const endsAt = startsAt + load.seconds * MS_PER_SECOND;
  let nextId = (index + 1) * IDS_PER_CONNECTION + (Date.now() % MS_PER_RANGE) * IDS_PER_MS;
  let due = startsAt + ((every ?? 0) * index) / load.connections;
  for (let turn = 0; performance.now() < endsAt; turn += 1) {
    const batch = batches[turn % batches.length];
    if (batch === undefined) {
      break;
    }
    batch.renew(nextId);
    nextId += load.eventsPerBatch;
    if (every === undefined) {
      due = performance.now();
    } else {
      await delay(Math.max(0, due - performance.now()));
    }
    await send(load, agent, index, batch.body);
    // From when the batch was due: a server that falls behind is not excused by the generator's waiting for it.
    acknowledgements.push(performance.now() - due);
    due += every ?? 0;
  }
  agent.destroy();
}

async function send({ url, eventsPerBatch }: Load, agent: Agent, index: number, body: Buffer): Promise<void> {
  const { status, text } = await new Promise<{ status: number | undefined; text: string }>(
    (resolve, reject) => {
      const sent = request(
        `${url}/v1/requests`,
        {
          method: 'POST',
          agent,
          headers: {
            authorization: `Bearer tenant-${index}`,
            'content-type': 'application/x-ndjson',
            'content-length': body.length,
          },
        },
        (response: IncomingMessage) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            answer += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode, text: answer }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    },
  );
  if (status !== ACCEPTED) {
    counts.failed += 1;
    return;
  }
  const result: unknown = JSON.parse(text);
  const told = typeof result === 'object' && result !== null ? result : {};
  counts.accepted += 'accepted' in told ? Number(told.accepted) : 0;
  counts.duplicates += 'duplicates' in told ? Number(told.duplicates) : 0;
  counts.rejected += 'rejected' in told ? Number(told.rejected) : eventsPerBatch;
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

process.on('message', async (load: Load) => {
  const startsAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await Promise.all(Array.from({ length: load.connections }, (_, i) => connection(load, i, startsAt)));
  const sorted = acknowledgements.sort((a, b) => a - b);
  const cpu = process.cpuUsage(cpuBefore);
  const result: LoadResult = {
    ...counts,
    seconds: (performance.now() - startsAt) / MS_PER_SECOND,
    ackP50: quantile(sorted, 0.5),
    ackP99: quantile(sorted, 0.99),
    cpuMicroseconds: cpu.user + cpu.system,
  };
  process.send?.(result);
});
process.on('disconnect', () => process.exit(0));
