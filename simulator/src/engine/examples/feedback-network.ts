import { exponential } from '../../random/distributions.ts';
import { createStream } from '../../random/stream.ts';
import { Column, Pool } from '../pool.ts';
import { Simulation } from '../simulation.ts';
import { Station } from '../station.ts';
import { Tally } from '../tally.ts';

/** Requests go from an application, with two servers, to a database, with one, and some from there back again. */
export function feedbackNetwork(seed: number, arrivalRate: number, means: [number, number], back: number) {
  const simulation = new Simulation();
  const random = createStream(seed, 'network');
  const requests = new Pool();
  const enteredAt = new Column();
  const timeInNetwork = new Tally();
  const application = new Station(simulation, {
    servers: 2,
    service: () => exponential(random, means[0]),
    onDeparture: (request) => database.arrive(request),
  });
  const database = new Station(simulation, {
    service: () => exponential(random, means[1]),
    onDeparture: (request) => {
      if (random.next() < back) {
        application.arrive(request);
      } else {
        timeInNetwork.add(simulation.now - enteredAt.get(request));
        requests.release(request);
      }
    },
  });
  const arrival = simulation.addKind(() => {
    const request = requests.take();
    enteredAt.set(request, simulation.now);
    application.arrive(request);
    simulation.schedule(exponential(random, 1 / arrivalRate), arrival);
  });
  simulation.schedule(0, arrival);
  return { simulation, application, database, timeInNetwork };
}
