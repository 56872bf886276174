import type { Person } from '../population/population.ts';
import { ACTIONS, type Action, endpointOf } from './endpoints.ts';
import type { Device } from './request.ts';
import type { VisitLog } from './visit-log.ts';
import { searchWord } from './walk.ts';

/** One request of a session, before it has a time of day. */
export interface Step {
  readonly action: Action;
  /** Time since the session's start, microseconds. */
  readonly offset: number;
  readonly search?: string;
  readonly item?: number;
}

/** What somebody does in one session. */
export interface Visit {
  readonly device: Device;
  /** In the order of their offsets; the first has offset 0. */
  readonly steps: readonly Step[];
}

/** A visit with its person and its time. */
export interface Session extends Visit {
  readonly id: string;
  readonly person: Person;
  /** Epoch microseconds. */
  readonly start: number;
}

export function durationOf(visit: Visit): number {
  return visit.steps.at(-1)?.offset ?? 0;
}

/** A visit of a log as an object, for those who have few of them. */
export function visitOf(log: VisitLog, visit: number): Visit {
  const steps: Step[] = [];
  for (let request = log.from[visit] ?? 0; request < (log.from[visit + 1] ?? 0); request += 1) {
    steps.push(stepOf(log.action[request] ?? 0, log.offset[request] ?? 0, log.item[request] ?? 0));
  }
  return { device: log.mobile[visit] === 1 ? 'mobile' : 'desktop', steps };
}

/**
 * A request as an object.
 *
 * @param number index in `ACTIONS`
 * @param offset microseconds
 * @param item number of the page or the search word, 0 for neither
 * @throws {RangeError} when there is no such action
 */
function stepOf(number: number, offset: number, item: number): Step {
  const action = ACTIONS[number];
  if (action === undefined) {
    throw new RangeError(`There is no action ${number}.`);
  }
  if (item === 0) {
    return { action, offset };
  }
  return endpointOf(action).page === 'search'
    ? { action, offset, search: searchWord(item) }
    : { action, offset, item };
}
