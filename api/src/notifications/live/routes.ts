import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../../errors/problem.ts';
import { permissionsIn } from '../../identity/guard.ts';
import type { VerifyAccessToken } from '../../identity/tokens.ts';
import { CLOSE_CODE, offeredToken, TOKEN_PROTOCOL_PREFIX } from '../../live/socket.ts';
import type { Inbox } from '../inbox.ts';
import type { Arrivals } from './arrivals.ts';
import { openNotificationFeed } from './feed.ts';

/** The subprotocol spoken on the socket. */
export const NOTIFICATIONS_PROTOCOL = 'riwayat.notifications.v1';

export interface LiveNotificationRoutesOptions {
  readonly inbox: Inbox;
  readonly arrivals: Arrivals;
  readonly verifyAccessToken: VerifyAccessToken;
}

/**
 * `GET /notifications`, a WebSocket: what the person is told, as they are told it, and how many are unread.
 *
 * Tokens and closes are as on the other socket: no token is a refused upgrade (401), one that is not valid or owes a
 * second factor a close (4401, 4403).
 */
export const liveNotificationRoutes: FastifyPluginAsyncZod<LiveNotificationRoutesOptions> = async (
  app,
  { inbox, arrivals, verifyAccessToken },
) => {
  app.route({
    method: 'GET',
    url: '/notifications',
    websocket: true,
    config: { usage: { tenant: 'platform', kind: 'websocket' } },
    schema: {
      tags: ['account'],
      summary: 'The own notifications as they come, and how many are unread (WebSocket)',
      description:
        `Subprotocols: \`${NOTIFICATIONS_PROTOCOL}\` and \`${TOKEN_PROTOCOL_PREFIX}<access token>\`, or an Authorization header. ` +
        'Each message is {"notifications", "unread", "last_id"}. After a break, connect with the last_id as `since`: what ' +
        'came in the two minutes before it may come again, unless it was read, and has the same id.',
      security: [{ bearer: [] }],
      querystring: z.object({
        since: z
          .string()
          .regex(/^\d{1,18}$/, 'must be the id of a notification')
          .optional()
          .describe('Of the last one that the client has; without it only what is to come'),
      }),
      response: problemResponses(400, 401),
    },
    onRequest: async (request) => {
      if (offeredToken(request) === undefined) {
        throw problem('authentication-required', { detail: 'Offer an access token with the upgrade.' });
      }
    },
    handler: async (socket, request) => {
      const verified = verifyAccessToken(offeredToken(request) ?? '');
      if (verified === null) {
        socket.close(CLOSE_CODE.tokenExpired, 'token not valid');
        return;
      }
      const { principal, expiresAt } = verified;
      if (!permissionsIn(principal).includes('account:own')) {
        socket.close(CLOSE_CODE.forbidden, 'not allowed');
        return;
      }
      await openNotificationFeed({
        socket,
        arrivals,
        inbox,
        reader: { tenantId: principal.tenantId, userId: principal.userId },
        since: request.query.since,
        expiresAt,
        logger: request.log,
      });
    },
  });
};
