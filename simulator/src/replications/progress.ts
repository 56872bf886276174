const MS_PER_SECOND = 1000;

/** How far the replications are. */
export interface Progress {
  readonly done: number;
  /** Under a rule an estimate, which moves. */
  readonly wanted: number;
  /** Estimated from those that are done. */
  readonly secondsLeft: number;
}

/** Counts replications and tells how far they are. */
export class ProgressCounter {
  readonly #listener: ((progress: Progress) => void) | undefined;
  readonly #begin = performance.now();
  #done = 0;
  #wanted: number;

  constructor(wanted: number, listener: ((progress: Progress) => void) | undefined) {
    this.#wanted = wanted;
    this.#listener = listener;
  }

  expect(wanted: number): void {
    this.#wanted = wanted;
  }

  countOne(): void {
    this.#done += 1;
    const wanted = Math.max(this.#wanted, this.#done);
    const each = (performance.now() - this.#begin) / MS_PER_SECOND / this.#done;
    this.#listener?.({ done: this.#done, wanted, secondsLeft: each * (wanted - this.#done) });
  }
}
