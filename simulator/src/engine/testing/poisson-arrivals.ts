import { exponential } from '../../random/distributions.ts';
import { createStream } from '../../random/stream.ts';
import type { Simulation } from '../simulation.ts';

/** From now on something arrives at random, so many times a unit of time. */
export function poissonArrivals(
  simulation: Simulation,
  seed: number,
  rate: number,
  arrive: () => unknown,
): void {
  const gaps = createStream(seed, 'gaps');
  const arrival = simulation.addKind(() => {
    simulation.schedule(exponential(gaps, 1 / rate), arrival);
    arrive();
  });
  simulation.schedule(exponential(gaps, 1 / rate), arrival);
}
