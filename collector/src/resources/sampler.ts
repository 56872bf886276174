/*
 * Samples what this process and its host use, and records it.
 *
 * What always holds: a sample never fails and never waits for the one before; what cannot be measured, on this
 * operating system or just now, is 0.
 */
import { statfs } from 'node:fs/promises';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Collector } from '../collector.ts';
import type { Logger } from '../logger.ts';
import type { Microseconds } from '../record/request-record.ts';
import type { ResourceSample } from '../record/resource-sample.ts';
import { CpuShare } from './cpu-share.ts';
import { HostCpu, hostMemory } from './host.ts';
import { resourceLimits } from './limits.ts';

const INTERVAL_MS = 5_000;
/** How often the event loop is asked how late it is. */
const LAG_RESOLUTION_MS = 10;
const LAG_PERCENTILE = 99;
const NANOSECONDS_PER_MICROSECOND = 1_000;
const MICROSECONDS_PER_MS = 1_000;
const SOCKET_RESOURCE = 'TCPSocketWrap';

/** What only the application knows; what it does not tell is 0. */
export interface ResourceGauges {
  /** All TCP connections of the process unless told. */
  readonly openSockets?: () => number;
  /** Open connections to the application's database, and those who wait for one. */
  readonly databaseConnections?: () => number;
  readonly databaseWaiting?: () => number;
  /** Those in use, and how many there may be. */
  readonly databaseBusy?: () => number;
  readonly databasePool?: () => number;
  /** Jobs that wait. */
  readonly queueDepth?: () => number;
  /** Since the process started. */
  readonly cacheHits?: () => number;
  readonly cacheMisses?: () => number;
}

export interface ResourceSamplerOptions {
  readonly collector: Pick<Collector, 'sample' | 'status'>;
  /** Name of this process. */
  readonly instance: string;
  /** On the file system whose room is watched: where data is kept. */
  readonly directory: string;
  readonly logger: Logger;
  readonly gauges?: ResourceGauges;
  /** Five seconds unless given. */
  readonly intervalMs?: number;
}

/**
 * Begins to sample.
 *
 * @returns what ends it
 */
export function startResourceSampler(options: ResourceSamplerOptions): () => void {
  const sampler = new ResourceSampler(options);
  const timer = setInterval(sampler.sample, options.intervalMs ?? INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    sampler.end();
  };
}

class ResourceSampler {
  readonly #options: ResourceSamplerOptions;
  readonly #limits = resourceLimits();
  readonly #cpu = new CpuShare(this.#limits.cores);
  readonly #hostCpu = new HostCpu();
  readonly #lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  /** What failed last, to say it once. */
  readonly #failing = new Set<string>();
  #sampling = false;
  #stopped = false;
  #last: ResourceSample | undefined;

  constructor(options: ResourceSamplerOptions) {
    this.#options = options;
    this.#lag.enable();
    void this.#hostCpu.read();
  }

  readonly sample = (): void => {
    if (this.#sampling) {
      return;
    }
    this.#sampling = true;
    // Past all timers of this turn, the monitor's own among them: one that is still due would be lost by the reset.
    setImmediate(() => this.#take());
  };

  /** Says that there will be no more samples: whoever hears nothing then need not worry. */
  end(): void {
    this.#stopped = true;
    this.#lag.disable();
    if (this.#last !== undefined) {
      this.#options.collector.sample({ ...this.#last, ts: now(), ended: true });
    }
  }

  #take(): void {
    this.#measure()
      .then((sample) => {
        if (!this.#stopped) {
          this.#last = sample;
          this.#options.collector.sample(sample);
        }
      })
      .catch((error: unknown) => this.#failed('sample', error))
      .finally(() => {
        this.#sampling = false;
      });
  }

  async #measure(): Promise<ResourceSample> {
    const { instance, collector, gauges = {} } = this.#options;
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const processSide = {
      ts: now(),
      instance,
      cpu: this.#cpu.read(),
      rss,
      heapUsed,
      heapTotal,
      external,
      memoryLimit: this.#limits.memory,
      eventLoopLagP99: lag(this.#lag, this.#lag.percentile(LAG_PERCENTILE)),
      eventLoopLagMax: lag(this.#lag, this.#lag.max),
      openSockets: this.#gauge('openSockets', gauges.openSockets ?? openSockets),
      databaseConnections: this.#gauge('databaseConnections', gauges.databaseConnections),
      databaseWaiting: this.#gauge('databaseWaiting', gauges.databaseWaiting),
      databaseBusy: this.#gauge('databaseBusy', gauges.databaseBusy),
      databasePool: this.#gauge('databasePool', gauges.databasePool),
      queueDepth: this.#gauge('queueDepth', gauges.queueDepth),
      cacheHits: this.#gauge('cacheHits', gauges.cacheHits),
      cacheMisses: this.#gauge('cacheMisses', gauges.cacheMisses),
      spoolBytes: collector.status().spoolBytes,
      ended: false,
    };
    this.#lag.reset();
    const [hostCpu, memory, disk] = await Promise.all([this.#hostCpu.read(), hostMemory(), this.#disk()]);
    return {
      ...processSide,
      hostCpu,
      hostMemoryUsed: memory.used,
      hostMemoryTotal: memory.total,
      diskFree: disk.free,
      diskTotal: disk.total,
    };
  }

  #gauge(name: string, read: (() => number) | undefined): number {
    try {
      const value = read?.() ?? 0;
      return Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
    } catch (error) {
      this.#failed(name, error);
      return 0;
    }
  }

  /** Bytes, of which those are free that this process may use. */
  async #disk(): Promise<{ free: number; total: number }> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#options.directory);
      return { free: bavail * bsize, total: blocks * bsize };
    } catch (error) {
      this.#failed('disk', error);
      return { free: 0, total: 0 };
    }
  }

  #failed(what: string, error: unknown): void {
    if (!this.#failing.has(what)) {
      this.#failing.add(what);
      this.#options.logger.warn({ err: error, what }, 'a resource cannot be measured; it shows as 0');
    }
  }
}

function now(): Microseconds {
  return (Date.now() * MICROSECONDS_PER_MS) as Microseconds;
}

/** How late the loop was, without the time that the monitor waits itself; 0 before it was asked at all. */
function lag({ count }: IntervalHistogram, nanoseconds: number): Microseconds {
  const late = nanoseconds / NANOSECONDS_PER_MICROSECOND - LAG_RESOLUTION_MS * MICROSECONDS_PER_MS;
  return (count === 0 ? 0 : Math.max(0, Math.round(late))) as Microseconds;
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === SOCKET_RESOURCE).length;
}
