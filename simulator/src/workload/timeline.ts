import { createStream, type RandomStream } from '../random/stream.ts';
import { answer, type PageCache } from './answers.ts';
import type { SimulatedRequest } from './request.ts';
import type { Session, Step } from './session.ts';

/** A session whose requests are answered. */
export interface AnsweredSession {
  readonly session: Pick<Session, 'id' | 'person' | 'device'>;
  /** The session's own stream, so that its answers do not depend on which other sessions run beside it. */
  readonly answers: RandomStream;
}

/** One request to come: its session and which of the session's steps. */
export interface PendingRequest extends AnsweredSession {
  /** Epoch microseconds. */
  readonly ts: number;
  readonly step: Step;
}

/** The requests of some sessions in the order of their times. */
export function pendingRequests(seed: number, sessions: readonly Session[]): PendingRequest[] {
  const pending = sessions.flatMap((session) => {
    const answers = createStream(seed, 'answers', session.id);
    return session.steps.map((step) => ({ ts: session.start + step.offset, session, step, answers }));
  });
  return inOrder(pending);
}

/** Sorts by time; requests of one session at the same microsecond keep their order. */
export function inOrder(pending: PendingRequest[]): PendingRequest[] {
  return pending.sort((one, other) => one.ts - other.ts);
}

/**
 * The request together with the server's answer. To be called in the order of the times.
 *
 * @param pages the cache as the requests before it left it
 */
export function answered({ ts, session, step, answers }: PendingRequest, pages: PageCache): SimulatedRequest {
  const { person } = session;
  return {
    ts,
    userKey: person.key,
    role: person.role,
    userClass: person.userClass,
    sessionId: session.id,
    device: session.device,
    ...answer(answers, step, ts, pages),
    ...(step.search === undefined ? {} : { search: step.search }),
    ...(step.item === undefined ? {} : { item: step.item }),
  };
}
