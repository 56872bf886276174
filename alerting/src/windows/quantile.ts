import type { Accumulator, Sample } from './accumulator.ts';

/** How many values are in which bucket; buckets are numbered in the order of what is in them. */
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
  readonly #counts = new Map<number, number>();
  /** In order; none is let go of, because there are few and they come again. */
  readonly #buckets: number[] = [];
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
    for (const bucket of this.#buckets) {
      const count = this.#counts.get(bucket) ?? 0;
      passed += count;
      if (count > 0 && passed >= wanted) {
        return read(bucket);
      }
    }
    return null;
  }

  #merge(sample: S, sign: 1 | -1): void {
    for (const [bucket, count] of this.#options.histogram(sample)) {
      const before = this.#counts.get(bucket);
      if (before === undefined) {
        const place = this.#buckets.findLastIndex((known) => known < bucket);
        this.#buckets.splice(place + 1, 0, bucket);
      }
      this.#counts.set(bucket, (before ?? 0) + sign * count);
      this.#count += sign * count;
    }
  }
}
