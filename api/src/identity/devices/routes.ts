import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import { z } from 'zod';
import { actorOf, audit } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { cut, listQuery, ordering, pageOf } from '../../lists/page.ts';
import { principalOf, requirePermission } from '../guard.ts';
import type { Accounts } from '../identity.ts';
import { REFRESH_COOKIE, refreshCookie } from '../routes.ts';
import { endSessions } from '../sessions.ts';

const sessionBody = z
  .object({
    id: z.string(),
    device: z.string().describe('In words: Firefox on Linux'),
    network: z
      .string()
      .describe('Network of the address that it was begun from: 203.0.113.0/24. May be empty'),
    tenant: z.string(),
    begun_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().describe('Within 15 minutes'),
    current: z.boolean().describe('Whether it is the one that asks'),
  })
  .meta({ id: 'AccountSession' });

const sessionParams = z.object({ id: z.string().regex(/^\w{1,64}$/, 'must be the id of a session') });

/** Where somebody is logged in, and how to end it. */
export const deviceRoutes: FastifyPluginAsyncZod<Accounts> = async (app, accounts) => {
  const { db, ended, now } = accounts;
  const common = {
    config: { usage: { tenant: 'platform' as const } },
    onRequest: requirePermission('account:own'),
  };
  const described = { tags: ['identity'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/account/sessions',
    {
      ...common,
      schema: {
        ...described,
        summary: 'The own sessions, newest first',
        querystring: listQuery.omit({ q: true }),
        response: {
          200: pageOf(sessionBody).meta({ id: 'AccountSessionPage' }),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const { userId, sessionId } = principalOf(request);
      const { limit, cursor } = request.query;
      const order = ordering(sql.ref('created_at'), 'timestamptz', sql.ref('id'), cursor);
      const rows = await db
        .selectFrom('sessions')
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now())
        .where(order.after)
        .orderBy(order.by, 'desc')
        .orderBy('id')
        .limit(limit + 1)
        .select(['id', 'device', 'network', 'tenant_id', 'created_at', 'last_used_at'])
        .select(order.key.as('key'))
        .execute()
        .catch(order.blame);
      reply.header('cache-control', 'private, no-store');
      return cut(rows, limit, order, ({ id, device, network, tenant_id, created_at, last_used_at }) => ({
        id,
        device,
        network,
        tenant: tenant_id,
        begun_at: created_at.toISOString(),
        last_used_at: last_used_at.toISOString(),
        current: id === sessionId,
      }));
    },
  );

  app.delete(
    '/api/v1/account/sessions/:id',
    {
      ...common,
      schema: {
        ...described,
        summary: 'End one of the own sessions, its access tokens included',
        params: sessionParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { userId, tenantId } = principalOf(request);
      const { id } = request.params;
      await db.transaction().execute(async (transaction) => {
        if ((await endSessions(transaction, { userId, sessionId: id }, 'ended', now())) === 0) {
          throw problem('not-found', { detail: 'You have no such session, or it has ended.' });
        }
        await audit(transaction, {
          action: 'account.session-ended',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'session', id },
        });
      });
      await ended.spread();
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/account/logout-everywhere',
    {
      ...common,
      schema: {
        ...described,
        summary: 'End every own session, this one included',
        response: { 204: z.undefined(), ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { userId, tenantId } = principalOf(request);
      await db.transaction().execute(async (transaction) => {
        const count = await endSessions(transaction, { userId }, 'logout', now());
        await audit(transaction, {
          action: 'account.logged-out-everywhere',
          tenantId,
          actor: actorOf(request),
          details: { sessions: count },
        });
      });
      await ended.spread();
      return reply.clearCookie(REFRESH_COOKIE, refreshCookie(accounts.secureCookies)).code(204).send();
    },
  );
};
