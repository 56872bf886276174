import { ExponentialTimes } from '../../random/exponential-times.ts';
import { createStream } from '../../random/stream.ts';
import { Simulation } from '../simulation.ts';
import { Station } from '../station.ts';

/** M/M/c: customers come at random, are served by the first server that is free, and leave. */
export function multiServer(seed: number, arrivalRate: number, meanService: number, servers: number) {
  const simulation = new Simulation();
  const gaps = new ExponentialTimes(createStream(seed, 'gaps'), 1 / arrivalRate);
  const services = new ExponentialTimes(createStream(seed, 'services'), meanService);
  const station = new Station(simulation, { servers, service: () => services.next() });
  const arrival = simulation.addKind(() => {
    simulation.schedule(gaps.next(), arrival);
    station.arrive(0);
  });
  simulation.schedule(gaps.next(), arrival);
  return { simulation, station };
}
