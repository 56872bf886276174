import type { Accumulator, Reader, Sample } from './accumulator.ts';

/** The greatest number of the window, or the least. Each is kept once and left once: no window is searched. */
export class Extreme<S extends Sample> implements Accumulator<S> {
  readonly #of: Reader<S>;
  readonly #sign: 1 | -1;
  /** What can still become the extreme: each is further out than all that came later. */
  readonly #candidates: { readonly place: number; readonly value: number }[] = [];
  #first = 0;
  #added = 0;
  #removed = 0;

  constructor(kind: 'maximum' | 'minimum', of: Reader<S>) {
    this.#of = of;
    this.#sign = kind === 'maximum' ? 1 : -1;
  }

  add(sample: S): void {
    const value = this.#sign * this.#of(sample);
    while (this.#candidates.length > this.#first && (this.#candidates.at(-1)?.value ?? value) <= value) {
      this.#candidates.pop();
    }
    this.#candidates.push({ place: this.#added, value });
    this.#added += 1;
  }

  remove(): void {
    this.#removed += 1;
    if ((this.#candidates[this.#first]?.place ?? this.#removed) < this.#removed) {
      this.#first += 1;
    }
    // Those that were left are let go of when they are half of all, so that it costs each of them once.
    if (this.#first * 2 > this.#candidates.length) {
      this.#candidates.splice(0, this.#first);
      this.#first = 0;
    }
  }

  get value(): number | null {
    const extreme = this.#candidates[this.#first];
    return extreme === undefined ? null : this.#sign * extreme.value;
  }
}
