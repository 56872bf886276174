/** Something that was recorded at an instant, in epoch milliseconds. */
export interface Sample {
  readonly at: number;
}

/**
 * Makes one number of the samples in a window, while it moves on.
 *
 * What always holds: the number is that of the samples which were added and not removed. Samples that are never removed
 * may be added in any order; those that are, are removed in the order in which they were added.
 */
export interface Accumulator<S extends Sample> {
  add(sample: S): void;
  remove(sample: S): void;
  /** Null: there is no data. */
  readonly value: number | null;
}

/** A number of a sample. */
export type Reader<S extends Sample> = (sample: S) => number;
