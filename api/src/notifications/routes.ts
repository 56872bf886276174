import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { newestFirstQuery, numberedParams } from '../postgres/newest-first.ts';
import type { Inbox, ReadableNotification } from './inbox.ts';

const notificationBody = z
  .object({
    id: z.string(),
    kind: z.string(),
    text: z.string().describe('In the reader’s language, times in the tenant’s zone'),
    values: z.record(z.string(), z.union([z.string(), z.number()])).describe('What the text is about'),
    created_at: z.iso.datetime(),
    read_at: z.iso.datetime().nullable().describe('null: not read yet'),
  })
  .meta({
    id: 'Notification',
    examples: [
      {
        id: '311',
        kind: 'payment.verified',
        text: 'Pembayaran untuk "Aljabar Dasar" telah diverifikasi. Sesi dimulai pada 22 November 2026 pukul 14.00 WIB.',
        values: {
          booking: '0199b0f2-5a5e-7c1e-9d8e-1f2a3b4c5d6e',
          course: 'Aljabar Dasar',
          startsAt: '2026-11-22T07:00:00.000Z',
        },
        created_at: '2026-11-21T07:00:00.000Z',
        read_at: null,
      },
    ],
  });

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
        data: page.notifications.map(described),
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

function described(notification: ReadableNotification): z.infer<typeof notificationBody> {
  return {
    id: notification.id,
    kind: notification.kind,
    text: notification.text,
    values: notification.values,
    created_at: notification.createdAt.toISOString(),
    read_at: notification.readAt?.toISOString() ?? null,
  };
}
