import type { UserClass } from '../population/user-class.ts';
import type { RequestTrace } from '../workload/trace.ts';

/** Samples are taken at the beginning of each minute, the first at the run's first midnight. */
export const SAMPLE_SECONDS = 60;

/** What is sampled of the system's state, each minute. */
export const STATE = [
  /** People with a request under way or one in the last five minutes. */
  'users',
  /** Sessions kept by the server: neither logged out nor timed out. */
  'sessions',
  /** PHP-FPM children that are busy, and that exist. */
  'busy-workers',
  'workers',
  /** Connections to the database that are open, and that wait for one. */
  'connections',
  'waiting',
  /** Bodies with files that are being sent, however many files are in each. */
  'uploads',
  /** Their size, MB: a buffer is as large as what it is made for. */
  'upload-megabytes',
  /** Files that arrived whole in the minute before. */
  'files',
  /** Background jobs that wait. */
  'queued-jobs',
  /** Share of all cores that was busy in the minute before, 0 to 1. */
  'cpu',
  /** Requests of the minute before. */
  'requests',
  /** Of the pages that were looked up in the minute before: hits, and all. */
  'cache-hits',
  'cache-lookups',
  /** Pages in the cache. */
  'cached-pages',
  /** Disk in use, GB. */
  'disk',
] as const;
export type State = (typeof STATE)[number];

/** Parts of the memory, MB. */
export const MEMORY = ['application', 'database', 'cache', 'sessions', 'file-buffers', 'system'] as const;
export type MemoryPart = (typeof MEMORY)[number];

/** The system's state over a run, a number a minute. */
export interface StateSamples {
  readonly state: Readonly<Record<State, Float32Array>>;
  /** Sessions kept by the server, by the class of their person. */
  readonly sessionsOf: Readonly<Record<UserClass, Float32Array>>;
}

/** Memory over a run, MB, a number a minute. */
export type MemorySamples = Readonly<Record<MemoryPart, Float32Array>>;

/** Answers to the requests of a trace, in its order. */
export interface Answers {
  /**
   * From the request's arrival to the last byte of its response, milliseconds, with all waiting; without the time in which
   * a device sends files, as PHP begins to run, and to measure, when it has the whole body.
   */
  readonly milliseconds: Float32Array;
  readonly status: Uint16Array;
  /** 0 where there is no cache, 1 a miss, 2 a hit. */
  readonly cache: Uint8Array;
  readonly bytesIn: Uint32Array;
  readonly bytesOut: Uint32Array;
}

export const ALERTS = ['memory', 'cpu', 'connections', 'response-time', 'disk', 'security'] as const;

/** An alert that began to fire. */
export interface AlertEvent {
  readonly kind: (typeof ALERTS)[number];
  /** Seconds since the run's first midnight. */
  readonly at: number;
}

/** What is counted over a run; `…Of(day)` questions are asked of the columns instead. */
const COUNTS = [
  'failed-logins',
  'lockouts',
  'rate-limited',
  'rejected-uploads',
  'token-renewals',
  'session-timeouts',
] as const;
export type Count = (typeof COUNTS)[number];

/** Work done in the background, by day counted from 0. */
export interface Background {
  readonly jobs: Float64Array;
  readonly messages: Float64Array;
  readonly uploads: Float64Array;
  readonly uploadBytes: Float64Array;
  readonly verifications: Float64Array;
}

/** What is counted each minute beside the state, of the minute before. */
export interface MinuteColumns {
  readonly answers: Float32Array;
  /** Answers that took longer than a second. */
  readonly slow: Float32Array;
  /** Calls refused by the rate limit. */
  readonly refused: Float32Array;
  /** The most connections that were open at once. */
  readonly mostConnections: Float32Array;
}

/** What the system made of a trace. */
export interface SystemRun extends StateSamples {
  readonly answers: Answers;
  readonly counts: Readonly<Record<Count, number>>;
  readonly background: Background;
  readonly counted: MinuteColumns;
  /** All that need no memory to be known. */
  readonly alerts: readonly AlertEvent[];
}

/** One replication of a scenario. */
export interface MonthRun extends SystemRun {
  readonly trace: RequestTrace;
  readonly memory: MemorySamples;
}
