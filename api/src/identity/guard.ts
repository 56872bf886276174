import type { FastifyRequest } from 'fastify';
import { problem } from '../errors/problem.ts';
import { can, needsSecondFactor, type Permission, permissionsOf } from './permissions.ts';
import type { Principal } from './principal.ts';

/** RFC 6750, 3: without a token only the scheme; with a token that is no good, that too. */
const CHALLENGE = 'Bearer';
const CHALLENGE_INVALID_TOKEN = 'Bearer error="invalid_token"';
/** What a session that owes a second factor may still do. */
const ENROLMENT: Permission = 'second-factor:own';

/** What each of the hooks made here asks for. */
const asked = new WeakMap<object, readonly Permission[]>();

/**
 * An `onRequest` hook for routes that need a permission: it lets through whoever has any one of those named.
 *
 * @throws {ProblemError} `authentication-required` without a valid access token; `second-factor-enrolment-required`
 *   when the session owes a second factor, unless that is what is asked for; `forbidden` without the permission
 */
export function requirePermission(...anyOf: [Permission, ...Permission[]]) {
  async function checkPermission(request: FastifyRequest): Promise<void> {
    const { principal } = request;
    if (principal === null) {
      const challenge = request.headers.authorization === undefined ? CHALLENGE : CHALLENGE_INVALID_TOKEN;
      throw problem('authentication-required', { challenge });
    }
    if (owesSecondFactor(principal) && !anyOf.includes(ENROLMENT)) {
      throw problem('second-factor-enrolment-required');
    }
    if (!anyOf.some((permission) => can(principal.role, permission))) {
      throw problem('forbidden');
    }
  }
  asked.set(checkPermission, anyOf);
  return checkPermission;
}

/** The permissions of which a hook of {@link requirePermission} wants one; none for any other hook. */
export function permissionsAskedBy(hook: unknown): readonly Permission[] {
  return (typeof hook === 'function' && asked.get(hook)) || [];
}

/** True for a session that may do nothing but set up a second factor. */
function owesSecondFactor({ role, secondFactor }: Principal): boolean {
  return needsSecondFactor(role) && !secondFactor;
}

/** What somebody may do in their session. */
export function permissionsIn(principal: Principal): Permission[] {
  return owesSecondFactor(principal) ? [ENROLMENT] : permissionsOf(principal.role);
}

/**
 * Who asks, on a route that somebody must be logged in for.
 *
 * @throws {ProblemError} `authentication-required` when nobody is
 */
export function principalOf({ principal }: Pick<FastifyRequest, 'principal'>): Principal {
  if (principal === null) {
    throw problem('authentication-required', { challenge: CHALLENGE });
  }
  return principal;
}
