import { describe, expect, it } from 'vitest';
import { type EducounselRun, simulateEducounsel } from './model.ts';
import { type EducounselScenario, educounselScenario } from './scenario.ts';

const SEED = 5;

function run(change: Partial<EducounselScenario>): EducounselRun {
  return simulateEducounsel({ ...educounselScenario, ...change }, SEED, 0);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('EduCounsel', () => {
  it('serves the documented users with two instances, which neither grow nor shrink', () => {
    const { measurements, meanInstances, orders } = run({});
    expect(meanInstances).toBe(2);
    expect(orders).toEqual([]);
    expect(Math.max(...measurements.cpu)).toBeLessThan(0.7);
    expect(measurements.errors).toBe(0);
  });

  it('scales out when the users double', () => {
    const { measurements, lastInstances, orders } = run({ users: 2 * educounselScenario.users });
    expect(lastInstances).toBeGreaterThan(2);
    expect(orders[0]?.change).toBe(1);
    expect(mean(measurements.requestsPerMinute)).toBeGreaterThan(1000);
  });

  it('scales out by the CPU when pages are twice the work and requests stay as they were', () => {
    const { measurements, orders } = run({ frameworkCpuMs: 2 * educounselScenario.frameworkCpuMs });
    const [first] = orders;
    expect(first).toMatchObject({ change: 1, rule: { metric: 'cpu', minutes: 5 } });
    expect(Math.max(...measurements.requestsPerMinute)).toBeLessThan(1000);
  });

  it('keeps a browser waiting for notifications only when they are not in the background', () => {
    const background = run({}).measurements.upload.mean;
    const waiting = run({ notifiesInBackground: false }).measurements.upload.mean;
    expect(background).toBeLessThan(3000);
    expect(waiting).toBeGreaterThan(background + 5000);
  });

  it('answers dashboards fresh when nothing is kept, and from the edge less when files are asked for less', () => {
    const { cachedDashboard, freshDashboard } = run({ dashboardTimeToLive: 0 }).measurements;
    expect(cachedDashboard.count).toBe(0);
    expect(freshDashboard.mean).toBeGreaterThan(80);
    const often = run({}).measurements;
    const rarely = run({ weeklyDownloads: 2000 }).measurements;
    expect(rarely.edge.count / rarely.download.count).toBeLessThan(often.edge.count / often.download.count);
    expect(rarely.download.mean).toBeGreaterThan(often.download.mean);
  });

  it('answers errors while a broken instance is not noticed, for less than two minutes, and replaces it', () => {
    const { measurements, meanInstances, lastInstances } = run({ breaksAtMinute: 20 });
    const requestsPerSecond = mean(measurements.requestsPerMinute) / 60;
    const seconds = measurements.errors / (requestsPerSecond / 2);
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(100);
    expect(meanInstances).toBeLessThan(2);
    expect(lastInstances).toBe(2);
  });
});
