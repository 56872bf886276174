import { type Microseconds, RequestIds, type RequestRecord, type TenantId } from '@riwayat/collector';
import { dateOf, dayOf, MICROS_PER_MS } from '../workload/calendar.ts';
import { type AnsweredTrace, runRequests } from './run-requests.ts';

/** Nothing of the kind was measured. */
const NONE = 0 as Microseconds;

/** Whose a run's requests are said to be. */
export interface RecordNames {
  readonly tenantId: TenantId;
  /** Of the process that answered. */
  readonly instance: string;
  /** A person's id as a user, by the key that the person has in the run. */
  readonly userId: (userKey: string) => string;
}

/**
 * A run's requests as the collector records them, in the order of their times.
 *
 * @param start local date of day 1, a Monday
 * @throws {StartDateError} when it is not
 */
export function* requestRecords(
  run: AnsweredTrace,
  start: string,
  { tenantId, instance, userId }: RecordNames,
): Generator<RequestRecord> {
  const ids = new RequestIds(instance);
  for (const request of runRequests(run, start)) {
    yield {
      ts: request.ts as Microseconds,
      requestId: ids.next(Math.floor(request.ts / MICROS_PER_MS)),
      tenantId,
      day: dateOf(dayOf(request.ts)),
      userId: userId(request.userKey),
      userRole: request.role,
      sessionId: request.sessionId,
      endpoint: request.endpoint,
      method: request.method,
      status: request.status,
      duration: request.durationMicros as Microseconds,
      bytesIn: request.bytesIn,
      bytesOut: request.bytesOut,
      cpu: NONE,
      memory: 0,
      cache: request.cache,
      kind: request.kind,
      traceId: '',
      instance,
      source: 'replay',
      outcome: 'completed',
      messages: 0,
      clientAddress: '',
    };
  }
}
