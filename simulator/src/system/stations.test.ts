import { describe, expect, it } from 'vitest';
import { Simulation } from '../engine/simulation.ts';
import { Children } from './children.ts';
import { JobWorkers } from './job-workers.ts';

/** Children of which each is busy for so long, seconds; requests are told when they started. */
function pool(options: { most: number; spare: number; connections: number; seconds: number }): {
  simulation: Simulation;
  children: Children;
  started: number[];
  givenUp: number[];
  arriveAt: (at: number) => void;
} {
  const simulation = new Simulation();
  const started: number[] = [];
  const givenUp: number[] = [];
  const release = simulation.addKind(() => children.release());
  const children: Children = new Children(simulation, {
    ...options,
    connections: () => options.connections,
    onStart: (request) => {
      started[request] = simulation.now;
      simulation.schedule(options.seconds, release);
    },
    onTimeout: (request) => givenUp.push(request),
    onResize: () => undefined,
  });
  const arrive = simulation.addKind((request) => children.arrive(request));
  let requests = 0;
  return {
    simulation,
    children,
    started,
    givenUp,
    arriveAt: (at) => {
      simulation.scheduleAt(at, arrive, requests);
      requests += 1;
    },
  };
}

describe('children', () => {
  it('let nobody wait while one is idle', () => {
    const { simulation, started, arriveAt } = pool({ most: 10, spare: 2, connections: 50, seconds: 1 });
    arriveAt(0.5);
    arriveAt(0.6);
    simulation.run();
    expect(started).toEqual([0.5, 0.6]);
  });

  it('are forked at full seconds while too few are idle, and ended one a second when it is quiet', () => {
    const { simulation, children, arriveAt } = pool({ most: 40, spare: 4, connections: 50, seconds: 10 });
    const before = children.count;
    for (let request = 0; request < 12; request += 1) {
      arriveAt(0.5);
    }
    simulation.run(9);
    expect(children.busy).toBe(12);
    expect(children.count).toBeGreaterThanOrEqual(16);
    simulation.run();
    expect(children.busy).toBe(0);
    expect(children.count).toBe(before);
    expect(simulation.now).toBeGreaterThanOrEqual(10.5 + 5);
  });

  it('are fewer when fewer idle ones are kept, from then on', () => {
    const { simulation, children, arriveAt } = pool({ most: 40, spare: 10, connections: 50, seconds: 1 });
    const before = children.count;
    children.keepSpare(4);
    simulation.run();
    expect(children.count).toBe(before - 6);
    arriveAt(20);
    simulation.run();
    expect(children.count).toBe(before - 6);
  });

  it('make requests wait in their order when all are busy', () => {
    const { simulation, started, arriveAt } = pool({ most: 2, spare: 2, connections: 50, seconds: 3 });
    for (const at of [0, 1, 1.5, 1.6]) {
      arriveAt(at);
    }
    simulation.run();
    expect(started).toEqual([0, 1, 3, 4]);
  });

  it('are not wasted on requests that have waited for more than a minute, however many', () => {
    const { simulation, started, givenUp, arriveAt } = pool({
      most: 1,
      spare: 1,
      connections: 9,
      seconds: 70,
    });
    const late = 20_000;
    for (let request = 0; request <= late; request += 1) {
      arriveAt(0);
    }
    arriveAt(65);
    simulation.run();
    expect(givenUp).toHaveLength(late);
    expect(started[late + 1]).toBe(70);
  });

  it('are no more than there are connections for, and say that it is these that are waited for', () => {
    const { simulation, children, arriveAt } = pool({ most: 40, spare: 2, connections: 3, seconds: 3 });
    for (let request = 0; request < 5; request += 1) {
      arriveAt(0);
    }
    simulation.run(2);
    expect(children.count).toBe(3);
    expect(children.waitingForConnection).toBe(2);
  });
});

describe('job workers', () => {
  it('become more while more jobs wait than they are, and fewer when none waits', () => {
    const simulation = new Simulation();
    const release = simulation.addKind(() => workers.release());
    const workers: JobWorkers = new JobWorkers(
      simulation,
      () => simulation.schedule(60, release),
      () => undefined,
    );
    const least = workers.count;
    for (let job = 0; job < 30; job += 1) {
      workers.arrive(job);
    }
    simulation.run(90);
    expect(workers.count).toBeGreaterThan(least);
    simulation.run();
    expect(workers.queued).toBe(0);
    expect(workers.busy).toBe(0);
    expect(workers.count).toBe(least);
  });
});
