import type { Simulation } from '../engine/simulation.ts';
import { piecewiseRate, poissonTimes } from '../random/poisson-process.ts';
import type { RandomStream } from '../random/stream.ts';

const HOUR = 3600;

/**
 * Lets customers come by a non-homogeneous Poisson process, hour by hour from the beginning of the run. The simulation's
 * unit of time must be the second.
 *
 * @param hourly expected arrivals of each hour; after the last nobody comes
 */
export function arriveHourly(
  simulation: Simulation,
  stream: RandomStream,
  hourly: ArrayLike<number>,
  onArrival: () => void,
): void {
  const rates = Float64Array.from(hourly, (count) => count / HOUR);
  const times = Float64Array.from(poissonTimes(stream, piecewiseRate(rates, HOUR)));
  const arrival = simulation.addKind((index) => {
    const next = times[index + 1];
    if (next !== undefined) {
      simulation.scheduleAt(next, arrival, index + 1);
    }
    onArrival();
  });
  const [first] = times;
  if (first !== undefined) {
    simulation.scheduleAt(first, arrival, 0);
  }
}
