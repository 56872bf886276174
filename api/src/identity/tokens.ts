import type { FastifyJWTOptions } from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isTenantId } from '../tenants/tenant.ts';
import { ROLES } from './permissions.ts';
import type { Principal } from './principal.ts';

/** An access token cannot be taken back, so it is short; the refresh cookie gives the next one. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
const TOKEN_ISSUER = 'riwayat';
const TOKEN_AUDIENCE = 'riwayat-api';
const TOKEN_ALGORITHM = 'HS256';

const MS_PER_SECOND = 1000;

const claims = z.object({
  sub: z.string().min(1),
  tid: z.string().refine(isTenantId),
  role: z.enum(ROLES),
  sid: z.string().min(1),
  mfa: z.boolean(),
  exp: z.int().positive(),
});

/** Whom a token stands for, and until when. */
interface VerifiedToken {
  readonly principal: Principal;
  readonly expiresAt: Date;
}

/** Null for a token that is not ours, was changed, or has expired. */
export type VerifyAccessToken = (token: string) => VerifiedToken | null;

/** Makes and checks access tokens: JWTs by HS256, that algorithm and no other. */
export interface AccessTokens {
  issue(principal: Principal): string;
  readonly verify: VerifyAccessToken;
}

/**
 * @param jwt of `@fastify/jwt`, registered with {@link accessTokenOptions}
 * @param now the clock that tokens are made and judged by
 */
export function accessTokens(jwt: FastifyInstance['jwt'], now: () => Date): AccessTokens {
  const seconds = (): number => Math.floor(now().getTime() / MS_PER_SECOND);
  return {
    issue({ userId, tenantId, role, sessionId, secondFactor }) {
      const iat = seconds();
      return jwt.sign({
        sub: userId,
        tid: tenantId,
        role,
        sid: sessionId,
        mfa: secondFactor,
        iat,
        exp: iat + ACCESS_TOKEN_SECONDS,
      });
    },
    verify(token) {
      let payload: unknown;
      try {
        payload = jwt.verify(token);
      } catch {
        // Whatever is wrong with it, it proves nothing.
        return null;
      }
      const { success, data } = claims.safeParse(payload);
      if (!success || data.exp <= seconds()) {
        return null;
      }
      const { sub, tid, role, sid, mfa, exp } = data;
      return {
        principal: { userId: sub, tenantId: tid, role, sessionId: sid, secondFactor: mfa },
        expiresAt: new Date(exp * MS_PER_SECOND),
      };
    },
  };
}

/** How `@fastify/jwt` is registered. Expiry is checked above, by our clock. */
export function accessTokenOptions(secret: string): FastifyJWTOptions {
  return {
    secret,
    sign: { algorithm: TOKEN_ALGORITHM, iss: TOKEN_ISSUER, aud: TOKEN_AUDIENCE },
    verify: {
      algorithms: [TOKEN_ALGORITHM],
      allowedIss: TOKEN_ISSUER,
      allowedAud: TOKEN_AUDIENCE,
      ignoreExpiration: true,
      requiredClaims: ['sub', 'tid', 'role', 'sid', 'mfa', 'exp', 'iss', 'aud'],
    },
  };
}
