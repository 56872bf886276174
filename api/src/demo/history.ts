import {
  type Collector,
  LocalDays,
  type Microseconds,
  type RequestId,
  RequestIds,
  type RequestRecord,
} from '@riwayat/collector';
import { continuation, documentedMonth, type SimulatedRequest } from '@riwayat/simulator';
import { demoCalendar } from './calendar.ts';
import { DEMO_TENANT, DEMO_TIMEZONE, demoUserId } from './people.ts';
import type { DemoPlan } from './plan.ts';

const SEGMENT_ROWS = 5_000;
const INSTANCE = 'documented-month';
const MICROSECONDS_PER_MS = 1_000;

/**
 * The demo tenant's past: the documented month on its place in the calendar, then its unconditioned continuation
 * up to the plan's end. The same plan always gives the same requests.
 */
function history(plan: DemoPlan): SimulatedRequest[] {
  const { monthEnd } = demoCalendar(DEMO_TIMEZONE, new Date(plan.until));
  const month = documentedMonth({ seed: plan.seed, start: plan.start });
  const since = [...continuation({ seed: plan.seed, from: monthEnd, to: new Date(plan.until) })];
  return [...month, ...since];
}

/**
 * Stores the plan's history through the collector, in segments whose names follow from the plan: an import that
 * was cut off can be run again and every row is there once.
 *
 * @returns how many requests the history has
 */
export async function importHistory(plan: DemoPlan, collector: Collector): Promise<number> {
  const requests = history(plan);
  const records = recordsOf(requests);
  for (let first = 0; first < records.length; first += SEGMENT_ROWS) {
    const rows = records.slice(first, first + SEGMENT_ROWS);
    const name = `demo-${plan.seed}-${plan.start}-${Date.parse(plan.until)}-${first}`;
    await collector.importSegment(name, rows);
  }
  return records.length;
}

function recordsOf(requests: readonly SimulatedRequest[]): RequestRecord[] {
  const ids = new RequestIds(INSTANCE);
  const days = new LocalDays();
  return requests.map((request) => {
    const milliseconds = Math.floor(request.ts / MICROSECONDS_PER_MS);
    return record(request, ids.next(milliseconds), days.day(milliseconds, DEMO_TIMEZONE));
  });
}

function record(request: SimulatedRequest, requestId: RequestId, day: string): RequestRecord {
  return {
    ts: request.ts as Microseconds,
    requestId,
    tenantId: DEMO_TENANT,
    day,
    userId: demoUserId(request.userKey),
    userRole: request.role,
    sessionId: request.sessionId,
    endpoint: request.endpoint,
    method: request.method,
    status: request.status,
    duration: request.durationMicros as Microseconds,
    bytesIn: request.bytesIn,
    bytesOut: request.bytesOut,
    cpu: 0 as Microseconds,
    memory: 0,
    cache: request.cache,
    kind: request.kind,
    traceId: '',
    instance: INSTANCE,
    source: 'replay',
    outcome: 'completed',
    messages: 0,
    clientAddress: '',
  };
}
