import { beforeAll, describe, expect, it } from 'vitest';
import { documented } from './figures.ts';
import { usageOf } from './ksp.ts';
import { type KspRun, simulateKsp } from './model.ts';
import { kspScenario } from './scenario.ts';
import { HOURS_PER_DAY, isBurst, isPeak } from './tenants.ts';

const SEED = 5;

const highest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), 0);

describe("KSP's tenants", () => {
  let run: KspRun;
  beforeAll(() => {
    run = simulateKsp(kspScenario, SEED, 0);
  });

  it('are steady, have peaks, have a burst or grow, each in its own shape', () => {
    const daily = (hours: Uint32Array): number[] =>
      Array.from({ length: hours.length / HOURS_PER_DAY }, (_, day) =>
        hours.subarray(day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY).reduce((sum, calls) => sum + calls, 0),
      );
    const steady = daily(usageOf(run, 'steady').calls);
    expect(highest(steady)).toBeLessThan(1.1 * Math.min(...steady));
    const peak = usageOf(run, 'peak');
    expect(peak.callsIn(isPeak)).toBeGreaterThan(0.7 * peak.callsIn(() => true));
    const burst = usageOf(run, 'burst');
    expect(burst.callsIn(isBurst)).toBeGreaterThan(0.85 * burst.callsIn(() => true));
    const growth = daily(usageOf(run, 'growth').calls);
    const week = (index: number): number =>
      growth.slice(7 * index, 7 * index + 7).reduce((sum, calls) => sum + calls, 0);
    expect([week(1) > week(0), week(2) > week(1), week(3) > week(2)]).toEqual([true, true, true]);
  });

  it('are skewed: a tenth of them makes more than half of the calls', () => {
    const calls = run.measurements.usage.map((usage) => usage.callsIn(() => true)).sort((a, b) => b - a);
    const total = calls.reduce((sum, count) => sum + count, 0);
    const ofTheFirstTenth = calls.slice(0, calls.length / 10).reduce((sum, count) => sum + count, 0);
    expect(ofTheFirstTenth / total).toBeGreaterThan(0.5);
  });

  it('come to the tiers one after the other as they grow, and to the limit of a package with peaks', () => {
    const growth = usageOf(run, 'growth');
    const [high, veryHigh] = [
      growth.dayOfCall(documented('tier.high')),
      growth.dayOfCall(documented('tier.very-high')),
    ];
    expect(high).toBeLessThan(veryHigh ?? 0);
    expect(growth.dayOfCall(documented('tier.ultra-high'))).toBeNull();
    const peak = usageOf(run, 'peak');
    const limit = documented('package.high-volume.calls');
    const alert = peak.dayOfCall((limit * documented('alert.limit')) / 100);
    const beyond = peak.dayOfCall(limit);
    expect(alert).toBeGreaterThan(10);
    expect(beyond).toBeGreaterThan(alert ?? 0);
    expect(beyond).toBeLessThan(17);
  });

  it('make the group grow in the hours of the peak, and shrink after it', () => {
    const { orders } = run;
    const { instances } = run.measurements;
    const added = orders.filter(({ change }) => change === 1);
    const during = added.filter(({ minute }) => {
      const hour = minute / 60;
      return isPeak(Math.floor(hour)) || isBurst(Math.floor(hour));
    });
    expect(during.length).toBeGreaterThan(0.8 * added.length);
    expect(highest(instances)).toBeGreaterThan(5);
    expect(instances.at(-1)).toBeLessThan(5);
  });

  it('scale it out further when all of them double', () => {
    const doubled = simulateKsp({ ...kspScenario, load: 2 }, SEED, 0);
    expect(highest(doubled.measurements.instances)).toBeGreaterThan(highest(run.measurements.instances));
    expect(doubled.orders.length).toBeGreaterThan(run.orders.length);
  });

  it('scale it out by the queue when nothing else does', () => {
    const { policy } = kspScenario;
    const byQueue = { ...policy, out: policy.out.filter(({ metric }) => metric === 'queued') };
    const { orders, measurements } = simulateKsp({ load: 3, policy: byQueue }, SEED, 0);
    const { queued } = measurements;
    const [first] = orders.filter(({ change }) => change === 1);
    expect(first?.rule.metric).toBe('queued');
    expect(queued[(first?.minute ?? 0) - 1]).toBeGreaterThan(1000);
    expect(queued[(first?.minute ?? 0) - 2]).toBeLessThanOrEqual(1000);
  });
});
