import type { Microseconds } from './request-record.ts';

/** What one process and its host used at one moment. What cannot be measured on a system is 0. */
export interface ResourceSample {
  /** Epoch microseconds, UTC. */
  readonly ts: Microseconds;
  /** Name of the process. */
  readonly instance: string;
  /** Share of the cores that the process may use, 0 to 1, since the sample before. */
  readonly cpu: number;
  /** The host's share of all its cores, 0 to 1. */
  readonly hostCpu: number;
  /** Bytes, as all below until said otherwise. */
  readonly rss: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly external: number;
  /** What the process may use: its container's limit, or the host's memory. */
  readonly memoryLimit: number;
  readonly hostMemoryUsed: number;
  readonly hostMemoryTotal: number;
  /** Microseconds, since the sample before. */
  readonly eventLoopLagP99: Microseconds;
  readonly eventLoopLagMax: Microseconds;
  readonly openSockets: number;
  readonly databaseConnections: number;
  readonly databaseWaiting: number;
  /** In use, of those open; and how many there may be. */
  readonly databaseBusy: number;
  readonly databasePool: number;
  readonly queueDepth: number;
  /** Since the process started. */
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Bytes of the file system that holds the data. */
  readonly diskFree: number;
  readonly diskTotal: number;
  readonly spoolBytes: number;
  /** The process's last one, as far as it can say. */
  readonly ended: boolean;
}
