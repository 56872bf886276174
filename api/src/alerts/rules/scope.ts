import { SIGNAL_KEYS, type Signal, type SignalKey, signalOf } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { problem } from '../../errors/problem.ts';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';

/** Whose signals somebody of a tenant may watch. */
export function scopeOf(tenantId: TenantId): Signal['scopes'][number] {
  return tenantId === OPERATORS_TENANT ? 'platform' : 'tenant';
}

/** @throws {ProblemError} `invalid-request` for a signal that the tenant cannot watch */
export function checkScope(tenantId: TenantId, signal: SignalKey): void {
  const scope = scopeOf(tenantId);
  if (signalOf(signal).scopes.includes(scope)) {
    return;
  }
  const others = SIGNAL_KEYS.filter((key) => signalOf(key).scopes.includes(scope)).join(', ');
  const message =
    scope === 'tenant'
      ? `is of the platform; a tenant can watch ${others}`
      : `is of single tenants; the platform can watch ${others}`;
  throw problem('invalid-request', { errors: [{ path: 'body.rule.signal', rule: 'scope', message }] });
}
