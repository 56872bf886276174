import type { Accumulator, Reader, Sample } from './accumulator.ts';

/** The number of the latest sample; of several at one instant, the greatest, so that their order does not matter. */
export class Latest<S extends Sample> implements Accumulator<S> {
  readonly #of: Reader<S>;
  #latest: { readonly at: number; readonly value: number } | undefined;
  #count = 0;

  constructor(of: Reader<S>) {
    this.#of = of;
  }

  add(sample: S): void {
    const { at } = sample;
    const value = this.#of(sample);
    const latest = this.#latest;
    this.#count += 1;
    if (latest === undefined || at > latest.at || (at === latest.at && value > latest.value)) {
      this.#latest = { at, value };
    }
  }

  remove(): void {
    this.#count -= 1;
    if (this.#count === 0) {
      this.#latest = undefined;
    }
  }

  get value(): number | null {
    return this.#latest?.value ?? null;
  }
}
