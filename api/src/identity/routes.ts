import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { isTenantId, LOCALES } from '../tenants/tenant.ts';
import { LONGEST_EMAIL, NO_CONTROLS_RULE } from './fields.ts';
import { permissionsIn } from './guard.ts';
import type { Accounts } from './identity.ts';
import { logIn } from './log-in.ts';
import { originOf } from './origin.ts';
import { LONGEST_PASSWORD } from './passwords.ts';
import { normalEmail } from './people.ts';
import { ROLES } from './permissions.ts';
import { codeSchema } from './second-factor/code.ts';
import { type OpenSession, REFRESH_TOKEN_SECONDS } from './sessions.ts';
import { ACCESS_TOKEN_SECONDS } from './tokens.ts';

export const REFRESH_COOKIE = 'riwayat_refresh';

const credentials = z
  .object({
    email: z
      .string()
      .min(1)
      .max(LONGEST_EMAIL)
      .regex(/^\P{Cc}*$/u, NO_CONTROLS_RULE),
    password: z.string().min(1).max(LONGEST_PASSWORD),
    tenant: z
      .string()
      .refine(isTenantId)
      .optional()
      .describe('For people of several tenants. Default: their first'),
    code: codeSchema
      .optional()
      .describe('For people with a second factor: of the authenticator, or a recovery code'),
  })
  .meta({ examples: [{ email: 'sari@example.com', password: 'correct horse battery staple' }] });

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

/** How the refresh cookie is set: no script reads it, and no other site's page sends it. */
export function refreshCookie(secure: boolean) {
  return { httpOnly: true, sameSite: 'strict', secure, path: '/api' } as const;
}

/** Logging in, staying logged in, logging out. */
export const identityRoutes: FastifyPluginAsyncZod<Accounts> = async (app, accounts) => {
  const { sessions, tokens, secureCookies } = accounts;
  const cookie = refreshCookie(secureCookies);
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
          'password is right and no code came with it: send all of it again, with the code. Five wrong passwords or ' +
          'codes within fifteen minutes lock the e-mail address for an hour (423 with Retry-After), whether anybody ' +
          'has it or not; setting a new password by mail releases it.',
        body: credentials,
        response: { 200: sessionBody, ...problemResponses(400, 401, 403, 423, 429, 503) },
      },
    },
    async (request, reply) => {
      const { email, password, tenant, code } = request.body;
      const credentials = { email: normalEmail(email), password, tenant, code };
      const session = await logIn(accounts, credentials, originOf(request));
      const before = request.cookies[REFRESH_COOKIE];
      if (before !== undefined) {
        await sessions.end(before, 'replaced', actorOf(request));
      }
      return open(session, request, reply);
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
      const session = await sessions.renew(token, actorOf(request));
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
        await sessions.end(token, 'logout', actorOf(request));
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
