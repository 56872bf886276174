import type { Accumulator, Sample } from './accumulator.ts';

/** How many different people, or whatever has a name, are in the window. Nobody is 0. */
export class Distinct<S extends Sample> implements Accumulator<S> {
  readonly #namesOf: (sample: S) => Iterable<string>;
  /** In how many samples each of them is. */
  readonly #counts = new Map<string, number>();

  constructor(namesOf: (sample: S) => Iterable<string>) {
    this.#namesOf = namesOf;
  }

  add(sample: S): void {
    for (const name of this.#namesOf(sample)) {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
  }

  remove(sample: S): void {
    for (const name of this.#namesOf(sample)) {
      const left = (this.#counts.get(name) ?? 0) - 1;
      if (left > 0) {
        this.#counts.set(name, left);
      } else {
        this.#counts.delete(name);
      }
    }
  }

  get value(): number {
    return this.#counts.size;
  }
}
