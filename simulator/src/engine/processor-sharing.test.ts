import { describe, expect, it } from 'vitest';
import { exponential, logNormal } from '../random/distributions.ts';
import { createStream, type RandomStream } from '../random/stream.ts';
import { ProcessorSharing } from './processor-sharing.ts';
import { Simulation } from './simulation.ts';
import { meanWait } from './testing/formulas.ts';
import { poissonArrivals } from './testing/poisson-arrivals.ts';
import { expectTheory, steadyState } from './testing/steady-state.ts';

const SEED = 1;
const WORKS: Record<string, (stream: RandomStream) => number> = {
  constant: () => 1,
  exponential: (stream) => exponential(stream, 1),
  lognormal: (stream) => logNormal(stream, 1, 1.5),
};

describe('ProcessorSharing, in steady state', () => {
  // The number present depends on the mean of the works alone (Sakata, Noguchi and Oizumi 1971; Cohen 1979 for several cores).
  it.each([
    { works: 'constant', cores: 1, batch: 30_000 },
    { works: 'exponential', cores: 1, batch: 80_000 },
    { works: 'lognormal', cores: 1, batch: 140_000 },
    { works: 'lognormal', cores: 2, batch: 30_000 },
  ])('responds with $works works on $cores core(s) as with exponential ones', ({ works, cores, batch }) => {
    const simulation = new Simulation();
    const stream = createStream(SEED, 'works');
    const work = WORKS[works] ?? (() => Number.NaN);
    const shared = new ProcessorSharing(simulation, { cores, work: () => work(stream) });
    poissonArrivals(simulation, SEED, 0.5 * cores, () => shared.arrive(0));
    const measured = steadyState(
      simulation,
      [shared],
      { response: () => shared.responseTime.mean, busy: () => shared.busy.mean },
      { warmUp: 1_000, batch },
    );
    expectTheory(measured('response'), 1 + meanWait(cores, 0.5 * cores, 1));
    expectTheory(measured('busy'), 0.5 * cores);
  });
});

/** Customers 0, 1, 2… come at these times with these works. */
function story(
  customers: readonly (readonly [at: number, work: number])[],
  cores: number,
): { simulation: Simulation; shared: ProcessorSharing; log: string[] } {
  const simulation = new Simulation();
  const log: string[] = [];
  const shared = new ProcessorSharing(simulation, {
    cores,
    work: (customer) => customers[customer]?.[1] ?? Number.NaN,
    onDeparture: (customer) => log.push(`${simulation.now}: ${customer}`),
  });
  const arrival = simulation.addKind((customer) => shared.arrive(customer));
  for (const [customer, [at]] of customers.entries()) {
    simulation.scheduleAt(at, arrival, customer);
  }
  return { simulation, shared, log };
}

describe('ProcessorSharing', () => {
  it('shares a core evenly among all who are present', () => {
    const { simulation, shared, log } = story(
      [
        [0, 4],
        [2, 1],
        [2, 4],
      ],
      1,
    );
    simulation.run();
    // Two units alone, then a third each: 1 done at 5 with 1 left for 0, which is done at 7 with 2 left for 2.
    expect(log).toEqual(['5: 1', '7: 0', '9: 2']);
    expect(shared.busy.mean).toBe(1);
    expect(shared.responseTime.sum).toBe(3 + 7 + 7);
    expect(shared.present.integral).toBe(17);
  });

  it('gives nobody more than a core', () => {
    const { simulation, shared, log } = story(
      [
        [0, 3],
        [0, 3],
        [0, 6],
      ],
      4,
    );
    simulation.run();
    expect(log).toEqual(['3: 0', '3: 1', '6: 2']);
    expect(shared.busy.integral).toBe(12);
  });

  it('works on at another rate with more cores, and rests with none', () => {
    const { simulation, shared, log } = story(
      [
        [0, 4],
        [0, 4],
      ],
      1,
    );
    simulation.run(4);
    shared.resize(2);
    simulation.run(5);
    shared.resize(0);
    expect(simulation.pending).toBe(0);
    simulation.run(100);
    shared.resize(2);
    simulation.run();
    expect(log).toEqual(['101: 0', '101: 1']);
    expect(shared.cores).toBe(2);
  });

  it('keeps the order of ends when many share for long', () => {
    const simulation = new Simulation();
    const stream = createStream(SEED, 'works');
    const left: number[] = [];
    const works = Array.from({ length: 5_000 }, () => exponential(stream, 1));
    const shared = new ProcessorSharing(simulation, {
      work: (customer) => works[customer] ?? Number.NaN,
      onDeparture: (customer) => left.push(works[customer] ?? Number.NaN),
    });
    for (const customer of works.keys()) {
      shared.arrive(customer);
    }
    simulation.run();
    expect(left).toEqual([...works].sort((one, other) => one - other));
    expect(simulation.now / works.reduce((sum, work) => sum + work, 0)).toBeCloseTo(1, 10);
  });

  it('refuses work that is not a number', () => {
    expect(() => story([[0, Number.NaN]], 1).simulation.run()).toThrow(RangeError);
  });
});
