import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId, LOCALES } from '../tenants/tenant.ts';
import { type Account, findAccount } from './account.ts';
import { permissionsIn } from './guard.ts';
import { LONGEST_PASSWORD, type Passwords } from './passwords.ts';
import { normalEmail } from './people.ts';
import { ROLES } from './permissions.ts';
import { codeSchema } from './second-factor/code.ts';
import type { SecondFactorShown, SecondFactors } from './second-factor/second-factors.ts';
import { type OpenSession, REFRESH_TOKEN_SECONDS, type Sessions } from './sessions.ts';
import { LoginThrottle } from './throttle.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from './tokens.ts';

export const REFRESH_COOKIE = 'riwayat_refresh';
/** RFC 5321: a path of at most 256 characters, angle brackets included. */
const LONGEST_EMAIL = 254;

const credentials = z.object({
  email: z
    .string()
    .min(1)
    .max(LONGEST_EMAIL)
    .regex(/^\P{Cc}*$/u, 'must have no control characters'),
  password: z.string().min(1).max(LONGEST_PASSWORD),
  tenant: z
    .string()
    .refine(isTenantId)
    .optional()
    .describe('For people of several tenants. Default: their first'),
  code: codeSchema
    .optional()
    .describe('For people with a second factor: of the authenticator, or a recovery code'),
});

const sessionBody = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds'),
    user: z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      role: z.enum(ROLES),
      permissions: z.array(z.string()),
      tenant: z.object({
        id: z.string(),
        name: z.string(),
        timezone: z.string().describe('IANA name'),
        locale: z.enum(LOCALES),
      }),
    }),
  })
  .meta({ id: 'Session' });

type SessionBody = z.infer<typeof sessionBody>;

export interface IdentityRoutesOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
  readonly tokens: AccessTokens;
  readonly secureCookies: boolean;
  readonly now: () => Date;
}

/** Logging in, staying logged in, logging out. */
export const identityRoutes: FastifyPluginAsyncZod<IdentityRoutesOptions> = async (app, options) => {
  const { database, passwords, sessions, secondFactors, tokens, secureCookies, now } = options;
  const throttle = new LoginThrottle(now);
  const cookie = { httpOnly: true, sameSite: 'strict', secure: secureCookies, path: '/api' } as const;
  // Renewing and ending a session is upkeep of ours, not use of the tenant's application.
  const upkeep = { usage: { tenant: 'platform' as const } };

  app.post(
    '/api/login',
    {
      config: { rate: 'credentials' },
      schema: {
        tags: ['identity'],
        summary: 'Log in with e-mail and password',
        description:
          'Also sets the refresh cookie. Somebody with a second factor is answered `second-factor-required` when the ' +
          'password is right and no code came with it: send all of it again, with the code.',
        body: credentials,
        response: { 200: sessionBody, ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      const { password, tenant, code } = request.body;
      const email = normalEmail(request.body.email);
      const attempt = throttle.begin(email, request.ip);
      let account: Account | undefined;
      let shown: SecondFactorShown = 'has-none';
      try {
        account = await authenticate({ database, passwords }, email, password, tenant);
        if (account !== undefined) {
          const owner = { userId: account.user.id, tenantId: account.tenant.id };
          shown = await secondFactors.shown(owner, code, actorOf(request));
        }
      } catch (error) {
        attempt.withdrawn();
        throw error;
      }
      if (account === undefined) {
        throw problem('invalid-credentials');
      }
      if (shown === 'missing') {
        // Not a success either: then a password alone would wipe out the wrong codes before it.
        attempt.withdrawn();
        throw problem('second-factor-required');
      }
      if (shown === 'wrong') {
        throw problem('second-factor-invalid');
      }
      attempt.succeeded();
      return open(await sessions.begin(account, shown === 'proved'), request, reply);
    },
  );

  app.post(
    '/api/token/refresh',
    {
      config: upkeep,
      schema: {
        tags: ['identity'],
        summary: 'Renew the session by the refresh cookie',
        description:
          'Gives a new access token and a new cookie; nothing (204) to those who bring no cookie, because there is ' +
          'no session to renew. A cookie that is used twice ends the session.',
        security: [{ refreshCookie: [] }],
        response: { 200: sessionBody, 204: z.undefined(), ...problemResponses(401, 503) },
      },
    },
    async (request, reply) => {
      const token = request.cookies[REFRESH_COOKIE];
      if (token === undefined) {
        return reply.code(204).send();
      }
      const session = await sessions.renew(token);
      if (session === undefined) {
        reply.clearCookie(REFRESH_COOKIE, cookie);
        throw problem('session-expired');
      }
      return open(session, request, reply);
    },
  );

  app.post(
    '/api/logout',
    {
      config: upkeep,
      schema: {
        tags: ['identity'],
        summary: 'End the session',
        security: [{ refreshCookie: [] }],
        response: { 204: z.undefined(), ...problemResponses(503) },
      },
    },
    async (request, reply) => {
      const token = request.cookies[REFRESH_COOKIE];
      if (token !== undefined) {
        await sessions.end(token);
      }
      return reply.clearCookie(REFRESH_COOKIE, cookie).code(204).send();
    },
  );

  function open(session: OpenSession, request: FastifyRequest, reply: FastifyReply): SessionBody {
    const { account, sessionId, secondFactor, refreshToken } = session;
    const { user, role, tenant } = account;
    const principal = { userId: user.id, tenantId: tenant.id, role, sessionId, secondFactor };
    // From here on the request is this person's: whoever records it finds them, not a stranger.
    request.principal = principal;
    request.storefront = tenant;
    reply.setCookie(REFRESH_COOKIE, refreshToken, { ...cookie, maxAge: REFRESH_TOKEN_SECONDS });
    reply.header('cache-control', 'no-store');
    return {
      access_token: tokens.issue(principal),
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      user: { ...user, role, permissions: permissionsIn(principal), tenant },
    };
  }
};

/** The account that e-mail, password and wanted tenant open together; undefined when any of them is wrong. */
async function authenticate(
  { database, passwords }: Pick<IdentityRoutesOptions, 'database' | 'passwords'>,
  email: string,
  password: string,
  tenant: string | undefined,
): Promise<Account | undefined> {
  const user = await database.db
    .selectFrom('users')
    .where('email', '=', email)
    .select(['id', 'password_hash'])
    .executeTakeFirst();
  const matched = await passwords.matches(password, user?.password_hash ?? null);
  if (user === undefined || !matched) {
    return undefined;
  }
  const account = await findAccount(database.db, user.id, tenant);
  if (account === undefined && tenant === undefined) {
    throw problem('forbidden', {
      detail: 'You do not belong to any tenant yet. Ask an administrator to add you.',
    });
  }
  return account;
}
