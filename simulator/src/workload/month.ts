import { population } from '../population/population.ts';
import { PEOPLE_PER_CLASS } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { streamsOf } from '../random/streams.ts';
import { PageCache } from './answers.ts';
import { MICROS_PER_DAY, MICROS_PER_SECOND, parseStart, startOfDay } from './calendar.ts';
import { documentedTrace } from './documented-trace.ts';
import type { SimulatedRequest } from './request.ts';
import { stepOf } from './session.ts';
import { type AnsweredSession, answered } from './timeline.ts';
import type { SessionTable } from './trace.ts';

/** The documented month began on this Monday. */
export const DOCUMENTED_START = '2025-09-01';

export interface MonthOptions {
  /** Any safe integer. The same seed gives the same month. */
  readonly seed: number;
  /** Local date of day 1, a Monday; {@link DOCUMENTED_START} when not given. */
  readonly start?: string;
}

/**
 * The documented month: 13,880 requests of sixty people in thirty local days, every documented count met exactly.
 *
 * How counts are exact although sessions are random is said in `month-plan.ts`, how they find their times in
 * `appointments.ts`.
 *
 * @returns sorted by time; each request belongs to a session of one person, within one local day
 * @throws {StartDateError} when `start` is no Monday
 */
export function documentedMonth({ seed, start = DOCUMENTED_START }: MonthOptions): SimulatedRequest[] {
  const midnight = startOfDay(parseStart(start));
  const { at, action, item, session, sessions } = documentedTrace({
    streams: streamsOf(seed, 0),
    people: PEOPLE_PER_CLASS,
  });
  const opened = openSessions(seed, sessions);
  const pages = new PageCache();
  return Array.from(at, (seconds, request) => {
    const ts = midnight + Math.round(seconds * MICROS_PER_SECOND);
    const step = stepOf(action[request] ?? 0, 0, item[request] ?? 0);
    const of = opened[session[request] ?? 0];
    if (of === undefined) {
      throw new RangeError(`Request ${request} belongs to no session.`);
    }
    return answered({ ts, step, ...of }, pages);
  });
}

/** Each session with its name and the stream of its answers. */
function openSessions(seed: number, { person, first, mobile }: SessionTable): AnsweredSession[] {
  const people = population();
  const numbers = new Map<number, number>();
  return Array.from(person, (index, session) => {
    const owner = people[index];
    if (owner === undefined) {
      throw new RangeError(`Session ${session} belongs to nobody.`);
    }
    const day = Math.floor(((first[session] ?? 0) * MICROS_PER_SECOND) / MICROS_PER_DAY);
    const number = (numbers.get(day) ?? 0) + 1;
    numbers.set(day, number);
    const id = sessionId(seed, day, number);
    return {
      session: { id, person: owner, device: mobile[session] === 1 ? 'mobile' : 'desktop' },
      answers: createStream(seed, 'answers', id),
    };
  });
}

/** `m1-d07-0042` is the 42nd session of day 7 in the month of seed 1. */
function sessionId(seed: number, dayIndex: number, number: number): string {
  return `m${seed}-d${String(dayIndex + 1).padStart(2, '0')}-${String(number).padStart(4, '0')}`;
}
