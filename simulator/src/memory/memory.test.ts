import { beforeAll, describe, expect, it } from 'vitest';
import { isHeldOut } from '../calibration/held-out.ts';
import { allParameters, defaultValues } from '../calibration/parameters.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { MEMORY, type MemorySamples, STATE, type State, type StateSamples } from '../run/month-run.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { memoryOf } from './memory.ts';
import { memoryParameters } from './parameters.ts';
import { totalMemory } from './questions.ts';

const HOUR = 60;
const DAY = 1440;
const parameters = defaultValues(allParameters);
const documented = documentedScenario();

function columns<Key extends string>(keys: readonly Key[], column: (key: Key) => Float32Array): Columns<Key> {
  const all = Object.fromEntries(keys.map((key) => [key, column(key)]));
  if (!isComplete(all, keys)) {
    throw new Error('A column is missing.');
  }
  return all;
}

type Columns<Key extends string> = Record<Key, Float32Array>;

function isComplete<Key extends string>(
  all: Readonly<Record<string, Float32Array>>,
  keys: readonly Key[],
): all is Columns<Key> {
  return keys.every((key) => all[key] !== undefined);
}

/** A quiet machine with ten children and seventeen connections. */
function quiet(minutes: number): { state: Columns<State>; sessionsOf: Columns<UserClass> } {
  const state = columns(STATE, () => new Float32Array(minutes));
  state.workers.fill(10);
  state.connections.fill(17);
  return { state, sessionsOf: columns(USER_CLASSES, () => new Float32Array(minutes)) };
}

function memory(system: StateSamples, scenario: Scenario = documented): MemorySamples {
  return memoryOf({ system, scenario, parameters });
}

function without(kind: Scenario['incidents'][number]['kind']): Scenario {
  return { ...documented, incidents: documented.incidents.filter((incident) => incident.kind !== kind) };
}

function meanOf(samples: Float32Array, from: number, until: number): number {
  return samples.subarray(from, until).reduce((sum, value) => sum + value, 0) / (until - from);
}

function isSame(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

describe('memoryOf', () => {
  let system: StateSamples;
  beforeAll(() => {
    system = simulateMonth({ scenario: documented, parameters, seed: 5, replication: 0 });
  });

  it('gives every part of every minute a finite amount that is not negative', () => {
    const parts = memory(system);
    for (const part of MEMORY) {
      expect(parts[part]).toHaveLength(30 * DAY);
      expect(parts[part].every((megabytes) => Number.isFinite(megabytes) && megabytes >= 0)).toBe(true);
    }
  });

  it('has less in week 2 and the same in week 1 when there is no leak', () => {
    const leaking = totalMemory(memory(system));
    const sound = totalMemory(memory(system, without('leak')));
    expect(isSame(sound.subarray(0, 7 * DAY), leaking.subarray(0, 7 * DAY))).toBe(true);
    expect(meanOf(leaking, 7 * DAY, 14 * DAY) - meanOf(sound, 7 * DAY, 14 * DAY)).toBeGreaterThan(50);
    expect(isSame(sound.subarray(21 * DAY), leaking.subarray(21 * DAY))).toBe(true);
  });

  it('holds more for twice the sessions, in the session store only', () => {
    const twice = columns(USER_CLASSES, (userClass) =>
      system.sessionsOf[userClass].map((count) => 2 * count),
    );
    const one = memory(system);
    const two = memory({ ...system, sessionsOf: twice });
    expect(meanOf(two.sessions, 0, 30 * DAY)).toBeGreaterThan(meanOf(one.sessions, 0, 30 * DAY));
    expect(isSame(two.database, one.database)).toBe(true);
    expect(isSame(two.cache, one.cache)).toBe(true);
  });

  it('holds more of what requests fill, except a cache that is full, for twice the requests', () => {
    const requests = system.state.requests.map((count) => 2 * count);
    const hits = system.state['cache-hits'].map((count) => 2 * count);
    const one = memory(system);
    const two = memory({ ...system, state: { ...system.state, requests, 'cache-hits': hits } });
    for (const part of ['application', 'database', 'system'] as const) {
      expect(meanOf(two[part], DAY, 7 * DAY), part).toBeGreaterThan(meanOf(one[part], DAY, 7 * DAY));
    }
  });

  it('lets children keep what they grew by until the night, used or not', () => {
    const machine = quiet(DAY);
    machine.state.requests.fill(1, 8 * HOUR, 10 * HOUR);
    const { application } = memory(machine);
    const before = application[7 * HOUR] ?? 0;
    const grown = application[10 * HOUR] ?? 0;
    expect(grown).toBeGreaterThan(before + 100);
    expect(application[22 * HOUR]).toBe(grown);
    expect(application[23 * HOUR]).toBeCloseTo(before, 3);
  });

  it('starts children again when the machine gets another memory', () => {
    const machine = quiet(DAY);
    machine.state.requests.fill(1, 8 * HOUR, 10 * HOUR);
    const larger: Scenario = {
      ...documented,
      incidents: [{ kind: 'memory-limit', at: { day: 1, time: '12:00' }, gb: 8 }],
    };
    const { application } = memory(machine, larger);
    expect(application[12 * HOUR]).toBeCloseTo(application[7 * HOUR] ?? 0, 3);
  });

  it('pages leaks out when the machine is short of memory', () => {
    const small = memory(system, {
      ...without('memory-limit'),
      server: { ...documented.server, memoryGb: 4 },
    });
    expect(Math.max(...totalMemory(small))).toBeLessThan(1.04 * 4000);
  });

  it('starts children and the session store again at 23:00', () => {
    const machine = quiet(DAY);
    machine.state.requests.fill(1, 20 * HOUR);
    machine.sessionsOf.browser.fill(20, 20 * HOUR, 22 * HOUR);
    const { application, sessions } = memory(machine);
    expect(application[23 * HOUR]).toBeLessThan((application[23 * HOUR - 1] ?? 0) / 2);
    expect(sessions[23 * HOUR]).toBeLessThan(sessions[23 * HOUR - 1] ?? 0);
  });

  it('has no caches given back by the database until somebody makes them smaller', () => {
    const machine = quiet(2 * DAY);
    machine.state.requests.fill(2, 0, DAY);
    const smaller: Scenario = {
      ...documented,
      incidents: [{ kind: 'tuning', at: { day: 2, time: '12:00' }, setting: 'query-cache', value: 100 }],
    };
    const { database } = memory(machine, smaller);
    expect(database[DAY + HOUR]).toBe(database[DAY - 1]);
    expect((database[DAY + HOUR] ?? 0) - (database[DAY + 13 * HOUR] ?? 0)).toBeGreaterThan(400);
  });

  it('has less in the database for a smaller pool of connections', () => {
    const machine = quiet(DAY);
    machine.state.connections.fill(31);
    const pool = (value: number): Scenario => ({
      ...documented,
      incidents: [{ kind: 'tuning', at: { day: 1, time: '00:00' }, setting: 'connection-pool', value }],
    });
    expect(memory(machine, pool(20)).database[HOUR]).toBeLessThan(
      memory(machine, pool(50)).database[HOUR] ?? 0,
    );
  });

  it('takes growth back from the application when the machine is small, and never more than that', () => {
    const parts = memory(system);
    const small = memory(system, {
      ...without('memory-limit'),
      server: { ...documented.server, memoryGb: 3 },
    });
    expect(Math.max(...totalMemory(small))).toBeLessThan(Math.max(...totalMemory(parts)));
    expect(isSame(small.database, parts.database)).toBe(true);
    expect(Math.min(...small.application)).toBeGreaterThan(50);
  });

  it('keeps every entry twice in a cluster, on more nodes', () => {
    const machine = quiet(2 * DAY);
    machine.state.requests.fill(1, 0, DAY);
    const cluster: Scenario = {
      ...documented,
      incidents: [{ kind: 'tuning', at: { day: 2, time: '00:00' }, setting: 'redis-cluster', value: 3 }],
    };
    const { cache } = memory(machine, cluster);
    expect(cache[DAY]).toBeGreaterThan(1.9 * (cache[DAY - 1] ?? 0));
  });

  it('says which parameter is missing', () => {
    expect(() => memoryOf({ system, scenario: documented, parameters: {} })).toThrow(/"memory\./);
  });
});

describe('memoryParameters', () => {
  it('are fewer than the figures that they are fitted to', () => {
    const fitted = memoryParameters.filter(({ figures }) => figures.length > 0);
    const figures = new Set(fitted.flatMap((parameter) => parameter.figures));
    expect(fitted.length).toBeLessThan(figures.size);
  });

  it('answer to no figure that is held out: nothing of week 3', () => {
    for (const { id, figures } of memoryParameters) {
      expect(figures.filter(isHeldOut), id).toEqual([]);
      expect(
        figures.filter((figure) => figure.startsWith('memory.week-3')),
        id,
      ).toEqual([]);
    }
  });

  it('start within their bounds', () => {
    for (const { id, value, lower, upper } of memoryParameters) {
      expect(value, id).toBeGreaterThanOrEqual(lower);
      expect(value, id).toBeLessThanOrEqual(upper);
    }
  });
});
