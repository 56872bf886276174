import { describe, expect, it } from 'vitest';
import { allParameters, defaultValues } from '../calibration/parameters.ts';
import { documentedScenario } from '../scenario/documented.ts';
import { MEMORY } from './month-run.ts';
import { simulateMonth } from './simulate-month.ts';

const parameters = defaultValues(allParameters);
const scenario = documentedScenario();
const MINUTES = scenario.days * 1440;

describe('simulateMonth', () => {
  it('has a sample of every part of the memory in each minute', () => {
    const { memory, state, trace } = simulateMonth({ scenario, parameters, seed: 1, replication: 0 });
    for (const part of MEMORY) {
      expect(memory[part]).toHaveLength(MINUTES);
      expect(memory[part].every((megabytes) => megabytes >= 0)).toBe(true);
    }
    expect(state.cpu).toHaveLength(MINUTES);
    expect(trace.at).toHaveLength(13_880);
  });

  it('gives a replication alone as it gives it among others', () => {
    const replication = 17;
    for (const before of [0, 16]) {
      simulateMonth({ scenario, parameters, seed: 1, replication: before });
    }
    const among = simulateMonth({ scenario, parameters, seed: 1, replication });
    const alone = simulateMonth({ scenario, parameters, seed: 1, replication });
    expect(Buffer.from(among.memory.application.buffer)).toEqual(
      Buffer.from(alone.memory.application.buffer),
    );
    expect(among.counts).toEqual(alone.counts);
    expect(among.alerts).toEqual(alone.alerts);
  });

  it('warns more of memory on a smaller machine, in the order of time', () => {
    const small = { ...scenario, server: { ...scenario.server, memoryGb: 3.4 } };
    const alertsOf = (server: typeof scenario) =>
      simulateMonth({ scenario: server, parameters, seed: 1, replication: 0 }).alerts;
    const memoryAlerts = (server: typeof scenario) =>
      alertsOf(server).filter(({ kind }) => kind === 'memory').length;
    expect(memoryAlerts(small)).toBeGreaterThan(memoryAlerts(scenario));
    const times = alertsOf(scenario).map(({ at }) => at);
    expect([...times].sort((one, other) => one - other)).toEqual(times);
  });
});
