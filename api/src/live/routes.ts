import { billingMonth, monthAt } from '@riwayat/billing';
import type { LiveUsage } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { can } from '../identity/permissions.ts';
import type { VerifyAccessToken } from '../identity/tokens.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import type { UsageReads } from '../usage/reads.ts';
import { openFeed } from './feed.ts';
import { CLOSE_CODE, offeredToken, TOKEN_PROTOCOL_PREFIX } from './socket.ts';

/** The subprotocol spoken on the socket. */
export const LIVE_PROTOCOL = 'riwayat.usage.v1';

const liveQuery = z.object({
  since: z
    .string()
    .regex(/^[\w-]{1,64}:\d{1,15}$/, 'must be the epoch:seq of the last tick received')
    .optional(),
});

export interface LiveRoutesOptions {
  readonly live: LiveUsage;
  readonly tenants: TenantDirectory;
  readonly reads: UsageReads;
  readonly verifyAccessToken: VerifyAccessToken;
}

/**
 * `GET /usage`, a WebSocket: one JSON message a second with the tenant's running totals.
 *
 * Without a token the upgrade is refused (401). A token that is not valid or not sufficient is told by a close
 * code (4401, 4403) after the upgrade, because a browser cannot read the status of a refused one.
 */
export const liveRoutes: FastifyPluginAsyncZod<LiveRoutesOptions> = async (app, options) => {
  const { live, tenants, reads, verifyAccessToken } = options;
  app.route({
    method: 'GET',
    url: '/usage',
    websocket: true,
    config: { usage: { tenant: 'platform', kind: 'websocket' } },
    schema: {
      tags: ['usage'],
      summary: 'Live usage, one message a second (WebSocket)',
      description: `Subprotocols: \`${LIVE_PROTOCOL}\` and \`${TOKEN_PROTOCOL_PREFIX}<access token>\`, or an Authorization header.`,
      security: [{ bearer: [] }],
      querystring: liveQuery,
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
      const tenant = can(principal.role, 'usage:read') ? await tenants.find(principal.tenantId) : undefined;
      if (tenant === undefined) {
        socket.close(CLOSE_CODE.forbidden, 'not allowed');
        return;
      }
      const month = billingMonth(monthAt(new Date(), tenant.timezone), tenant.timezone);
      reads.note({
        actor: actorOf({ principal, ip: request.ip, id: request.id }),
        tenantId: principal.tenantId,
        view: 'live',
        start: month.days.at(0) ?? '',
        end: month.days.at(-1) ?? '',
      });
      await openFeed({
        socket,
        live,
        tenantId: principal.tenantId,
        timezone: tenant.timezone,
        since: request.query.since,
        expiresAt,
        logger: request.log,
      });
    },
  });
};
