import type { Input } from '../rules/inputs.ts';
import type { Accumulator, Sample } from './accumulator.ts';

const MS_PER_SECOND = 1_000;

/** Seconds. A state, which is whatever it was last, is of a window of `Number.POSITIVE_INFINITY`. */
export type WindowSpan = Pick<Input, 'window' | 'ago'>;

/**
 * The number of one window, added up anew.
 *
 * @param samples in any order; those outside the window do not count
 * @param at epoch milliseconds; the window is (at − ago − window, at − ago]
 * @param accumulator that has nothing in it yet
 */
export function valueAt<S extends Sample>(
  samples: Iterable<S>,
  at: number,
  span: WindowSpan,
  accumulator: Accumulator<S>,
): number | null {
  const { from, to } = boundsOf(span, at);
  for (const sample of samples) {
    if (sample.at > from && sample.at <= to) {
      accumulator.add(sample);
    }
  }
  return accumulator.value;
}

/**
 * The numbers of a window that moves on, one for each instant: what {@link valueAt} gives for each of them. Every sample
 * is added once and removed once.
 *
 * @param samples in the order of their instants
 * @param instants epoch milliseconds, in order
 * @param accumulator that has nothing in it yet
 */
export function* valuesAt<S extends Sample>(
  samples: readonly S[],
  instants: Iterable<number>,
  span: WindowSpan,
  accumulator: Accumulator<S>,
): Generator<number | null> {
  let added = 0;
  let removed = 0;
  for (const instant of instants) {
    const { from, to } = boundsOf(span, instant);
    for (let next = samples[added]; next !== undefined && next.at <= to; next = samples[added]) {
      accumulator.add(next);
      added += 1;
    }
    for (
      let oldest = samples[removed];
      oldest !== undefined && removed < added && oldest.at <= from;
      oldest = samples[removed]
    ) {
      accumulator.remove(oldest);
      removed += 1;
    }
    yield accumulator.value;
  }
}

function boundsOf({ window, ago }: WindowSpan, at: number): { readonly from: number; readonly to: number } {
  const to = at - ago * MS_PER_SECOND;
  return { from: to - window * MS_PER_SECOND, to };
}
