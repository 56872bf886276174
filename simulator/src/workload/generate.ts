import type { Parameters } from '../calibration/parameter.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { streamsOf } from '../random/streams.ts';
import { documentedCountsProblems } from '../scenario/documented-counts.ts';
import type { Incident, Scenario } from '../scenario/scenario.ts';
import { MICROS_PER_MINUTE, microsOfDay, parseStart } from './calendar.ts';
import { routesOf } from './class-behaviour.ts';
import { documentedTrace } from './documented-trace.ts';
import type { Deadline } from './month-plan.ts';
import { repeatedFailureOf } from './parameters.ts';
import { poissonTrace } from './poisson-trace.ts';
import type { RequestTrace } from './trace.ts';

export interface GenerateOptions {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly replication: number;
}

/**
 * The requests of one replication of a scenario. The same seed and replication give the same bytes, whatever was
 * generated before.
 *
 * @throws {StartDateError} when the scenario does not begin on a Monday
 * @throws {RangeError} when documented counts are asked for of what was not documented
 */
export function generateTrace({ scenario, parameters, seed, replication }: GenerateOptions): RequestTrace {
  parseStart(scenario.start);
  const streams = streamsOf(seed, replication);
  const { people, days, behaviour = {} } = scenario;
  const routes = routesOf(scenario, repeatedFailureOf(parameters));
  const deadline = deadlineOf(scenario.incidents);
  if (scenario.counts === 'documented') {
    const [problem] = documentedCountsProblems(scenario);
    if (problem !== undefined) {
      throw new RangeError(`The documented counts cannot be met: ${problem.reason}`);
    }
    return documentedTrace({ streams, people, deadline, routes });
  }
  const sessionsPerMonth: Partial<Record<UserClass, number>> = {};
  for (const userClass of USER_CLASSES) {
    const sessions = behaviour[userClass]?.sessionsPerMonth;
    if (sessions !== undefined) {
      sessionsPerMonth[userClass] = sessions;
    }
  }
  const rush = rushOf(scenario.incidents);
  return poissonTrace({ streams, people, days, rush, deadline, routes, sessionsPerMonth });
}

function rushOf(incidents: readonly Incident[]): number {
  return incidents.find((incident) => incident.kind === 'registration-rush')?.days ?? 0;
}

function deadlineOf(incidents: readonly Incident[]): Deadline | undefined {
  const burst = incidents.find((incident) => incident.kind === 'upload-burst');
  if (burst === undefined) {
    return undefined;
  }
  const until = microsOfDay(burst.at.time);
  return {
    day: burst.at.day - 1,
    from: until - burst.minutes * MICROS_PER_MINUTE,
    until,
    share: burst.share,
  };
}
