import { type BackTest, backtest, type Reading, type Rule } from '@riwayat/alerting';
import { type AlertEvent, SAMPLE_SECONDS } from '../run/month-run.ts';

/** A rule of the documented month, and how often the month is asked. */
export interface MonthRule {
  readonly kind: AlertEvent['kind'];
  readonly rule: Rule;
  /** From one reading to the next, in samples. */
  readonly every: number;
}

const PERCENT = 100;
const MS_PER_SECOND = 1_000;
/** A run is followed as if it began a day after the epoch, because an instant is later than none. */
const FIRST_MIDNIGHT_MS = 86_400_000;

/**
 * What a rule makes of a signal.
 *
 * @param signal a number a sample; NaN: there is none
 */
export function follow({ rule, every }: MonthRule, signal: ArrayLike<number>): BackTest {
  return backtest(rule, readingsOf(signal, every));
}

/** A rule, and the signal that it watches. */
export type Watch = readonly [rule: MonthRule, signal: ArrayLike<number>];

/** When rules fire that watch signals, in the order of the times. */
export function alertsOfAll(watches: readonly Watch[]): AlertEvent[] {
  return watches.flatMap(([rule, signal]) => alertsOf(rule, signal)).sort((one, other) => one.at - other.at);
}

/** The instants at which a signal makes a rule fire. */
export function alertsOf(rule: MonthRule, signal: ArrayLike<number>): AlertEvent[] {
  return follow(rule, signal).firings.map(({ fired }) => ({ kind: rule.kind, at: secondsOf(fired) }));
}

/** Seconds since the run's first midnight of an instant of {@link follow}. */
export function secondsOf(instant: number): number {
  return (instant - FIRST_MIDNIGHT_MS) / MS_PER_SECOND;
}

/** Only those that differ from the one before, and the last: to rules that wait for nothing the others say nothing new. */
function* readingsOf(signal: ArrayLike<number>, every: number): Generator<Reading> {
  let before: number | undefined;
  for (let sample = every - 1; sample < signal.length; sample += every) {
    const value = signal[sample] ?? Number.NaN;
    if (!Object.is(value, before) || sample + every >= signal.length) {
      yield {
        at: FIRST_MIDNIGHT_MS + sample * SAMPLE_SECONDS * MS_PER_SECOND,
        value: Number.isNaN(value) ? null : value,
      };
    }
    before = value;
  }
}

/** For each sample the sum of it and those before it, `span` in all. */
export function sumOver(signal: ArrayLike<number>, span: number): Float32Array {
  const sums = new Float32Array(signal.length);
  let sum = 0;
  for (let sample = 0; sample < signal.length; sample += 1) {
    sum += (signal[sample] ?? 0) - (sample >= span ? (signal[sample - span] ?? 0) : 0);
    sums[sample] = sum;
  }
  return sums;
}

/** For each sample the mean of the last `span` samples that are a whole block of them, as a monitor shows it. */
export function meansOver(signal: Float32Array, span: number): Float32Array {
  const means = new Float32Array(signal.length);
  let sum = 0;
  let mean = 0;
  for (let sample = 0; sample < means.length; sample += 1) {
    sum += signal[sample] ?? 0;
    if ((sample + 1) % span === 0) {
      mean = sum / span;
      sum = 0;
    }
    means[sample] = mean;
  }
  return means;
}

/** For each sample how far it is above the mean of the `span` samples before it; NaN while there are fewer. */
export function riseOver(signal: Float32Array, span: number): Float32Array {
  const sums = sumOver(signal, span);
  const rises = new Float32Array(signal.length).fill(Number.NaN, 0, span);
  for (let sample = span; sample < rises.length; sample += 1) {
    rises[sample] = (signal[sample] ?? 0) - (sums[sample - 1] ?? 0) / span;
  }
  return rises;
}

/** For each sample so many percent as it is of a whole. */
export function percentOf(signal: Float32Array, whole: number): Float64Array {
  return Float64Array.from(signal, (value) => (PERCENT * value) / whole);
}

/**
 * For each sample the share of one count in another over the last `span` samples, in percent.
 *
 * @param least NaN where there are fewer than these
 */
export function shareOver(
  part: ArrayLike<number>,
  whole: ArrayLike<number>,
  span: number,
  least: number,
): Float64Array {
  const parts = sumOver(part, span);
  const counts = sumOver(whole, span);
  const shares = new Float64Array(counts.length);
  for (let sample = 0; sample < shares.length; sample += 1) {
    const count = counts[sample] ?? 0;
    shares[sample] = count < least ? Number.NaN : (PERCENT * (parts[sample] ?? 0)) / count;
  }
  return shares;
}
