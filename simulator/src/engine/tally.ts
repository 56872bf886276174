/** In a typed array, as in fields of their own each change would take memory. */
const SUM = 0;
const MAX = 1;
const NUMBERS = 2;

/** Observations, each of the same weight: how many there were, their mean and the greatest. */
export class Tally {
  readonly #numbers = new Float64Array(NUMBERS);
  #count = 0;

  constructor() {
    this.reset();
  }

  add(value: number): void {
    this.#count += 1;
    const numbers = this.#numbers;
    numbers[SUM] = (numbers[SUM] ?? 0) + value;
    if (value > (numbers[MAX] ?? 0)) {
      numbers[MAX] = value;
    }
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#numbers[SUM] ?? 0;
  }

  /** NaN when there was none. */
  get mean(): number {
    return this.sum / this.#count;
  }

  /** -Infinity when there was none. */
  get max(): number {
    return this.#numbers[MAX] ?? 0;
  }

  reset(): void {
    this.#count = 0;
    this.#numbers[SUM] = 0;
    this.#numbers[MAX] = Number.NEGATIVE_INFINITY;
  }
}
