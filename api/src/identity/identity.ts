import cookie from '@fastify/cookie';
import jwt from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Database } from '../postgres/database.ts';
import { Passwords } from './passwords.ts';
import './principal.ts';
import { identityRoutes } from './routes.ts';
import { SecondFactorKeys } from './second-factor/keys.ts';
import { secondFactorRoutes } from './second-factor/routes.ts';
import { SecondFactors } from './second-factor/second-factors.ts';
import { Sessions } from './sessions.ts';
import { accessTokenOptions, accessTokens, type VerifyAccessToken } from './tokens.ts';

const BEARER = /^Bearer +(\S+)$/i;

export interface IdentityOptions {
  readonly database: Database;
  /** Signs access tokens, and seals second factors. At least 32 random characters; every replica has the same. */
  readonly secret: string;
  /** True when people reach the application by https only. */
  readonly secureCookies: boolean;
  readonly clock?: () => Date;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Checks an access token that came by another way than the Authorization header. */
    verifyAccessToken: VerifyAccessToken;
  }
}

/**
 * Knows who asks: sets `request.principal` before any route runs, and brings the routes to log in and out. It refuses
 * nobody; a route that wants somebody in particular has the hook `requirePermission`. Registers `@fastify/cookie` and
 * `@fastify/jwt`.
 */
export const identity = fastifyPlugin(
  async (app: FastifyInstance, { database, secret, secureCookies, clock }: IdentityOptions) => {
    const now = clock ?? (() => new Date());
    const passwords = new Passwords();
    await passwords.prepare();
    await app.register(cookie);
    await app.register(jwt, accessTokenOptions(secret));
    const tokens = accessTokens(app.jwt, now);

    app.decorate('verifyAccessToken', tokens.verify);
    app.decorateRequest('principal', null);
    app.addHook('onRequest', function identify(request, _reply, done) {
      const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
      request.principal = token === undefined ? null : (tokens.verify(token)?.principal ?? null);
      done();
    });

    const sessions = new Sessions(database, now);
    const secondFactors = new SecondFactors(database, new SecondFactorKeys(secret), now);
    await app.register(identityRoutes, {
      database,
      passwords,
      sessions,
      secondFactors,
      tokens,
      secureCookies,
      now,
    });
    await app.register(secondFactorRoutes, { database, passwords, secondFactors, now });
  },
  { name: 'identity' },
);
