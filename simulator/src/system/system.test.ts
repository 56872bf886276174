import { describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import type { SystemRun } from '../run/month-run.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { ACTIONS } from '../workload/endpoints.ts';
import { generateTrace } from '../workload/generate.ts';
import type { PeoplePerClass } from '../workload/trace.ts';
import { simulateSystem } from './system.ts';
import { parametersWith, shortScenario, type TestRequest, traceOf } from './test-trace.ts';

const HOUR = 3600;
const parameters = parametersWith();
/** Nothing fails by itself. */
const reliable = parametersWith({ 'system.failures.rate': 0 });

function monthOf(scenario: Scenario, replication = 0) {
  const trace = generateTrace({ scenario, parameters, seed: 1, replication });
  return { trace, run: simulateSystem({ trace, scenario, parameters, seed: 1, replication }) };
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) {
    sum += values[index] ?? 0;
  }
  return sum / values.length;
}

/** All columns of a run, one after the other. */
function bytesOf({ state, sessionsOf, answers, background }: SystemRun): Buffer {
  const columns = [state, sessionsOf, answers, background].flatMap((group) => Object.values(group));
  return Buffer.concat(columns.map(({ buffer }) => Buffer.from(buffer)));
}

/** So many calls of an action, evenly in time, each by somebody else. */
function evenly(count: number, gap: number, action: TestRequest['action']): TestRequest[] {
  return Array.from({ length: count }, (_, index) => ({ at: HOUR + index * gap, action, person: index }));
}

const month = monthOf(documentedScenario());

describe('simulateSystem', () => {
  it('answers each request once, after it came', () => {
    const { trace, run } = month;
    const { milliseconds, status } = run.answers;
    expect(milliseconds).toHaveLength(trace.at.length);
    expect(milliseconds.every((time) => time > 0)).toBe(true);
    // The slowest are those that hang; nothing is lost on the way and found again.
    const hang = (parameters['system.failures.hang'] ?? 0) * 1000;
    expect(Math.max(...milliseconds)).toBeLessThan(hang + 10_000);
    expect(run.state['busy-workers'].every((busy) => busy >= 0)).toBe(true);
    expect(status.every((code) => code >= 200 && code < 600)).toBe(true);
    expect(mean(run.state.requests) * run.state.requests.length).toBeGreaterThan(trace.at.length - 100);
  });

  it('gives the same bytes again, and others for another replication', () => {
    const scenario = documentedScenario();
    const again = simulateSystem({ trace: month.trace, scenario, parameters, seed: 1, replication: 0 });
    const other = simulateSystem({ trace: month.trace, scenario, parameters, seed: 1, replication: 1 });
    expect(bytesOf(again).equals(bytesOf(month.run))).toBe(true);
    expect(again.counts).toEqual(month.run.counts);
    expect(again.alerts).toEqual(month.run.alerts);
    expect(bytesOf(other).equals(bytesOf(month.run))).toBe(false);
  });

  it("obeys Little's law: busy children are arrivals times the time that each is busy", () => {
    const stream = createStream(1, 'arrivals');
    const requests = Array.from({ length: 40_000 }, (_, index) => ({
      at: stream.next() * 24 * HOUR,
      action: 'bookings.list' as const,
      person: index % 900,
    }));
    const scenario = shortScenario(1);
    const run = simulateSystem({
      trace: traceOf(requests),
      scenario,
      parameters: reliable,
      seed: 1,
      replication: 0,
    });
    const busySeconds = mean(run.state['busy-workers']) * 24 * HOUR;
    const seconds = run.answers.milliseconds.reduce((sum, time) => sum + time / 1000, 0);
    // 1,440 samples, and some 120 of them see somebody.
    expect(busySeconds / seconds).toBeGreaterThan(0.85);
    expect(busySeconds / seconds).toBeLessThan(1.15);
  });

  it('is not slower on average with more cores or with more children, on the same requests', () => {
    const trace = traceOf(evenly(600, 0.02, 'payments.list'));
    const meanTime = (server: { cores?: number; workers?: number }): number => {
      const scenario = shortScenario(1, { connectionPool: 200, ...server });
      return mean(
        simulateSystem({ trace, scenario, parameters: reliable, seed: 1, replication: 0 }).answers
          .milliseconds,
      );
    };
    const byCores = [1, 2, 4, 8].map((cores) => meanTime({ cores }));
    // With cores to spare: one core between more children is no gain.
    const byWorkers = [4, 8, 16, 64].map((workers) => meanTime({ workers, cores: 64 }));
    for (const times of [byCores, byWorkers]) {
      expect([...times].sort((one, other) => other - one)).toEqual(times);
    }
    expect(byCores[0]).toBeGreaterThan(2 * (byCores[3] ?? 0));
  });

  it('makes requests wait for a connection when the pool is too small', () => {
    const trace = traceOf(evenly(2000, 0.05, 'payments.list'));
    const runOf = (connectionPool: number) =>
      simulateSystem({
        trace,
        scenario: shortScenario(1, { connectionPool, workers: 40 }),
        parameters: reliable,
        seed: 1,
        replication: 0,
      });
    const small = runOf(9);
    const large = runOf(60);
    expect(Math.max(...small.state.waiting)).toBeGreaterThan(0);
    expect(Math.max(...small.state.connections)).toBeLessThanOrEqual(9);
    expect(Math.max(...large.state.waiting)).toBe(0);
    expect(mean(small.answers.milliseconds)).toBeGreaterThan(5 * mean(large.answers.milliseconds));
  });

  it('fails requests that found no child for a minute', () => {
    const trace = traceOf(evenly(3000, 0.01, 'payments.list'));
    const scenario = shortScenario(1, { workers: 1, cores: 1 });
    const { answers } = simulateSystem({ trace, scenario, parameters: reliable, seed: 1, replication: 0 });
    expect(answers.status.filter((code) => code === 504).length).toBeGreaterThan(1000);
    expect(answers.status.every((code) => code === 200 || code === 504)).toBe(true);
  });

  it('refuses the log-ins of a locked account for an hour, and lets its owner in after it', () => {
    const failures = [0, 20, 40, 60, 80].map((at) => ({ at, action: 'login.failed' as const }));
    const logins = [120, 3000, 3900].map((at) => ({ at, action: 'login' as const }));
    const { answers, counts } = simulateSystem({
      trace: traceOf([...failures, ...logins]),
      scenario: shortScenario(1),
      parameters: reliable,
      seed: 1,
      replication: 0,
    });
    expect([...answers.status]).toEqual([401, 401, 401, 401, 401, 423, 423, 200]);
    expect(counts.lockouts).toBe(1);
    expect(counts['failed-logins']).toBe(5);
  });

  it('keeps a session until half an hour after its last use, and none after a log-out', () => {
    const trace = traceOf([
      { at: 0, action: 'courses.list', person: 0 },
      { at: 0, action: 'login', person: 1 },
      { at: 600, action: 'logout', person: 1 },
    ]);
    const scenario = shortScenario(1);
    const run = simulateSystem({ trace, scenario, parameters: reliable, seed: 1, replication: 0 });
    const sessions = [...run.state.sessions.subarray(0, 40)];
    expect(sessions.slice(1, 10)).toEqual(new Array(9).fill(2));
    expect(sessions.slice(11, 30)).toEqual(new Array(19).fill(1));
    expect(sessions.slice(31)).toEqual(new Array(9).fill(0));
    expect([...run.sessionsOf['learner-regular']]).toEqual([...run.state.sessions]);
  });

  it('has a lower peak on day 12 without its upload burst', () => {
    const scenario = documentedScenario();
    const quiet = {
      ...scenario,
      incidents: scenario.incidents.filter(({ kind }) => kind !== 'upload-burst'),
    };
    const without = monthOf(quiet).run;
    const [from, until] = [11 * 1440 + 1125, 11 * 1440 + 1245];
    for (const state of ['users', 'sessions', 'uploads', 'connections', 'queued-jobs'] as const) {
      const peak = Math.max(...month.run.state[state].subarray(from, until));
      expect(Math.max(...without.state[state].subarray(from, until))).toBeLessThan(peak);
    }
  });

  it('does more for twice the people, without the counts changing by themselves', () => {
    const { people } = documentedScenario();
    const twice = Object.fromEntries(Object.entries(people).map(([name, count]) => [name, 2 * count]));
    const runFor = (who: PeoplePerClass) =>
      monthOf({ ...documentedScenario(), counts: 'rates', people: who });
    const one = runFor(people);
    const two = runFor({ ...people, ...twice });
    const ratio = (value: (month: typeof one) => number): number => value(two) / value(one);
    expect(ratio(({ trace }) => trace.at.length)).toBeGreaterThan(1.8);
    expect(ratio(({ trace }) => trace.at.length)).toBeLessThan(2.2);
    expect(ratio(({ run }) => mean(run.state.sessions))).toBeGreaterThan(1.7);
    expect(ratio(({ run }) => run.counts['token-renewals'])).toBeGreaterThan(1.7);
    expect(ratio(({ run }) => mean(run.background.jobs))).toBeGreaterThan(1.5);
    expect(ratio(({ run }) => mean(run.state.cpu))).toBeGreaterThan(1.2);
    expect(ratio(({ run }) => Math.max(...run.state.connections))).toBeGreaterThanOrEqual(1);
    const hitShare = ({ run }: typeof one): number =>
      mean(run.state['cache-hits']) / mean(run.state['cache-lookups']);
    expect(ratio(hitShare)).toBeGreaterThan(1);
  });

  it('says which parameter it lacks', () => {
    const { 'system.cache.lifetime': _, ...others } = parameters;
    expect(() =>
      simulateSystem({
        trace: traceOf([{ at: 0, action: 'login' }]),
        scenario: shortScenario(1),
        parameters: others,
        seed: 1,
        replication: 0,
      }),
    ).toThrow(/system\.cache\.lifetime/);
  });
});

it('has work for every action', () => {
  const trace = traceOf(ACTIONS.map((action, index) => ({ at: HOUR + index * 60, action, person: index })));
  const scenario = shortScenario(1);
  const { answers } = simulateSystem({ trace, scenario, parameters: reliable, seed: 1, replication: 0 });
  expect(answers.milliseconds.every((time) => time > 10)).toBe(true);
});
