import type { Input } from '@riwayat/alerting';
import type { MovingWindow } from '@riwayat/collector';

/** At which instants a rule is asked: milliseconds, and of `first` since the epoch. */
export interface Instants {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

const MS_PER_SECOND = 1_000;
const MS_PER_HOUR = 3_600_000;
/** As often as rules are evaluated live. */
const FINE_STEP_MS = 5_000;
const FINE_SPAN_MS = MS_PER_HOUR;
const COARSE_STEP_MS = 60_000;

/** From an instant on to another, both included: each 5 seconds of up to an hour, each minute of a longer span. */
export function instantsOf(from: Date, to: Date): Instants {
  const span = to.getTime() - from.getTime();
  const step = span <= FINE_SPAN_MS ? FINE_STEP_MS : COARSE_STEP_MS;
  return { first: from.getTime(), step, count: Math.floor(span / step) + 1 };
}

/** The same in parts, of so many instants at most. */
export function* partsOf({ first, step, count }: Instants, most: number): Generator<Instants> {
  for (let begun = 0; begun < count; begun += most) {
    yield { first: first + begun * step, step, count: Math.min(most, count - begun) };
  }
}

export function* eachOf({ first, step, count }: Instants): Generator<number> {
  for (let place = 0; place < count; place += 1) {
    yield first + place * step;
  }
}

/** The windows that an input has at the instants. */
export function windowsOf({ window, ago }: Pick<Input, 'window' | 'ago'>, instants: Instants): MovingWindow {
  return {
    ...instants,
    first: instants.first - ago * MS_PER_SECOND,
    // A state has no window; its history is asked by instants alone.
    length: Math.max(1, window * MS_PER_SECOND),
  };
}
