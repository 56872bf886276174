/**
 * One message of the live feed: what holds at `timestamp`, not what changed. `api_calls`, `data_transfer` and
 * `active_users` are totals of the tenant's current local month; `interval` is the last second alone.
 */
export interface Tick {
  /** ISO instant. */
  readonly timestamp: string;
  /** Names one run of the server; `seq` counts up within it. */
  readonly epoch: string;
  readonly seq: number;
  readonly api_calls: number;
  readonly data_transfer_bytes: number;
  readonly active_users: number;
  /** Different people within the last five minutes. */
  readonly concurrent_users: number;
  /** Percent of the cores the server may use. */
  readonly cpu_usage: number;
  /** Percent of the memory the server may use. */
  readonly memory_usage: number;
  /** What the month costs by now, whole rupiah; null where it is not known. */
  readonly cost_estimate: number | null;
  readonly interval: { readonly api_calls: number; readonly errors: number };
}

const NUMBERS = [
  'seq',
  'api_calls',
  'data_transfer_bytes',
  'active_users',
  'concurrent_users',
  'cpu_usage',
  'memory_usage',
] as const;

/** Reads one message of the feed; undefined when it is not a tick. */
export function parseTick(message: unknown): Tick | undefined {
  if (typeof message !== 'string') {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return undefined;
  }
  return isTick(value) ? value : undefined;
}

function isTick(value: unknown): value is Tick {
  if (!isRecord(value)) {
    return false;
  }
  const { interval, timestamp, epoch } = value;
  if (!isRecord(interval)) {
    return false;
  }
  const { api_calls, errors } = interval;
  return (
    typeof timestamp === 'string' &&
    !Number.isNaN(Date.parse(timestamp)) &&
    typeof epoch === 'string' &&
    NUMBERS.every((name) => typeof value[name] === 'number') &&
    (value['cost_estimate'] === null || typeof value['cost_estimate'] === 'number') &&
    typeof api_calls === 'number' &&
    typeof errors === 'number'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
