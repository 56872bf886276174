import type { Accumulator, Reader, Sample } from './accumulator.ts';
import { ExactSum } from './exact-sum.ts';

export interface ShareOptions<S extends Sample> {
  readonly part: Reader<S>;
  readonly whole: Reader<S>;
  /** What the share is multiplied by: 100 for percent; 1 unless given. */
  readonly factor?: number;
  /** With a smaller whole than this there is no data. There is none without a whole at all. */
  readonly least?: number;
}

/** One sum by another: errors of calls, hits of lookups, the mean of what was counted. */
export class Share<S extends Sample> implements Accumulator<S> {
  readonly #options: ShareOptions<S>;
  readonly #part = new ExactSum();
  readonly #whole = new ExactSum();

  constructor(options: ShareOptions<S>) {
    this.#options = options;
  }

  add(sample: S): void {
    this.#part.add(this.#options.part(sample));
    this.#whole.add(this.#options.whole(sample));
  }

  remove(sample: S): void {
    this.#part.subtract(this.#options.part(sample));
    this.#whole.subtract(this.#options.whole(sample));
  }

  get value(): number | null {
    const { factor = 1, least = 0 } = this.#options;
    const whole = this.#whole.value;
    return whole <= 0 || whole < least ? null : (factor * this.#part.value) / whole;
  }
}
