import type { StoredIdentity } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { networkOf } from './network.ts';
import type { TenantPolicy } from './policy.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** What a policy looks at. */
export type Personal = Pick<RequestRecord, 'tenantId' | 'userId' | 'sessionId' | 'clientAddress'>;

/** What of a person may be stored, by the tenant's policy. Never throws. */
export function applyPolicy(
  { tenantId, userId, sessionId, clientAddress }: Personal,
  policy: TenantPolicy,
  pseudonyms: Pseudonyms,
): StoredIdentity {
  const pseudonymous = policy.userIds === 'pseudonymous';
  return {
    userId: pseudonymous ? pseudonyms.of(tenantId, 'user', userId) : userId,
    sessionId: pseudonymous ? pseudonyms.of(tenantId, 'session', sessionId) : sessionId,
    clientNetwork: policy.addresses === 'truncated' ? networkOf(clientAddress) : '',
    retention: policy.retentionMonths,
  };
}
