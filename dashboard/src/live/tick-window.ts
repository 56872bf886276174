import type { Tick } from './tick.ts';

/** How far back the live chart looks. */
export const WINDOW_SECONDS = 120;

const MS_PER_SECOND = 1000;

/** The ticks of the last two minutes, oldest first, all of one epoch and in order of `seq`. */
export type TickWindow = readonly Tick[];

/**
 * The window after one more tick. A tick is absolute state, so one that was already applied, or that is older than
 * the newest, changes nothing; a tick of another epoch (the server has started anew) begins a new window.
 */
export function withTick(window: TickWindow, tick: Tick): TickWindow {
  const newest = window.at(-1);
  if (newest === undefined || newest.epoch !== tick.epoch) {
    return [tick];
  }
  if (tick.seq <= newest.seq) {
    return window;
  }
  return [...window, tick].slice(-WINDOW_SECONDS);
}

/** Where the feed is to resume: `epoch:seq` of the newest tick. */
export function resumePoint(window: TickWindow): string | undefined {
  const newest = window.at(-1);
  return newest && `${newest.epoch}:${newest.seq}`;
}

/** Columns for a chart, one row a second, `null` where no tick came. */
export interface SecondsSeries {
  /** Epoch seconds. */
  readonly seconds: readonly number[];
  readonly requests: readonly (number | null)[];
  readonly errors: readonly (number | null)[];
  readonly cpu: readonly (number | null)[];
  readonly memory: readonly (number | null)[];
}

/** The last two minutes second by second, ending with the newest tick; a lost second is a gap, never a zero. */
export function bySecond(window: TickWindow): SecondsSeries {
  const newest = window.at(-1);
  if (newest === undefined) {
    return { seconds: [], requests: [], errors: [], cpu: [], memory: [] };
  }
  const end = secondOf(newest);
  const ticks = new Map(window.map((tick) => [secondOf(tick), tick]));
  const seconds = Array.from({ length: WINDOW_SECONDS }, (_, index) => end - WINDOW_SECONDS + 1 + index);
  const column = (value: (tick: Tick) => number): (number | null)[] =>
    seconds.map((second) => {
      const tick = ticks.get(second);
      return tick === undefined ? null : value(tick);
    });
  return {
    seconds,
    requests: column((tick) => tick.interval.api_calls),
    errors: column((tick) => tick.interval.errors),
    cpu: column((tick) => tick.cpu_usage),
    memory: column((tick) => tick.memory_usage),
  };
}

/** What the live chart says in words. Rates are requests per second over the seconds that were seen. */
export interface WindowSummary {
  readonly mean: number;
  readonly peak: number;
  readonly errors: number;
}

export function summarise(window: TickWindow): WindowSummary {
  const calls = window.map((tick) => tick.interval.api_calls);
  const total = calls.reduce((sum, count) => sum + count, 0);
  return {
    mean: window.length === 0 ? 0 : total / window.length,
    peak: Math.max(0, ...calls),
    errors: window.reduce((sum, tick) => sum + tick.interval.errors, 0),
  };
}

function secondOf(tick: Tick): number {
  return Math.round(Date.parse(tick.timestamp) / MS_PER_SECOND);
}
