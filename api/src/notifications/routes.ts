import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { newestFirstQuery, numberedParams } from '../postgres/newest-first.ts';
import type { Inbox } from './inbox.ts';
import { notificationBody, notificationOf } from './notification-body.ts';

export interface NotificationRoutesOptions {
  readonly inbox: Inbox;
}

/** What the person who is logged in was told. */
export const notificationRoutes: FastifyPluginAsyncZod<NotificationRoutesOptions> = async (
  app,
  { inbox },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('account:own');
  const common = { tags: ['account'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/account/notifications',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'The own notifications, newest first, and how many are unread',
        querystring: newestFirstQuery,
        response: {
          200: z.object({
            data: z.array(notificationBody),
            unread: z.int().describe('On all pages together'),
            next_cursor: z.string().nullable(),
          }),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const page = await inbox.list(principalOf(request), { limit, cursor });
      reply.header('cache-control', 'private, no-store');
      return {
        data: page.notifications.map(notificationOf),
        unread: page.unread,
        next_cursor: page.nextCursor,
      };
    },
  );

  app.post(
    '/api/v1/account/notifications/:id/read',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Mark a notification as read',
        params: numberedParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      if (!(await inbox.read(principalOf(request), request.params.id))) {
        throw problem('not-found');
      }
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/account/notifications/read-all',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Mark all notifications as read',
        response: {
          200: z.object({ read: z.int().describe('How many had not been read') }),
          ...problemResponses(401, 403, 503),
        },
      },
    },
    async (request) => ({ read: await inbox.readAll(principalOf(request)) }),
  );
};
