import type { Parameters } from '../calibration/parameter.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario, ServerSize } from '../scenario/scenario.ts';
import { ACTIONS, type Action } from '../workload/endpoints.ts';
import type { RequestTrace } from '../workload/trace.ts';
import { systemParameters } from './parameters.ts';

/** A request of a test: who asks for what, when. Each person has one session. */
export interface TestRequest {
  /** Seconds. */
  readonly at: number;
  readonly action: Action;
  /** Number of the person from 0. */
  readonly person?: number;
  readonly item?: number;
}

/** A trace of some requests, each person a regular learner unless said, at a desk, nobody logging out. */
export function traceOf(
  requests: readonly TestRequest[],
  userClass: UserClass = 'learner-regular',
): RequestTrace {
  const sorted = [...requests].sort((one, other) => one.at - other.at);
  const people = 1 + Math.max(0, ...sorted.map(({ person = 0 }) => person));
  const timesOf = Array.from({ length: people }, (_, index) =>
    sorted.filter(({ person = 0 }) => person === index).map(({ at }) => at),
  );
  return {
    at: Float64Array.from(sorted, ({ at }) => at),
    action: Uint8Array.from(sorted, ({ action }) => ACTIONS.indexOf(action)),
    session: Int32Array.from(sorted, ({ person = 0 }) => person),
    item: Uint16Array.from(sorted, ({ item = 0 }) => item),
    sessions: {
      person: Int32Array.from({ length: people }, (_, index) => index),
      first: Float64Array.from(timesOf, (times) => times[0] ?? 0),
      last: Float64Array.from(timesOf, (times) => times.at(-1) ?? 0),
      mobile: new Uint8Array(people),
      loggedOut: new Uint8Array(people),
    },
    people: new Uint8Array(people).fill(USER_CLASSES.indexOf(userClass)),
  };
}

/** The system's parameters as they stand in their list, with some of them changed. */
export function parametersWith(changes: Record<string, number> = {}): Parameters {
  return { ...Object.fromEntries(systemParameters.map(({ id, value }) => [id, value])), ...changes };
}

/** A short scenario on the documented machine, or on another one, without incidents. */
export function shortScenario(days: number, server: Partial<ServerSize> = {}): Scenario {
  const scenario = documentedScenario();
  return { ...scenario, days, incidents: [], server: { ...scenario.server, ...server } };
}
