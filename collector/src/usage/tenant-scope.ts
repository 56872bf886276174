import type { TenantId } from '../record/request-record.ts';

/** Whose data a read may see. There is no read of tenant data without one; {@link tenantScope} makes it. */
export interface TenantScope {
  readonly tenantId: TenantId;
}

/**
 * The scope of one tenant.
 *
 * @param tenantId as the caller's credentials have it, never a request's parameter
 * @throws {RangeError} for an empty id: an empty id must not become everybody's data
 */
export function tenantScope(tenantId: string): TenantScope {
  if (!isTenantId(tenantId)) {
    throw new RangeError('A tenant scope needs a tenant id; an empty one was given.');
  }
  return Object.freeze({ tenantId });
}

function isTenantId(value: string): value is TenantId {
  return typeof value === 'string' && value.trim() !== '';
}
