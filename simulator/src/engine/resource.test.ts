import { describe, expect, it } from 'vitest';
import { exponential } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { Delay } from './delay.ts';
import { multiServer } from './examples/multi-server.ts';
import { Resource } from './resource.ts';
import { Simulation } from './simulation.ts';
import { poissonArrivals } from './testing/poisson-arrivals.ts';

describe('Resource', () => {
  it('held through a delay is a station: the same numbers', () => {
    const simulation = new Simulation();
    const services = createStream(1, 'services');
    const delay = new Delay(simulation, {
      time: () => exponential(services, 1),
      onDeparture: () => servers.release(),
    });
    const servers = new Resource(simulation, { units: 4, onGrant: (customer) => delay.arrive(customer) });
    poissonArrivals(simulation, 1, 3, () => servers.acquire(0));
    simulation.run(5_000);
    const same = multiServer(1, 3, 1, 4);
    same.simulation.run(5_000);
    expect(servers.waitingTime.mean).toBe(same.station.waitingTime.mean);
    expect(servers.held.mean).toBe(same.station.busy.mean);
    expect(servers.waiting.mean).toBe(same.station.waiting.mean);
    expect(servers.requests).toBe(same.station.arrivals);
  });

  it('grants in the order of requests, a large one before smaller ones behind it', () => {
    const log: string[] = [];
    const simulation = new Simulation();
    const buffers = new Resource(simulation, {
      units: 10,
      places: 2,
      onGrant: (customer) => log.push(`${simulation.now}: ${customer}`),
    });
    expect(buffers.acquire(0, 6)).toBe(true);
    expect(buffers.acquire(1, 6)).toBe(true);
    expect(buffers.acquire(2, 1)).toBe(true);
    expect(buffers.acquire(3, 1)).toBe(false);
    simulation.run(5);
    buffers.release(6);
    expect(log).toEqual(['0: 0', '5: 1', '5: 2']);
    expect([buffers.held.value, buffers.waiting.value, buffers.requests, buffers.refused]).toEqual([
      7, 0, 4, 1,
    ]);
    expect([buffers.waitingTime.sum, buffers.waiting.integral]).toEqual([10, 10]);
    expect(() => buffers.release(8)).toThrow(/only 7 are held/);
  });

  it('grants more when it grows, and misses units taken from it once they are given back', () => {
    const granted: number[] = [];
    const pool = new Resource(new Simulation(), { units: 1, onGrant: (customer) => granted.push(customer) });
    for (const customer of [0, 1, 2, 3]) {
      pool.acquire(customer);
    }
    pool.resize(3);
    expect(granted).toEqual([0, 1, 2]);
    pool.resize(1);
    pool.release(2);
    expect(granted).toEqual([0, 1, 2]);
    pool.release();
    expect(granted).toEqual([0, 1, 2, 3]);
    expect(pool.units).toBe(1);
  });
});
