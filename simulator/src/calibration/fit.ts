import { documented, type FigureId, figure } from '../figures/figures.ts';
import { toleranceOfMonth } from '../validation/month-figures.ts';
import { isHeldOut } from './held-out.ts';
import { leastSquares } from './least-squares.ts';
import type { Parameter, Parameters } from './parameter.ts';

/** Means over the replications by figure. */
export type Means = ReadonlyMap<FigureId, number>;

/** A fit of some parameters to some figures, the other parameters being what they are. */
export interface FitOptions {
  readonly parameters: readonly Parameter[];
  readonly figures: readonly FigureId[];
  /** Values of all parameters; those of the fitted ones are where it starts. */
  readonly start: Parameters;
  /** The model: means of the figures with these values. The same values always give the same means. */
  readonly simulate: (values: Parameters) => Promise<Means>;
  /** Step of the finite differences as a share of each parameter's range. */
  readonly difference: number;
  readonly maxIterations: number;
  readonly onIteration?: (iteration: number, sumOfSquares: number) => void;
}

export interface FitResult {
  readonly values: Parameters;
  readonly iterations: number;
  readonly converged: boolean;
}

/** A fit is done when an iteration gains less than this share: what is left is chance. */
const SMALLEST_GAIN = 0.002;
/** Counts are known as a Poisson count is: a further month would show this many standard deviations more or less. */
const DEVIATIONS = 1.96;

/**
 * Fits parameters to documented figures by least squares within their bounds. A residual is the distance of the simulated
 * mean from the documented value in units of that figure's tolerance, so that each figure weighs as much as it is required
 * to be met. Distances are softened: a figure that the model cannot meet then does not drag along those that it can.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { parameters, figures, start, simulate } = options;
  const valuesAt = (point: ArrayLike<number>): Parameters => ({
    ...start,
    ...Object.fromEntries(parameters.map(({ id }, index) => [id, point[index] ?? Number.NaN])),
  });
  const result = await leastSquares({
    residuals: async (point) => {
      const means = await simulate(valuesAt(point));
      return Float64Array.from(figures, (id) => softened(residual(id, means)));
    },
    start: parameters.map(({ id, value }) => start[id] ?? value),
    lower: parameters.map(({ lower }) => lower),
    upper: parameters.map(({ upper }) => upper),
    difference: options.difference,
    maxIterations: options.maxIterations,
    smallestGain: SMALLEST_GAIN,
    ...(options.onIteration && { onIteration: options.onIteration }),
  });
  return { values: valuesAt(result.point), iterations: result.iterations, converged: result.converged };
}

/**
 * Whether a figure takes part in the fit: it is judged and not held out. One that another figure contradicts takes part only
 * where a parameter answers to it; otherwise it would pull parameters away from the figure that it contradicts.
 */
export function isFitted(id: FigureId, parameters: readonly Parameter[]): boolean {
  const { kind } = figure(id);
  const answered = kind !== 'contradicted' || parameters.some(({ figures }) => figures.includes(id));
  return answered && !isHeldOut(id) && toleranceOfMonth(figure(id)) !== null;
}

/** Distance of a simulated mean from the documented value, in tolerances. */
export function residual(id: FigureId, means: Means): number {
  return ((means.get(id) ?? Number.NaN) - documented(id)) / toleratedDistance(id);
}

/** Its square grows as the distance does, not as the square of it, where that is large (soft L1; Charbonnier et al. 1994). */
function softened(distance: number): number {
  return Math.sign(distance) * Math.sqrt(2 * (Math.sqrt(1 + distance * distance) - 1));
}

/** How far off a mean may be, in the figure's unit. */
function toleratedDistance(id: FigureId): number {
  const value = documented(id);
  const tolerance = toleranceOfMonth(figure(id));
  switch (tolerance?.kind) {
    case 'relative':
      return tolerance.share * Math.abs(value);
    case 'absolute':
      return tolerance.amount;
    case 'range':
      return (tolerance.high - tolerance.low) / 2;
    default:
      return DEVIATIONS * Math.sqrt(Math.max(1, value));
  }
}
