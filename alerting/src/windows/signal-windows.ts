/*
 * What signals that are made of requests and of samples are, as arithmetic: the one definition for a past that is tried,
 * and the one that questions to a store are held to.
 */
import type { Input } from '../rules/inputs.ts';
import type { Statistic } from '../signals/signal.ts';
import type { Accumulator, Reader, Sample } from './accumulator.ts';
import { Extreme } from './extreme.ts';
import { Latest } from './latest.ts';
import { type Histogram, Quantile } from './quantile.ts';
import { Share } from './share.ts';
import { Total } from './total.ts';

const PERCENT = 100;

/** Requests of an instant, or of a short span that ends with it. */
export interface RequestCounts extends Sample {
  readonly calls: number;
  /** Calls that were answered with a status of 500 and above. */
  readonly errors: number;
  /** Calls that are over with their answer: streams and sockets are not. */
  readonly answers: number;
  /** Of all answers together; mean times are in its unit. */
  readonly duration: number;
  /** Lookups in a cache, and those that found something. */
  readonly lookups: number;
  readonly hits: number;
  /** Answers by the bucket of their duration. */
  readonly latency: Histogram;
}

/** Signals that are made of requests. */
export type RequestSignal =
  | 'response_time'
  | 'response_time_p95'
  | 'response_time_p99'
  | 'error_rate'
  | 'throughput'
  | 'cache_hit_ratio';

/**
 * How requests become the value of a signal.
 *
 * @param milliseconds what a bucket of durations is read as
 */
export function requestWindow(
  signal: RequestSignal,
  { least, window }: Pick<Input, 'least' | 'window'>,
  milliseconds: (bucket: number) => number,
): Accumulator<RequestCounts> {
  switch (signal) {
    case 'response_time':
      return new Share({ part: ({ duration }) => duration, whole: ({ answers }) => answers, least });
    case 'response_time_p95':
      return latencyWindow(0.95, least, milliseconds);
    case 'response_time_p99':
      return latencyWindow(0.99, least, milliseconds);
    case 'error_rate':
      return new Share({ part: ({ errors }) => errors, whole: ({ calls }) => calls, factor: PERCENT, least });
    case 'throughput':
      return new Total(({ calls }) => calls, window);
    case 'cache_hit_ratio':
      return new Share({ part: ({ hits }) => hits, whole: ({ lookups }) => lookups, factor: PERCENT, least });
  }
}

/** How a number of samples, each as good as any other, becomes one. */
export function sampleWindow<S extends Sample>(statistic: Statistic, of: Reader<S>): Accumulator<S> {
  switch (statistic) {
    case 'mean':
      return new Share({ part: of, whole: () => 1 });
    case 'maximum':
    case 'minimum':
      return new Extreme(statistic, of);
    case 'last':
      return new Latest(of);
  }
}

function latencyWindow(
  level: number,
  least: number,
  milliseconds: (bucket: number) => number,
): Accumulator<RequestCounts> {
  return new Quantile({ level, histogram: ({ latency }) => latency, read: milliseconds, least });
}
