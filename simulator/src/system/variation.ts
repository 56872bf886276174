import type { RandomStream } from '../random/stream.ts';

/** Equally likely values that stand for a distribution; a power of two. */
const VALUES = 1024;
const BITS_PER_INDEX = 10;
/** Indexes cut from one draw of 32 bits. */
const RANGE = 2 ** (3 * BITS_PER_INDEX);
const MASK = VALUES - 1;
const STEP = 1e-3;
const WIDEST = 6;

/** Of the standard normal distribution, at the middles of equally likely bins, by summing its density. */
const NORMAL_QUANTILES = normalQuantiles();

function normalQuantiles(): Float64Array {
  const quantiles = new Float64Array(VALUES);
  let found = 0;
  let probability = 0;
  for (let value = -WIDEST; found < VALUES; value += STEP) {
    probability += (STEP * Math.exp(-(value * value) / 2)) / Math.sqrt(2 * Math.PI);
    while (found < VALUES && probability > (found + 0.5) / VALUES) {
      quantiles[found] = value;
      found += 1;
    }
  }
  return quantiles;
}

/**
 * Values of the lognormal distribution with mean 1, each as likely as the others: drawing one costs a look-up where
 * an exact draw costs logarithms. The values are the quantiles of the bins' middles, scaled to the mean exactly.
 *
 * @param variation standard deviation divided by mean
 */
export function lognormalTable(variation: number): Float64Array {
  const sigma = Math.sqrt(Math.log(1 + variation * variation));
  const table = NORMAL_QUANTILES.map((quantile) => Math.exp(sigma * quantile));
  const mean = table.reduce((sum, value) => sum + value, 0) / VALUES;
  return table.map((value) => value / mean);
}

/** Three indexes of a table from one draw. */
export class TableDraw {
  first = 0;
  second = 0;
  third = 0;

  readonly #stream: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  next(): void {
    const bits = Math.floor(this.#stream.next() * RANGE);
    this.first = bits & MASK;
    this.second = (bits >> BITS_PER_INDEX) & MASK;
    this.third = (bits >> (2 * BITS_PER_INDEX)) & MASK;
  }
}

/** A whole number at random with this mean: the one below or the one above. */
export function wholeAround(stream: RandomStream, mean: number): number {
  const below = Math.floor(mean);
  return stream.next() < mean - below ? below + 1 : below;
}
