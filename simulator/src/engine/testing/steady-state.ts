import { expect } from 'vitest';
import { type MeanInterval, tInterval } from '../../statistics/t-interval.ts';
import type { Simulation } from '../simulation.ts';
import type { Tally } from '../tally.ts';

const BATCHES = 30;
const CONFIDENCE = 0.99;
const WIDEST = 0.01;
/** What the few customers who are present when a batch ends may put out of balance. */
const LITTLE_TOLERANCE = 0.001;

/** Anything that customers come to and leave. */
interface Place {
  readonly present: { readonly integral: number };
  readonly responseTime: Tally;
}

/**
 * Runs a model in steady state and checks Little's law for each of its places: customers present, over time, are the sum of
 * the times that they stayed.
 *
 * @param outputs what is measured, by name: a mean since the last reset
 * @param run `warmUp`: time before the first batch; `batch`: time of each, long enough that their means are independent
 * @returns an interval for each output, by means of batches
 */
export function steadyState<Name extends string>(
  simulation: Simulation,
  places: readonly Place[],
  outputs: Readonly<Record<Name, () => number>>,
  run: { readonly warmUp: number; readonly batch: number },
): (name: Name) => MeanInterval {
  simulation.run(run.warmUp);
  const means = new Map<string, number[]>();
  const presence = places.map(() => 0);
  const stays = places.map(() => 0);
  for (let index = 0; index < BATCHES; index += 1) {
    simulation.resetStatistics();
    simulation.run(simulation.now + run.batch);
    for (const [name, measure] of Object.entries<() => number>(outputs)) {
      means.set(name, [...(means.get(name) ?? []), measure()]);
    }
    for (const [place, { present, responseTime }] of places.entries()) {
      presence[place] = (presence[place] ?? 0) + present.integral;
      stays[place] = (stays[place] ?? 0) + responseTime.sum;
    }
  }
  for (const [place, stay] of stays.entries()) {
    expect(Math.abs((presence[place] ?? 0) / stay - 1), `Little's law at place ${place}`).toBeLessThan(
      LITTLE_TOLERANCE,
    );
  }
  return (name) => tInterval(means.get(name) ?? [], CONFIDENCE);
}

/** Theory lies in the 99 % interval, and the interval is within 1 % of it. */
export function expectTheory({ low, high, halfWidth }: MeanInterval, theory: number): void {
  expect(halfWidth / theory).toBeLessThanOrEqual(WIDEST);
  expect(low).toBeLessThanOrEqual(theory);
  expect(high).toBeGreaterThanOrEqual(theory);
}
