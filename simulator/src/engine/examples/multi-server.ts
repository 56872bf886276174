import { exponential } from '../../random/distributions.ts';
import { createStream } from '../../random/stream.ts';
import { Simulation } from '../simulation.ts';
import { Station } from '../station.ts';

/** M/M/c: customers come at random, are served by the first server that is free, and leave. */
export function multiServer(seed: number, arrivalRate: number, meanService: number, servers: number) {
  const simulation = new Simulation();
  const gaps = createStream(seed, 'gaps');
  const services = createStream(seed, 'services');
  const station = new Station(simulation, { servers, service: () => exponential(services, meanService) });
  const arrival = simulation.addKind(() => {
    simulation.schedule(exponential(gaps, 1 / arrivalRate), arrival);
    station.arrive(0);
  });
  simulation.schedule(exponential(gaps, 1 / arrivalRate), arrival);
  return { simulation, station };
}
