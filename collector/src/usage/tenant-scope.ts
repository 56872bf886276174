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

declare const EVERYBODY: unique symbol;

/**
 * All tenants together, for who runs the platform; {@link platformScope} makes it. It is no {@link TenantScope}, and none
 * is one of these, so a read of everybody's data cannot be handed a tenant's scope, nor the other way round.
 */
export interface PlatformScope {
  readonly [EVERYBODY]: true;
}

/**
 * The scope of everybody's data.
 *
 * @param scope of the tenant that asks
 * @param operators the tenant that operators, and nobody else, are people of
 * @throws {RangeError} for every other tenant
 */
export function platformScope(scope: TenantScope, operators: string): PlatformScope {
  if (operators === '' || scope.tenantId !== operators) {
    throw new RangeError(`The tenant "${scope.tenantId}" does not run the platform.`);
  }
  return PLATFORM;
}

// The mark is for the compiler alone: there is one such scope, and nothing in it.
const PLATFORM = Object.freeze({}) as PlatformScope;

function isTenantId(value: string): value is TenantId {
  return typeof value === 'string' && value.trim() !== '';
}
