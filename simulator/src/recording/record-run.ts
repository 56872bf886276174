import {
  type Logger,
  type MemorySample,
  type Microseconds,
  openSimulationStore,
  type Recorded,
  type ResourceSample,
  type StoreAddress,
  type TenantId,
} from '@riwayat/collector';
import { totalMemory } from '../memory/questions.ts';
import { stretchesOf } from '../memory/settings.ts';
import { MEMORY, type MonthRun, SAMPLE_SECONDS } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MICROS_PER_SECOND, parseStart, startOfDay } from '../workload/calendar.ts';
import { type RecordNames, requestRecords } from './request-records.ts';

/** Whose rows they are: a tenant of no observed database, so that none is mistaken for one. */
const NAMES: RecordNames = {
  tenantId: 'simulated' as TenantId,
  instance: 'simulated',
  userId: (userKey) => userKey,
};
const BYTES_PER_MEGABYTE = 1_000_000;
const BYTES_PER_GIGABYTE = 1_000_000_000;
const NONE = 0 as Microseconds;

export interface RecordOptions {
  readonly address: StoreAddress;
  readonly logger: Logger;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly replication: number;
  readonly run: MonthRun;
}

/**
 * Writes a run's requests and samples into the database of simulated runs, under an id that follows from its content.
 *
 * @throws {StoreError} when the store cannot be opened; ClickHouse's own error when it does not take the rows
 */
export async function recordRun(options: RecordOptions): Promise<Recorded> {
  const { address, logger, scenario, seed, replication, run } = options;
  const begins = startOfDay(parseStart(scenario.start));
  const store = await openSimulationStore({ address, logger });
  try {
    return await store.record({
      scenario: scenario.name,
      seed,
      replication,
      begins: begins as Microseconds,
      requests: requestRecords(run, scenario.start, NAMES),
      resources: resourceSamples(run, scenario, begins),
      memory: memorySamples(run, begins),
    });
  } finally {
    await store.close();
  }
}

/** The machine as a process on it would have sampled it; what the model has no state for is 0. */
function* resourceSamples(
  { state, memory }: MonthRun,
  scenario: Scenario,
  begins: number,
): Generator<ResourceSample> {
  const total = totalMemory(memory);
  const disk = scenario.server.diskGb * BYTES_PER_GIGABYTE;
  let hits = 0;
  let lookups = 0;
  for (const { from, until, settings } of stretchesOf(scenario, total.length)) {
    for (let minute = from; minute < until; minute += 1) {
      hits += state['cache-hits'][minute] ?? 0;
      lookups += state['cache-lookups'][minute] ?? 0;
      const used = Math.round((total[minute] ?? 0) * BYTES_PER_MEGABYTE);
      const cpu = state.cpu[minute] ?? 0;
      yield {
        ts: instantOf(minute, begins),
        instance: NAMES.instance,
        cpu,
        hostCpu: cpu,
        rss: used,
        heapUsed: 0,
        heapTotal: 0,
        external: 0,
        memoryLimit: Math.round(settings.limit * BYTES_PER_MEGABYTE),
        hostMemoryUsed: used,
        hostMemoryTotal: Math.round(settings.limit * BYTES_PER_MEGABYTE),
        eventLoopLagP99: NONE,
        eventLoopLagMax: NONE,
        openSockets: 0,
        databaseConnections: Math.round(state.connections[minute] ?? 0),
        databaseWaiting: Math.round(state.waiting[minute] ?? 0),
        databaseBusy: Math.round(state.connections[minute] ?? 0),
        databasePool: 0,
        queueDepth: Math.round(state['queued-jobs'][minute] ?? 0),
        cacheHits: Math.round(hits),
        cacheMisses: Math.round(lookups - hits),
        diskFree: Math.max(0, disk - Math.round((state.disk[minute] ?? 0) * BYTES_PER_GIGABYTE)),
        diskTotal: disk,
        spoolBytes: 0,
        ended: false,
      };
    }
  }
}

function* memorySamples({ memory }: MonthRun, begins: number): Generator<MemorySample> {
  for (const minute of memory.system.keys()) {
    yield {
      ts: instantOf(minute, begins),
      parts: Object.fromEntries(
        MEMORY.map((part) => [part, (memory[part][minute] ?? 0) * BYTES_PER_MEGABYTE]),
      ),
    };
  }
}

function instantOf(minute: number, begins: number): Microseconds {
  return (begins + minute * SAMPLE_SECONDS * MICROS_PER_SECOND) as Microseconds;
}
