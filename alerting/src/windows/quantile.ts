import type { Accumulator, Sample } from './accumulator.ts';

/**
 * How many values are in which bucket. Buckets are numbered from 0 on, in the order of what is in them; there are some
 * thousands of them at most.
 */
export type Histogram = Iterable<readonly [bucket: number, count: number]>;

export interface QuantileOptions<S extends Sample> {
  /** From 0 to 1: 0.95 is what 95 % of the values do not exceed. */
  readonly level: number;
  readonly histogram: (sample: S) => Histogram;
  /** What a bucket is read as. */
  readonly read: (bucket: number) => number;
  /** With fewer values than this there is no data. */
  readonly least?: number;
}

/**
 * A quantile of histograms that are merged by adding counts: the first bucket up to which there are at least
 * ⌈level × count⌉ values, as ClickHouse's `quantileExactWeighted` has it.
 */
export class Quantile<S extends Sample> implements Accumulator<S> {
  readonly #options: QuantileOptions<S>;
  /** By bucket. */
  readonly #counts: number[] = [];
  #count = 0;

  constructor(options: QuantileOptions<S>) {
    this.#options = options;
  }

  add(sample: S): void {
    this.#merge(sample, 1);
  }

  remove(sample: S): void {
    this.#merge(sample, -1);
  }

  get value(): number | null {
    const { level, read, least = 0 } = this.#options;
    if (this.#count === 0 || this.#count < least) {
      return null;
    }
    const wanted = Math.ceil(level * this.#count);
    let passed = 0;
    return read(
      this.#counts.findIndex((count) => {
        passed += count;
        return count > 0 && passed >= wanted;
      }),
    );
  }

  #merge(sample: S, sign: 1 | -1): void {
    for (const [bucket, count] of this.#options.histogram(sample)) {
      while (this.#counts.length <= bucket) {
        this.#counts.push(0);
      }
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + sign * count;
      this.#count += sign * count;
    }
  }
}
