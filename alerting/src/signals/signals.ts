import type { Signal } from './signal.ts';

const MINUTE = 60;
const HOUR = 3_600;
/** A state of now: read, not added up. */
const NOW = { least: 0, most: 0 } as const;
/** Of what is added up from requests, events and samples. */
const SPAN = { least: 10, most: 6 * HOUR } as const;
/** Distinct people are counted in windows of five minutes, as the bill does. */
const FIVE_MINUTES = { least: 5 * MINUTE, most: 5 * MINUTE } as const;

const REQUESTS = { scopes: ['tenant', 'platform'], subject: 'tenant', statistics: [] } as const;
const CALLS = { ...REQUESTS, counted: 'calls' } as const;
const ENDPOINT = { narrowing: { by: 'endpoint', required: false }, windows: SPAN } as const;
const MONEY = {
  scopes: ['tenant'],
  subject: 'tenant',
  unit: 'percent',
  worse: 'high',
  statistics: [],
  windows: NOW,
} as const;
const SAMPLE = {
  scopes: ['platform'],
  subject: 'instance',
  statistics: ['mean', 'maximum', 'minimum', 'last'],
  windows: SPAN,
} as const;
const STATE = {
  scopes: ['platform'],
  subject: 'platform',
  worse: 'high',
  statistics: [],
  windows: NOW,
} as const;

/** Every signal there is. Names never change: rules that people made have them. */
export const SIGNALS = {
  /** Mean time from a request to its answer. */
  response_time: { ...CALLS, ...ENDPOINT, unit: 'milliseconds', worse: 'high' },
  /** The time that 95 % of the answers were faster than. */
  response_time_p95: { ...CALLS, ...ENDPOINT, unit: 'milliseconds', worse: 'high' },
  response_time_p99: { ...CALLS, ...ENDPOINT, unit: 'milliseconds', worse: 'high' },
  /** Answers with a status of 500 and above, of all. */
  error_rate: { ...CALLS, ...ENDPOINT, unit: 'percent', worse: 'high' },
  throughput: { ...REQUESTS, ...ENDPOINT, unit: 'per_second', worse: 'either' },
  /** Answers that came from a cache, of those that could have. */
  cache_hit_ratio: { ...REQUESTS, windows: SPAN, unit: 'percent', worse: 'low', counted: 'lookups' },
  /** Distinct people. */
  concurrent_users: { ...REQUESTS, windows: FIVE_MINUTES, unit: 'count', worse: 'high' },
  /** The same, of those whom the plan allows at once. */
  capacity_used: { ...REQUESTS, scopes: ['tenant'], windows: FIVE_MINUTES, unit: 'percent', worse: 'high' },
  /** Since the last request was recorded. */
  silence: { ...REQUESTS, windows: NOW, unit: 'seconds', worse: 'high' },
  /** Bursts that look like an attack, of every kind; of `failed-logins`, each log-in that failed. */
  security_incidents: {
    ...REQUESTS,
    windows: SPAN,
    unit: 'count',
    worse: 'high',
    narrowing: { by: 'incident', required: false },
  },
  /** What was used of a month's limit; of the limit that is nearest, unless a meter is named. */
  limit_used: { ...MONEY, narrowing: { by: 'meter', required: false } },
  /** What the month costs so far, of the budget. */
  budget_used: MONEY,
  /** What the month will probably cost, of the budget. */
  budget_forecast: MONEY,
  /** How fast the budget is used up: 1 is a rate that ends with the month. Two windows; see `burn`. */
  budget_burn: { ...MONEY, unit: 'count', windows: { least: HOUR, most: 72 * HOUR } },
  memory_used: { ...SAMPLE, unit: 'percent', worse: 'high' },
  cpu_used: { ...SAMPLE, unit: 'percent', worse: 'high' },
  disk_free: { ...SAMPLE, unit: 'percent', worse: 'low' },
  database_connections: { ...SAMPLE, unit: 'count', worse: 'high' },
  database_pool_used: { ...SAMPLE, unit: 'percent', worse: 'high' },
  /** Jobs that wait. */
  queue_length: { ...SAMPLE, unit: 'count', worse: 'high' },
  event_loop_lag: { ...SAMPLE, unit: 'milliseconds', worse: 'high' },
  /** Since an instance gave its last sample. */
  instance_silence: { ...SAMPLE, statistics: [], windows: NOW, unit: 'seconds', worse: 'high' },
  /** Of the oldest row that is not stored yet. */
  spool_age: { ...STATE, subject: 'instance', unit: 'seconds' },
  /** Rows that were taken in and are neither stored nor known to be refused. */
  ledger_difference: { ...STATE, unit: 'rows' },
  backup_age: { ...STATE, unit: 'hours' },
  /** Until the certificate of the public address ends. */
  certificate_days: { ...STATE, worse: 'low', unit: 'days' },
} as const satisfies Record<string, Signal>;

export type SignalKey = keyof typeof SIGNALS;

export const SIGNAL_KEYS = Object.keys(SIGNALS).filter((key): key is SignalKey => key in SIGNALS);

/** A signal by its name. */
export function signalOf(key: SignalKey): Signal {
  return SIGNALS[key];
}
