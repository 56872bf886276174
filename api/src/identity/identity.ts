import cookie from '@fastify/cookie';
import jwt from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Bus } from '../coordination/coordination.ts';
import type { Database } from '../postgres/database.ts';
import { EndedSessions } from './ended-sessions.ts';
import type { LogInOptions } from './log-in.ts';
import { LoginAttempts } from './login-attempts.ts';
import { Passwords } from './passwords.ts';
import './principal.ts';
import { SecondFactorKeys } from './second-factor/keys.ts';
import { SecondFactors } from './second-factor/second-factors.ts';
import { Sessions } from './sessions.ts';
import { AddressThrottle } from './throttle.ts';
import { type AccessTokens, accessTokenOptions, accessTokens, type VerifyAccessToken } from './tokens.ts';

const BEARER = /^Bearer +(\S+)$/i;

export interface IdentityOptions {
  readonly database: Database;
  /** Signs access tokens, and seals second factors. At least 32 random characters; every replica has the same. */
  readonly secret: string;
  /** True when people reach the application by https only. */
  readonly secureCookies: boolean;
  readonly clock?: () => Date;
  /** Tells other replicas at once which sessions ended; left out, they find out within seconds. */
  readonly bus?: Bus;
}

/** What the routes of people's accounts have in common. */
export interface Accounts extends LogInOptions {
  readonly ended: EndedSessions;
  readonly tokens: AccessTokens;
  readonly secureCookies: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Checks an access token that came by another way than the Authorization header. */
    verifyAccessToken: VerifyAccessToken;
    accounts: Accounts;
  }
}

/**
 * Knows who asks: sets `request.principal` before any route runs. It refuses nobody; a route that wants somebody in particular has the hook `requirePermission`. Registers `@fastify/cookie` and
 * `@fastify/jwt`.
 */
export const identity = fastifyPlugin(
  async (app: FastifyInstance, { database, secret, secureCookies, clock, bus }: IdentityOptions) => {
    const now = clock ?? (() => new Date());
    const passwords = new Passwords();
    await passwords.prepare();
    await app.register(cookie);
    await app.register(jwt, accessTokenOptions(secret));
    const tokens = accessTokens(app.jwt, now);

    const ended = new EndedSessions({ database, now, logger: app.log, bus });
    await ended.open();
    app.addHook('onClose', () => ended.close());
    const verify: VerifyAccessToken = (token) => {
      const verified = tokens.verify(token);
      return verified === null || ended.has(verified.principal.sessionId) ? null : verified;
    };

    app.decorate('verifyAccessToken', verify);
    app.decorateRequest('principal', null);
    app.addHook('onRequest', function identify(request, _reply, done) {
      const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
      request.principal = token === undefined ? null : (verify(token)?.principal ?? null);
      done();
    });

    app.decorate('accounts', {
      db: database.db,
      passwords,
      sessions: new Sessions(database, ended, now),
      ended,
      attempts: new LoginAttempts(database.db, now),
      addresses: new AddressThrottle(now),
      secondFactors: new SecondFactors(database, new SecondFactorKeys(secret), now),
      tokens,
      secureCookies,
      now,
    });
  },
  { name: 'identity' },
);
