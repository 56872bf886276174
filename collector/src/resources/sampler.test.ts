import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Collector } from '../collector.ts';
import { openCollector } from '../opening.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import { openStore } from '../store/store.ts';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { type ResourceSamplerOptions, startResourceSampler } from './sampler.ts';

const logger = testLogger();
let directory: string;
let collector: Collector;
let samples: ResourceSample[];
let stop: (() => void) | undefined;

beforeAll(async () => {
  directory = temporaryDirectory();
  collector = await openCollector({
    store: { kind: 'embedded', path: join(directory, 'clickhouse') },
    spoolDirectory: join(directory, 'spool'),
    instance: 'test',
    logger,
  });
});
afterEach(() => stop?.());
afterAll(() => collector.close());

function start(options: Partial<ResourceSamplerOptions> = {}): void {
  samples = [];
  stop = startResourceSampler({
    collector: {
      status: () => collector.status(),
      sample: (sample) => {
        samples.push(sample);
        collector.sample(sample);
      },
    },
    instance: 'test',
    directory,
    logger,
    intervalMs: 100,
    ...options,
  });
}

function burn(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    Math.sqrt(until);
  }
}

it('goes on, and says so once, when something cannot be measured', async () => {
  start({
    directory: join(directory, 'not-there'),
    gauges: {
      databaseWaiting: () => {
        throw new Error('no pool');
      },
    },
  });
  await eventually(() => samples.length > 2);
  expect(samples.at(-1)).toMatchObject({ databaseWaiting: 0, diskFree: 0, diskTotal: 0 });
  const warned = logger.lines.filter(({ message }) => message.startsWith('a resource cannot be measured'));
  expect(warned).toHaveLength(2);
});

it('samples the process, its host and what the application tells, and has it stored', async () => {
  start({
    instance: 'stored',
    gauges: {
      databaseConnections: () => 7,
      databaseBusy: () => 3,
      databasePool: () => 10,
      queueDepth: () => 2.6,
      cacheHits: () => Number.NaN,
    },
  });
  await eventually(() => samples.length > 0);
  burn(150);
  // The timer that measures the lag may come after the sampler's own: then the next sample tells it.
  await eventually(() => samples.some(({ eventLoopLagMax }) => eventLoopLagMax > 100_000));
  stop?.();
  const busiest = Math.max(...samples.map(({ cpu }) => cpu));
  const sample = samples.find(({ cpu }) => cpu === busiest);
  expect(sample).toMatchObject({
    instance: 'stored',
    databaseConnections: 7,
    databaseWaiting: 0,
    databaseBusy: 3,
    databasePool: 10,
    queueDepth: 3,
    cacheHits: 0,
  });
  expect(sample?.cpu).toBeGreaterThan(0.05);
  expect(sample?.cpu).toBeLessThanOrEqual(1);
  expect(sample?.rss).toBeGreaterThan(20e6);
  expect(sample?.heapUsed).toBeLessThan(sample?.heapTotal ?? 0);
  expect(sample?.memoryLimit).toBeLessThanOrEqual(totalmem());
  expect(sample?.hostMemoryUsed).toBeGreaterThan(sample?.rss ?? 0);
  expect(sample?.diskTotal).toBeGreaterThan(sample?.diskFree ?? 0);
  expect(sample?.diskFree).toBeGreaterThan(0);
  expect(Math.max(...samples.map(({ hostCpu }) => hostCpu))).toBeGreaterThan(0);
  await collector.drain();
  await collector.close();
  const store = openStore({ address: { kind: 'embedded', path: join(directory, 'clickhouse') }, logger });
  const rows = await store.select({
    sql: 'SELECT toString(rss) AS rss, database_connections AS connections FROM {{database}}.resource_samples WHERE instance = {instance:String}',
    params: { instance: 'stored' },
    row: z.object({ rss: z.string(), connections: z.coerce.number() }),
    label: 'test.samples',
  });
  await store.close();
  expect(rows).toHaveLength(samples.length);
  expect(rows).toContainEqual({ rss: String(sample?.rss), connections: 7 });
  // The last one says that it is.
  expect(samples.map(({ ended }) => ended)).toEqual([...samples.slice(1).map(() => false), true]);
});
