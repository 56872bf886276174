/** A sum of squares to be made small within bounds. */
export interface LeastSquaresProblem {
  /** Residuals at a point; always as many, and at least as many as there are variables. */
  readonly residuals: (point: Float64Array) => Float64Array | Promise<Float64Array>;
  readonly start: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /**
   * Step of the finite differences as a share of each variable's range. A simulation whose counts are whole numbers
   * needs a larger one than a smooth function.
   */
  readonly difference?: number;
  readonly maxIterations?: number;
  /** Converged when an iteration lowers the sum of squares by less than this share of it. */
  readonly smallestGain?: number;
  /** Called after each iteration with its number, from 1, and the sum of squares so far. */
  readonly onIteration?: (iteration: number, sumOfSquares: number) => void;
}

export interface LeastSquaresResult {
  readonly point: Float64Array;
  readonly residuals: Float64Array;
  readonly sumOfSquares: number;
  readonly iterations: number;
  /** False when the iterations ran out first. */
  readonly converged: boolean;
}

const DIFFERENCE = 1e-5;
const MAX_ITERATIONS = 100;
const SMALLEST_GAIN = 1e-9;
/** Converged too when an iteration moves no variable by more than this share of its range. */
const SMALLEST_STEP = 1e-9;
const FIRST_DAMPING = 1e-2;
const LEAST_DAMPING = 1e-12;
const MOST_DAMPING = 1e10;
const LESS_DAMPING = 1 / 5;
const MORE_DAMPING = 4;
/** Keeps the damped matrix positive where a variable changes nothing. */
const NO_CURVATURE = 1e-12;

/**
 * Least squares within bounds: Levenberg (1944) and Marquardt (1963) with a finite-difference Jacobian, on variables
 * scaled to their ranges. Variables at a bound that the gradient pushes outwards are left out of a step (active set), the step of
 * the others is cut off at the bounds, and only steps that lower the sum are taken.
 *
 * Written here because the packages for Node clip a step that was computed without the bounds, accept steps uphill and
 * know no convergence.
 *
 * @throws {RangeError} on a range that is empty or not finite, or when the residuals at the start are not finite
 */
export async function leastSquares(problem: LeastSquaresProblem): Promise<LeastSquaresResult> {
  const box = new Box(problem.lower, problem.upper);
  const difference = problem.difference ?? DIFFERENCE;
  const smallestGain = problem.smallestGain ?? SMALLEST_GAIN;
  const maxIterations = problem.maxIterations ?? MAX_ITERATIONS;
  const evaluate: Evaluate = async (position) => problem.residuals(box.point(position));
  let position = box.position(problem.start);
  let residuals = await evaluate(position);
  let sum = squares(residuals);
  if (!Number.isFinite(sum)) {
    throw new RangeError(
      'The residuals at the start are not finite. Start from a point where the model is defined.',
    );
  }
  let damping = FIRST_DAMPING;
  let converged = sum === 0;
  let iteration = 0;
  while (!converged && iteration < maxIterations) {
    iteration += 1;
    const jacobian = await differences(evaluate, position, residuals, difference);
    const gradient = jacobian.map((column) => dot(column, residuals));
    const free = freeVariables(position, gradient);
    const before = sum;
    let moved = 0;
    for (; damping <= MOST_DAMPING; damping *= MORE_DAMPING) {
      const step = dampedStep(jacobian, gradient, free, damping);
      const candidate = position.map((value, index) => clamp(value + (step[index] ?? 0)));
      const there = await evaluate(candidate);
      const sumThere = squares(there);
      if (sumThere < sum) {
        moved = distance(position, candidate);
        position = candidate;
        residuals = there;
        sum = sumThere;
        damping = Math.max(LEAST_DAMPING, damping * LESS_DAMPING);
        break;
      }
    }
    converged = before - sum <= smallestGain * before || moved <= SMALLEST_STEP;
    problem.onIteration?.(iteration, sum);
  }
  return { point: box.point(position), residuals, sumOfSquares: sum, iterations: iteration, converged };
}

/** Residuals at a position in the box. */
type Evaluate = (position: Float64Array) => Promise<Float64Array>;

/** The bounds, and positions in them as shares of each range. */
class Box {
  readonly #lower: readonly number[];
  readonly #range: readonly number[];

  constructor(lower: readonly number[], upper: readonly number[]) {
    this.#lower = lower;
    this.#range = upper.map((bound, index) => bound - (lower[index] ?? Number.NaN));
    const bad = this.#range.findIndex((range) => !(range > 0 && Number.isFinite(range)));
    if (bad >= 0) {
      throw new RangeError(
        `The bounds of variable ${bad} are ${lower[bad]} and ${upper[bad]}. Give a finite range.`,
      );
    }
  }

  position(point: readonly number[]): Float64Array {
    return Float64Array.from(point, (value, index) =>
      clamp((value - (this.#lower[index] ?? 0)) / (this.#range[index] ?? 1)),
    );
  }

  point(position: Float64Array): Float64Array {
    return position.map((share, index) => (this.#lower[index] ?? 0) + share * (this.#range[index] ?? 1));
  }
}

/** Columns of the Jacobian; where a step up would leave the box, the difference is taken downwards. */
async function differences(
  evaluate: Evaluate,
  position: Float64Array,
  residuals: Float64Array,
  difference: number,
): Promise<Float64Array[]> {
  const columns: Float64Array[] = [];
  for (const [index, value] of position.entries()) {
    const step = value + difference <= 1 ? difference : -difference;
    const beside = position.slice();
    beside[index] = value + step;
    const there = await evaluate(beside);
    columns.push(there.map((residual, row) => (residual - (residuals[row] ?? 0)) / step));
  }
  return columns;
}

function freeVariables(position: Float64Array, gradient: readonly number[]): number[] {
  return gradient.flatMap((slope, index) => {
    const value = position[index] ?? 0;
    const pushedOut = (value <= 0 && slope > 0) || (value >= 1 && slope < 0);
    return pushedOut ? [] : [index];
  });
}

/** The step of the free variables; the others stay. */
function dampedStep(
  jacobian: readonly Float64Array[],
  gradient: readonly number[],
  free: readonly number[],
  damping: number,
): Float64Array {
  const columns = jacobian.filter((_, index) => free.includes(index));
  const matrix = columns.map((one, row) =>
    columns.map((other, column) => {
      const product = dot(one, other);
      return row === column ? product + damping * Math.max(product, NO_CURVATURE) : product;
    }),
  );
  const solved = solvePositive(
    matrix,
    free.map((index) => -(gradient[index] ?? 0)),
  );
  const step = new Float64Array(jacobian.length);
  for (const [index, variable] of free.entries()) {
    step[variable] = solved[index] ?? 0;
  }
  return step;
}

/** Solves a system with a positive definite matrix by Cholesky's decomposition. */
function solvePositive(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const factor: number[][] = [];
  for (const [row, entries] of matrix.entries()) {
    const line: number[] = [];
    for (let column = 0; column <= row; column += 1) {
      const other = column === row ? line : (factor[column] ?? []);
      let rest = entries[column] ?? 0;
      for (let index = 0; index < column; index += 1) {
        rest -= (line[index] ?? 0) * (other[index] ?? 0);
      }
      // Rounding can leave less than nothing of a column that depends on the others; the damping then takes over.
      line.push(column === row ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / (other[column] ?? 1));
    }
    factor.push(line);
  }
  const forward: number[] = [];
  for (let row = 0; row < size; row += 1) {
    let rest = right[row] ?? 0;
    for (let column = 0; column < row; column += 1) {
      rest -= (factor[row]?.[column] ?? 0) * (forward[column] ?? 0);
    }
    forward.push(rest / (factor[row]?.[row] ?? 1));
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = forward[row] ?? 0;
    for (let below = row + 1; below < size; below += 1) {
      rest -= (factor[below]?.[row] ?? 0) * (solution[below] ?? 0);
    }
    solution[row] = rest / (factor[row]?.[row] ?? 1);
  }
  return solution;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) {
    sum += (one[index] ?? 0) * (other[index] ?? 0);
  }
  return sum;
}

function squares(values: Float64Array): number {
  return dot(values, values);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** The largest move of one variable. */
function distance(one: Float64Array, other: Float64Array): number {
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? 0))), 0);
}
