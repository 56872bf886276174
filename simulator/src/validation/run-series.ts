import { type AlertEvent, MEMORY, type MonthRun, SAMPLE_SECONDS } from '../run/month-run.ts';
import { samplesToDraw } from './thinning.ts';

/** What is drawn of the state, in the order of the legend. */
export const DRAWN_STATE = ['users', 'sessions', 'connections', 'uploads', 'queued-jobs'] as const;

/** What the report draws of one replication. Times are in samples, minutes since the run's first midnight. */
export interface RunSeries {
  readonly days: number;
  readonly memory: {
    readonly at: readonly number[];
    /** Of each part in the order of `MEMORY`, MB. */
    readonly parts: readonly (readonly number[])[];
  };
  readonly state: {
    readonly at: readonly number[];
    /** Of each in the order of {@link DRAWN_STATE}. */
    readonly values: readonly (readonly number[])[];
  };
  /** Requests of each hour, from the first. */
  readonly hours: readonly number[];
  readonly alerts: readonly { readonly kind: AlertEvent['kind']; readonly at: number }[];
}

/** One for each pixel of a wide screen. */
const BUCKETS = 1440;
const HOURS_PER_DAY = 24;
const SECONDS_PER_HOUR = 3600;

/**
 * Reduces a run to what is drawn of it.
 *
 * @param instants samples of the memory to keep in any case: those that the document gives
 */
export function seriesOf(run: MonthRun, days: number, instants: readonly number[]): RunSeries {
  const total = totalOf(MEMORY.map((part) => run.memory[part]));
  // The parts are drawn on top of each other, so all of them are kept where their sum is lowest or highest.
  const memoryAt = samplesToDraw([total], BUCKETS, instants);
  const stateAt = samplesToDraw(
    DRAWN_STATE.map((name) => run.state[name]),
    BUCKETS,
  );
  const samplesOf = (values: Float32Array, at: readonly number[]): number[] =>
    at.map((index) => rounded(values[index] ?? 0));
  return {
    days,
    memory: { at: memoryAt, parts: MEMORY.map((part) => samplesOf(run.memory[part], memoryAt)) },
    state: { at: stateAt, values: DRAWN_STATE.map((name) => samplesOf(run.state[name], stateAt)) },
    hours: requestsByHour(run, days),
    alerts: run.alerts.map(({ kind, at }) => ({ kind, at: Math.floor(at / SAMPLE_SECONDS) })),
  };
}

function totalOf(parts: readonly Float32Array[]): Float32Array {
  const total = new Float32Array(parts[0]?.length ?? 0);
  for (const part of parts) {
    for (let index = 0; index < total.length; index += 1) {
      total[index] = (total[index] ?? 0) + (part[index] ?? 0);
    }
  }
  return total;
}

function requestsByHour({ trace }: MonthRun, days: number): number[] {
  const hours = new Array<number>(days * HOURS_PER_DAY).fill(0);
  for (const at of trace.at) {
    const hour = Math.min(Math.floor(at / SECONDS_PER_HOUR), hours.length - 1);
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  return hours;
}

/** A tenth is more than a pixel shows, and keeps the file small. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
