import { roleOf, USER_CLASSES } from '../population/user-class.ts';
import type { MonthRun } from '../run/month-run.ts';
import { MICROS_PER_MS, MICROS_PER_SECOND, parseStart, startOfDay } from '../workload/calendar.ts';
import { ACTIONS, endpointOf } from '../workload/endpoints.ts';
import type { CacheOutcome, SimulatedRequest } from '../workload/request.ts';
import type { RequestTrace } from '../workload/trace.ts';
import { searchWord } from '../workload/walk.ts';

/** By the code that answers carry. */
const CACHE: readonly CacheOutcome[] = ['none', 'miss', 'hit'];

/** Requests and what the system made of them. */
export type AnsweredTrace = Pick<MonthRun, 'trace' | 'answers'>;

/**
 * A run's requests with their answers, one object each, in the order of their times.
 *
 * @param start local date of day 1, a Monday
 * @throws {StartDateError} when it is not
 */
export function* runRequests({ trace, answers }: AnsweredTrace, start: string): Generator<SimulatedRequest> {
  const midnight = startOfDay(parseStart(start));
  const keys = personKeys(trace);
  const { sessions } = trace;
  for (let i = 0; i < trace.at.length; i += 1) {
    const session = trace.session[i] ?? 0;
    const person = sessions.person[session] ?? 0;
    const userClass = USER_CLASSES[trace.people[person] ?? 0];
    const action = ACTIONS[trace.action[i] ?? 0];
    if (userClass === undefined || action === undefined) {
      throw new RangeError(`Request ${i} is of no class or action.`);
    }
    const { method, path, kind, page } = endpointOf(action);
    const item = trace.item[i] ?? 0;
    yield {
      ts: midnight + Math.round((trace.at[i] ?? 0) * MICROS_PER_SECOND),
      userKey: keys[person] ?? '',
      role: roleOf(userClass),
      userClass,
      sessionId: `s${session + 1}`,
      device: sessions.mobile[session] === 1 ? 'mobile' : 'desktop',
      method,
      endpoint: path,
      status: answers.status[i] ?? 0,
      durationMicros: Math.round((answers.milliseconds[i] ?? 0) * MICROS_PER_MS),
      bytesIn: answers.bytesIn[i] ?? 0,
      bytesOut: answers.bytesOut[i] ?? 0,
      cache: CACHE[answers.cache[i] ?? 0] ?? 'none',
      kind,
      ...(page === 'search' ? { search: searchWord(item) } : {}),
      ...(page === 'course' || page === 'mentor' ? { item } : {}),
    };
  }
}

/** Keys of all people, by class and number, as `population` has them. */
function personKeys({ people }: RequestTrace): string[] {
  const counts = new Map<number, number>();
  return Array.from(people, (userClass) => {
    const number = (counts.get(userClass) ?? 0) + 1;
    counts.set(userClass, number);
    return `${USER_CLASSES[userClass] ?? ''}-${number}`;
  });
}
