import { exponential } from './distributions.ts';
import type { RandomStream } from './stream.ts';

/** Pieces that share a majorant: the higher it is above the rate, the more candidates are drawn in vain. */
const PIECES_PER_MAJORANT = 6;

/** A rate that is constant within pieces of equal length, from time 0 on; after the last piece it is 0. */
export interface PiecewiseRate {
  /** Length of a piece, in any unit of time. */
  readonly piece: number;
  /** Events per unit of time in each piece, none negative. */
  readonly rates: Float64Array;
  /** Of each {@link PIECES_PER_MAJORANT} pieces the highest rate. */
  readonly majorants: Float64Array;
}

/**
 * @param rates events per unit of time in each piece
 * @throws {RangeError} when a rate is negative or no finite number
 */
export function piecewiseRate(rates: Float64Array, piece: number): PiecewiseRate {
  const wrong = rates.find((rate) => !(rate >= 0 && rate < Number.POSITIVE_INFINITY));
  if (wrong !== undefined) {
    throw new RangeError(`A rate must be a finite number and not negative, and one is ${wrong}.`);
  }
  const majorants = new Float64Array(Math.ceil(rates.length / PIECES_PER_MAJORANT));
  for (const [index, rate] of rates.entries()) {
    const stretch = Math.floor(index / PIECES_PER_MAJORANT);
    majorants[stretch] = Math.max(majorants[stretch] ?? 0, rate);
  }
  return { piece, rates, majorants };
}

/**
 * Times of a non-homogeneous Poisson process, by thinning (Lewis and Shedler 1979): candidates come at a majorant of
 * the rate, and each stays with the probability of the rate at its own time to the majorant. Where a majorant ends
 * before the next candidate, the wait begins anew with the next one, which an exponential wait allows.
 *
 * @returns in ascending order
 */
export function poissonTimes(stream: RandomStream, { piece, rates, majorants }: PiecewiseRate): number[] {
  const times: number[] = [];
  const stretch = piece * PIECES_PER_MAJORANT;
  const last = piece * rates.length;
  for (let index = 0; index < majorants.length; index += 1) {
    const majorant = majorants[index] ?? 0;
    const end = Math.min(last, stretch * (index + 1));
    let at = stretch * index;
    while (majorant > 0) {
      at += exponential(stream, 1 / majorant);
      if (at >= end) {
        break;
      }
      if (stream.next() * majorant < (rates[Math.floor(at / piece)] ?? 0)) {
        times.push(at);
      }
    }
  }
  return times;
}
