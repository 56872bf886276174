/*
 * A sum of floating-point numbers that is rounded once, when it is read, as Python's `math.fsum` does it (J. R. Shewchuk,
 * "Adaptive Precision Floating-Point Arithmetic", 1997): partial sums that do not overlap are kept beside each other.
 *
 * What always holds: it is the same in whatever order numbers were added, and what is taken away again leaves no trace.
 * So a window that moves on has what a window that is added up anew has, and a late sample what one in time has.
 */
export class ExactSum {
  /** From the smallest to the largest, none of them 0. */
  readonly #partials: number[] = [];

  add(number: number): void {
    let sum = number;
    let kept = 0;
    for (const partial of this.#partials) {
      const [large, small] = Math.abs(sum) < Math.abs(partial) ? [partial, sum] : [sum, partial];
      sum = large + small;
      const lost = small - (sum - large);
      if (lost !== 0) {
        this.#partials[kept] = lost;
        kept += 1;
      }
    }
    this.#partials.length = kept;
    if (sum !== 0) {
      this.#partials.push(sum);
    }
  }

  subtract(number: number): void {
    this.add(-number);
  }

  /** The exact sum, rounded to the nearest number. */
  get value(): number {
    let sum = 0;
    let lost = 0;
    let place = this.#partials.length;
    while (place > 0 && lost === 0) {
      place -= 1;
      const partial = this.#partials[place] ?? 0;
      const before = sum;
      sum = before + partial;
      lost = partial - (sum - before);
    }
    // Halfway between two numbers, the next partial tells to which side it belongs.
    const next = place > 0 ? (this.#partials[place - 1] ?? 0) : 0;
    if (lost !== 0 && Math.sign(lost) === Math.sign(next)) {
      const twice = lost * 2;
      const other = sum + twice;
      return twice === other - sum ? other : sum;
    }
    return sum;
  }
}
