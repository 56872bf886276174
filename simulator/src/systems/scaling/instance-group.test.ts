import { describe, expect, it } from 'vitest';
import { Simulation } from '../../engine/simulation.ts';
import { InstanceGroup } from './instance-group.ts';

const HEALTH = { interval: 30, timeout: 5, healthyAfter: 2, unhealthyAfter: 3 };
const BOOT = 120;

function group(initial = 2, most = 5): { simulation: Simulation; instances: InstanceGroup } {
  const simulation = new Simulation();
  return {
    simulation,
    instances: new InstanceGroup(simulation, { initial, most, boot: BOOT, health: HEALTH }),
  };
}

describe('InstanceGroup', () => {
  it('sends requests to the instances in turn', () => {
    const { instances } = group(3);
    expect([1, 2, 3, 4, 5].map(() => instances.route())).toEqual([0, 1, 2, 0, 1]);
  });

  it('puts an ordered instance into service only after it started and passed two checks', () => {
    const { simulation, instances } = group();
    instances.launch();
    expect(instances.size).toBe(3);
    simulation.run(BOOT + HEALTH.interval - 1);
    expect(instances.inService.value).toBe(2);
    simulation.run(BOOT + HEALTH.interval);
    expect(instances.inService.value).toBe(3);
  });

  it('takes a broken instance out after three failed checks, and replaces it', () => {
    const { simulation, instances } = group();
    simulation.run(100);
    instances.breakDown(0);
    // Three checks: at most 90 s from now, and the last one's time-out.
    simulation.run(100 + 2 * HEALTH.interval);
    expect(instances.inService.value).toBe(2);
    simulation.run(100 + 3 * HEALTH.interval + HEALTH.timeout);
    expect(instances.inService.value).toBe(1);
    expect(instances.size).toBe(2);
    simulation.run(100 + 3 * HEALTH.interval + HEALTH.timeout + BOOT + 2 * HEALTH.interval);
    expect(instances.inService.value).toBe(2);
  });

  it('does not grow beyond its places, and an instance taken out while it starts never serves', () => {
    const { simulation, instances } = group(2, 3);
    instances.launch();
    instances.launch();
    expect(instances.size).toBe(3);
    instances.retire();
    simulation.run(1000);
    expect(instances.inService.value).toBe(2);
  });
});
