import type { Accumulator, Reader, Sample } from './accumulator.ts';
import { ExactSum } from './exact-sum.ts';

/** The sum of a number, by so many seconds when it is a rate. Nothing is 0: that nobody called is data. */
export class Total<S extends Sample> implements Accumulator<S> {
  readonly #of: Reader<S>;
  readonly #seconds: number;
  readonly #sum = new ExactSum();

  /** @param seconds of the window, for a rate a second; 1, which is the sum itself, unless given */
  constructor(of: Reader<S>, seconds = 1) {
    this.#of = of;
    this.#seconds = seconds;
  }

  add(sample: S): void {
    this.#sum.add(this.#of(sample));
  }

  remove(sample: S): void {
    this.#sum.subtract(this.#of(sample));
  }

  get value(): number {
    return this.#sum.value / this.#seconds;
  }
}
