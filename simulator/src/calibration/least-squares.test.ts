import { describe, expect, it } from 'vitest';
import { leastSquares } from './least-squares.ts';

const wide = (variables: number): { lower: number[]; upper: number[] } => ({
  lower: new Array<number>(variables).fill(-10),
  upper: new Array<number>(variables).fill(10),
});

/** Rosenbrock (1960): a bent valley whose lowest point is (1, 1). */
function rosenbrock([x = 0, y = 0]: Float64Array): Float64Array {
  return Float64Array.of(10 * (y - x * x), 1 - x);
}

describe('leastSquares', () => {
  it('follows the valley of Rosenbrock to its end', async () => {
    const result = await leastSquares({ residuals: rosenbrock, start: [-1.2, 1], ...wide(2) });
    expect(result.converged).toBe(true);
    expect(result.point[0]).toBeCloseTo(1, 5);
    expect(result.point[1]).toBeCloseTo(1, 5);
  });

  it('stops at a bound when the lowest point lies beyond it, and goes along the bound to the lowest point there', async () => {
    const result = await leastSquares({
      residuals: rosenbrock,
      start: [-1.2, 1],
      lower: [-2, -2],
      upper: [0.5, 2],
    });
    expect(result.point[0]).toBe(0.5);
    expect(result.point[1]).toBeCloseTo(0.25, 5);
  });

  it('draws the line through scattered points that the normal equations give', async () => {
    const x = [0, 1, 2, 3, 4];
    const y = [1.1, 2.9, 5.2, 6.8, 9.1];
    const { point } = await leastSquares({
      residuals: ([a = 0, b = 0]) => Float64Array.from(x, (value, index) => a + b * value - (y[index] ?? 0)),
      start: [0, 0],
      ...wide(2),
    });
    expect(point[0]).toBeCloseTo(1.04, 6);
    expect(point[1]).toBeCloseTo(1.99, 6);
  });

  it('fits a line whose slope may not be above one', async () => {
    const x = [0, 1, 2, 3, 4];
    const { point } = await leastSquares({
      residuals: ([a = 0, b = 0]) => Float64Array.from(x, (value) => a + b * value - (1 + 2 * value)),
      start: [0, 0],
      lower: [-10, -1],
      upper: [10, 1],
    });
    expect(point[1]).toBe(1);
    // With a slope of one, the mean of 1 + x is what is left for the intercept.
    expect(point[0]).toBeCloseTo(3, 6);
  });

  it('separates two exponentials from forty points', async () => {
    const times = Array.from({ length: 40 }, (_, index) => index / 8);
    const curve = (a: number, fast: number, b: number, slow: number, time: number): number =>
      a * Math.exp(-fast * time) + b * Math.exp(-slow * time);
    const { point, sumOfSquares } = await leastSquares({
      residuals: ([a = 0, fast = 0, b = 0, slow = 0]) =>
        Float64Array.from(times, (time) => curve(a, fast, b, slow, time) - curve(3, 2.5, 1.5, 0.4, time)),
      start: [1, 4, 1, 0.1],
      lower: [0, 1, 0, 0],
      upper: [10, 10, 10, 1],
    });
    expect(sumOfSquares).toBeLessThan(1e-12);
    expect([...point].map((value) => Number(value.toFixed(4)))).toEqual([3, 2.5, 1.5, 0.4]);
  });

  it('leaves a variable that changes nothing where it was', async () => {
    const { point } = await leastSquares({
      residuals: ([x = 0]) => Float64Array.of(x - 2),
      start: [0, 7],
      ...wide(2),
    });
    expect(point[0]).toBeCloseTo(2, 6);
    expect(point[1]).toBe(7);
  });

  it('never asks for a point outside the bounds', async () => {
    await leastSquares({
      residuals: (point) => {
        expect(Math.max(...point)).toBeLessThanOrEqual(1);
        expect(Math.min(...point)).toBeGreaterThanOrEqual(0);
        return rosenbrock(point);
      },
      start: [1, 0],
      lower: [0, 0],
      upper: [1, 1],
    });
  });

  it('refuses an empty range and a start where the model is not defined', async () => {
    const residuals = ([x = 0]: Float64Array): Float64Array => Float64Array.of(Math.log(x));
    const empty = leastSquares({ residuals, start: [1], lower: [1], upper: [1] });
    await expect(empty).rejects.toThrow(/finite range/);
    const undefinedThere = leastSquares({ residuals, start: [-1], lower: [-1], upper: [1] });
    await expect(undefinedThere).rejects.toThrow(/at the start/);
  });
});
