import { expect, it } from 'vitest';
import { Simulation } from './simulation.ts';
import { TimeWeighted } from './time-weighted.ts';

it('TimeWeighted counts each value for as long as it lasts', () => {
  const simulation = new Simulation();
  const memory = new TimeWeighted(simulation, 5);
  expect(memory.mean).toBe(0);
  for (const [until, value] of [
    [2, 4],
    [5, 6],
    [6, 5],
  ] as const) {
    simulation.run(until);
    memory.set(value);
  }
  simulation.run(10);
  expect(memory.integral).toBe(0 * 2 + 4 * 3 + 6 * 1 + 5 * 4);
  expect([memory.mean, memory.max, memory.timeAtOrAbove, memory.value]).toEqual([3.8, 6, 5, 5]);
});

it('TimeWeighted begins anew from the value it has', () => {
  const simulation = new Simulation();
  const memory = new TimeWeighted(simulation, 5);
  memory.set(8);
  memory.set(7);
  simulation.run(3);
  memory.resetStatistics();
  expect([memory.mean, memory.max, memory.timeAtOrAbove]).toEqual([7, 7, 0]);
  simulation.run(4);
  memory.set(1);
  simulation.run(6);
  expect([memory.mean, memory.timeAtOrAbove]).toEqual([3, 1]);
});
