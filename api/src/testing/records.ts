import { dayAt } from '@riwayat/billing';
import { microseconds, RequestIds, type RequestRecord, type TenantId } from '@riwayat/collector';

const ids = new RequestIds('test');

/** A plausible record of a tenant in Jakarta. */
export function requestOf(tenantId: TenantId, at: Date, changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    ts: microseconds(at.getTime()),
    requestId: ids.next(at.getTime()),
    tenantId,
    day: dayAt(at, 'Asia/Jakarta'),
    userId: 'u1',
    userRole: 'learner',
    sessionId: 's1',
    endpoint: '/api/public/kursus/:id',
    method: 'GET',
    status: 200,
    duration: microseconds(1.5),
    bytesIn: 10,
    bytesOut: 1_000,
    cpu: microseconds(0.3),
    memory: 1_200,
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
