import { describe, expect, it } from 'vitest';
import { exponential, logNormal } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { multiServer } from './examples/multi-server.ts';
import { Simulation } from './simulation.ts';
import { Station } from './station.ts';
import { finiteQueue, meanWait, pollaczekKhinchine } from './testing/formulas.ts';
import { poissonArrivals } from './testing/poisson-arrivals.ts';
import { expectTheory, steadyState } from './testing/steady-state.ts';

const SEED = 1;

describe('Station, in steady state', () => {
  it.each([
    { servers: 1, arrivalRate: 0.5, batch: 130_000 },
    { servers: 2, arrivalRate: 1, batch: 100_000 },
  ])('waits as M/M/$servers does', ({ servers, arrivalRate, batch }) => {
    const { simulation, station } = multiServer(SEED, arrivalRate, 1, servers);
    const measured = steadyState(
      simulation,
      [station],
      { waiting: () => station.waitingTime.mean, line: () => station.waiting.mean },
      { warmUp: 2_000, batch },
    );
    const wait = meanWait(servers, arrivalRate, 1);
    expectTheory(measured('waiting'), wait);
    expectTheory(measured('line'), arrivalRate * wait);
  });

  it('responds as M/M/4 does', () => {
    const { simulation, station } = multiServer(SEED, 2.8, 1, 4);
    const measured = steadyState(
      simulation,
      [station],
      {
        response: () => station.responseTime.mean,
        present: () => station.present.mean,
        busy: () => station.busy.mean,
      },
      { warmUp: 2_000, batch: 20_000 },
    );
    const response = meanWait(4, 2.8, 1) + 1;
    expectTheory(measured('response'), response);
    expectTheory(measured('present'), 2.8 * response);
    expectTheory(measured('busy'), 2.8);
  });

  it.each([
    { services: 'constant', variation: 0, batch: 60_000 },
    { services: 'lognormal', variation: 0.6, batch: 110_000 },
  ])('waits as M/G/1 does with $services services', ({ variation, batch }) => {
    const simulation = new Simulation();
    const services = createStream(SEED, 'services');
    const station = new Station(simulation, {
      service: () => (variation > 0 ? logNormal(services, 1, variation) : 1),
    });
    poissonArrivals(simulation, SEED, 0.5, () => station.arrive(0));
    const measured = steadyState(
      simulation,
      [station],
      { waiting: () => station.waitingTime.mean },
      { warmUp: 2_000, batch },
    );
    expectTheory(measured('waiting'), pollaczekKhinchine(0.5, 1, variation));
  });

  it('turns customers away as M/M/3/6 does', () => {
    const [servers, places, load] = [3, 3, 2.4];
    const simulation = new Simulation();
    const services = createStream(SEED, 'services');
    const station = new Station(simulation, { servers, places, service: () => exponential(services, 1) });
    poissonArrivals(simulation, SEED, load, () => station.arrive(0));
    const measured = steadyState(
      simulation,
      [station],
      { blocked: () => station.blocked / station.arrivals, present: () => station.present.mean },
      { warmUp: 1_000, batch: 30_000 },
    );
    const chances = finiteQueue(servers, places, load);
    expectTheory(measured('blocked'), chances[servers + places] ?? 0);
    expectTheory(
      measured('present'),
      chances.reduce((sum, chance, present) => sum + chance * present, 0),
    );
    expect(station.waiting.max).toBe(places);
  });
});

/** Customers 0, 1, 2… come at these times; what happens to them is noted. */
function story(
  arrivals: readonly number[],
  options: { servers?: number; places?: number },
): { simulation: Simulation; station: Station; log: string[] } {
  const simulation = new Simulation();
  const log: string[] = [];
  const station = new Station(simulation, {
    ...options,
    service: () => 10,
    onDeparture: (customer) => log.push(`${simulation.now}: ${customer} leaves`),
  });
  const arrival = simulation.addKind((customer) => {
    if (!station.arrive(customer)) {
      log.push(`${simulation.now}: ${customer} is turned away`);
    }
  });
  for (const [customer, at] of arrivals.entries()) {
    simulation.scheduleAt(at, arrival, customer);
  }
  return { simulation, station, log };
}

describe('Station', () => {
  it('serves in the order of arrival and turns away whom it has no place for', () => {
    const { simulation, station, log } = story([0, 1, 2, 11], { places: 1 });
    simulation.run();
    expect(log).toEqual(['2: 2 is turned away', '10: 0 leaves', '20: 1 leaves', '30: 3 leaves']);
    expect([station.arrivals, station.blocked, station.responseTime.count]).toEqual([4, 1, 3]);
    expect(station.waitingTime.sum).toBe(9 + 9);
    expect(station.responseTime.max).toBe(19);
  });

  it('satisfies Little’s law to the last digit when all have left', () => {
    const simulation = new Simulation();
    const services = createStream(SEED, 'services');
    const station = new Station(simulation, { servers: 3, service: () => exponential(services, 1) });
    const gaps = createStream(SEED, 'gaps');
    const arrival = simulation.addKind((left) => {
      station.arrive(left);
      if (left > 1) {
        simulation.schedule(exponential(gaps, 0.4), arrival, left - 1);
      }
    });
    simulation.schedule(0, arrival, 10_000);
    simulation.run();
    expect(station.responseTime.count).toBe(10_000);
    expect(station.present.integral / station.responseTime.sum).toBeCloseTo(1, 12);
    expect(station.waiting.integral / station.waitingTime.sum).toBeCloseTo(1, 12);
    expect(station.present.value).toBe(0);
  });

  it('puts more servers to work at once, and takes them away when they are done', () => {
    const { simulation, station, log } = story([0, 0, 0, 25, 27, 27], {});
    simulation.run(4);
    station.resize(2);
    expect([station.busy.value, station.waiting.value]).toEqual([2, 1]);
    simulation.run(28);
    station.resize(1);
    expect(station.busy.value).toBe(2);
    simulation.run();
    expect(log).toEqual([
      '10: 0 leaves',
      '14: 1 leaves',
      '20: 2 leaves',
      '35: 3 leaves',
      '37: 4 leaves',
      '47: 5 leaves',
    ]);
    expect(station.servers).toBe(1);
  });

  it('forgets a warm-up but not its customers', () => {
    const { simulation, station } = story([0, 0, 0], {});
    simulation.run(5);
    simulation.resetStatistics();
    expect([station.arrivals, station.present.mean, station.waiting.max]).toEqual([0, 3, 2]);
    simulation.run(15);
    expect(station.present.mean).toBe(2.5);
    expect(station.responseTime.mean).toBe(10);
  });
});
