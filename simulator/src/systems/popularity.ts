import type { RandomStream } from '../random/stream.ts';

/** Which of some things is asked for: the one of rank k in proportion to 1 / k to the power of `exponent` (Zipf 1949). */
export class Popularity {
  /** Of each rank, counted from 0. */
  readonly shares: Float64Array;
  readonly #upTo: Float64Array;

  /** @param exponent 0 makes all alike; the larger, the more the first are preferred */
  constructor(count: number, exponent: number) {
    const weights = Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.shares = weights.map((weight) => weight / total);
    let sum = 0;
    this.#upTo = this.shares.map((share) => {
      sum += share;
      return sum;
    });
  }

  /** A rank, counted from 0. */
  draw(stream: RandomStream): number {
    const wanted = stream.next();
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] ?? 1) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
