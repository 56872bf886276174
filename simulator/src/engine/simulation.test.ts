import { describe, expect, it } from 'vitest';
import { Simulation } from './simulation.ts';

describe('Simulation', () => {
  it('handles events in the order of time, up to a time and with it, and goes on from there', () => {
    const simulation = new Simulation();
    const seen: string[] = [];
    const note = simulation.addKind((a, b) => seen.push(`${simulation.now}: ${a} ${b}`));
    simulation.schedule(5, note, 1, 2);
    simulation.schedule(2, note, 3);
    simulation.scheduleAt(7, note);
    expect(simulation.run(5)).toBe(2);
    expect(seen).toEqual(['2: 3 0', '5: 1 2']);
    expect(simulation.run(6)).toBe(0);
    expect(simulation.now).toBe(6);
    simulation.run();
    expect(simulation.now).toBe(7);
    expect(simulation.pending).toBe(0);
  });

  it('stops after the event under way, and can be gone on with', () => {
    const simulation = new Simulation();
    const tick = simulation.addKind((count) => {
      simulation.schedule(1, tick, count + 1);
      if (count === 3) {
        simulation.stop();
      }
    });
    simulation.schedule(0, tick);
    simulation.run(10);
    expect(simulation.now).toBe(3);
    simulation.run(10);
    expect(simulation.now).toBe(10);
  });

  it('cancels and moves what is still to come', () => {
    const simulation = new Simulation();
    const seen: number[] = [];
    const note = simulation.addKind((a) => seen.push(a));
    const first = simulation.schedule(1, note, 1);
    const second = simulation.schedule(2, note, 2);
    simulation.schedule(3, note, 3);
    simulation.cancel(second);
    simulation.reschedule(first, 4);
    simulation.run();
    expect(seen).toEqual([3, 1]);
  });

  it('calls at instants before anything else happens at them', () => {
    const simulation = new Simulation();
    let counter = 0;
    const count = simulation.addKind(() => {
      counter += 1;
    });
    for (const at of [0, 10, 10, 20, 25]) {
      simulation.scheduleAt(at, count);
    }
    const states: number[][] = [];
    simulation.atInstants([0, 10, 20, 30], (index) => states.push([index, simulation.now, counter]));
    simulation.run(100);
    expect(states).toEqual([
      [0, 0, 0],
      [1, 10, 1],
      [2, 20, 3],
      [3, 30, 5],
    ]);
    expect(() => simulation.atInstants([120, 110], () => undefined)).toThrow(/must rise/);
    expect(() => simulation.atInstants([99], () => undefined)).toThrow(/must rise/);
  });

  it('refuses the past, what is not a time, and a kind that nobody registered', () => {
    const simulation = new Simulation();
    const kind = simulation.addKind(() => undefined);
    simulation.run(5);
    for (const delay of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => simulation.schedule(delay, kind)).toThrow(RangeError);
      expect(() => simulation.scheduleAt(5 + delay, kind)).toThrow(RangeError);
    }
    simulation.schedule(1, kind + 1);
    expect(() => simulation.run()).toThrow(/no kind 1/);
  });
});
