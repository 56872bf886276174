import { DEFAULT_POLICY } from '../privacy/policy.ts';
import { encodeLine } from '../record/line.ts';
import { LocalDays } from '../record/local-day.ts';
import { RequestIds } from '../record/request-id.ts';
import type { Microseconds, RequestRecord, TenantId } from '../record/request-record.ts';

const TIMEZONE = 'Asia/Jakarta';
const ids = new RequestIds('test');
const localDays = new LocalDays();

/** A plausible record; `day` follows from `ts` unless given. */
export function record(changes: Partial<RequestRecord> = {}): RequestRecord {
  const ts = changes.ts ?? microseconds(Date.now() * 1000);
  return {
    ts,
    requestId: ids.next(Date.now()),
    tenantId: tenantId('t1'),
    day: localDays.day(ts / 1000, TIMEZONE),
    userId: 'u1',
    userRole: 'learner',
    sessionId: 's1',
    endpoint: '/api/public/kursus/:id',
    method: 'GET',
    status: 200,
    duration: microseconds(1500),
    bytesIn: 10,
    bytesOut: 1000,
    cpu: microseconds(300),
    memory: 1200,
    cache: 'none',
    kind: 'api',
    traceId: '',
    instance: 'test',
    source: 'live',
    outcome: 'completed',
    messages: 0,
    clientAddress: '',
    ...changes,
  };
}

/** A record's line under the default policy. */
export function encodedLine(one: RequestRecord): string {
  const { userId, sessionId } = one;
  return String(
    encodeLine(one, { userId, sessionId, clientNetwork: '', retention: DEFAULT_POLICY.retentionMonths }),
  );
}

export function tenantId(name: string): TenantId {
  return name as TenantId;
}

export function microseconds(value: number): Microseconds {
  return value as Microseconds;
}
