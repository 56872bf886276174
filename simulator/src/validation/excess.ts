import type { ComparedFigure } from './compare.ts';

/** Of a figure that is judged: what its distance from the tolerance follows from. */
export type Judged = Pick<ComparedFigure, 'documented' | 'simulated' | 'prediction95' | 'tolerance'>;

/**
 * How far the simulated side of a figure is outside its tolerance, in the figure's unit: above 0 when it is too high, below
 * when it is too low, 0 within.
 *
 * @param shift by how much the figure comes out otherwise than in the comparison, in every replication alike
 */
export function excess({ documented, simulated, prediction95, tolerance }: Judged, shift = 0): number {
  if (tolerance === null || simulated === null) {
    return 0;
  }
  const mean = simulated + shift;
  switch (tolerance.kind) {
    case 'exact':
      return mean - documented;
    case 'relative':
      return beyond(mean, documented, tolerance.share * Math.abs(documented));
    case 'absolute':
      return beyond(mean, documented, tolerance.amount);
    case 'at-most':
      return Math.max(0, mean - documented);
    case 'at-least':
      return Math.min(0, mean - documented);
    case 'range':
      return outside(mean, mean, tolerance.low, tolerance.high);
    case 'prediction': {
      const [low, high] = prediction95 ?? [simulated, simulated];
      return outside(low + shift, high + shift, documented, documented);
    }
  }
}

function beyond(value: number, documented: number, allowed: number): number {
  return outside(value, value, documented - allowed, documented + allowed);
}

/** How far an interval is above another one, or below it as a negative number; 0 where they meet. */
function outside(low: number, high: number, otherLow: number, otherHigh: number): number {
  return Math.max(0, low - otherHigh) + Math.min(0, high - otherLow);
}
