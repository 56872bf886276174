import { type Collector, tenantScope } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { countPersonInAlerts, erasePersonFromAlerts } from '../alerts/person-erasure.ts';
import { actorOf, audit } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';

const LONGEST_USER_ID = 256;
const STORE_RETRY_SECONDS = 5;

const rows = z.object({
  requests: z.int(),
  events: z.int(),
  rejected: z.int(),
  usage: z.int().describe('Rows of usage by person and day'),
  alerts: z.int().describe('What the person did and said about alerts, silenced, or changed of their rules'),
});

const proofBody = z
  .object({
    before: rows.describe('How many rows named the person'),
    after: rows.describe('The same query afterwards: all zeros, unless the person came back meanwhile'),
  })
  .meta({ id: 'ErasureProof' });

export interface ErasureRoutesOptions {
  readonly database: Database;
  readonly collector: Pick<Collector, 'erase' | 'status'>;
}

/** The right to be forgotten: what is recorded of one person, erased on request. */
export const erasureRoutes: FastifyPluginAsyncZod<ErasureRoutesOptions> = async (app, options) => {
  const { database, collector } = options;
  app.post(
    '/api/v1/tenant/erasures',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('privacy:manage'),
      schema: {
        tags: ['privacy'],
        summary: 'Erase what is recorded of one person',
        description:
          'Requests and events stay, without whom they were of, so that counts and bills do not change. Answers when ' +
          'it is done, which can take minutes on large histories; asking again does no harm.',
        security: [{ bearer: [] }],
        body: z
          .object({
            user_id: z
              .string()
              .min(1)
              .max(LONGEST_USER_ID)
              .describe('As the application knows the person, also where pseudonyms are kept'),
          })
          .meta({ examples: [{ user_id: 'usr_5f0c2b7a9d3e' }] }),
        response: { 200: proofBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      if (collector.status().store === 'down') {
        throw problem('usage-store-unavailable', { retryAfterSeconds: STORE_RETRY_SECONDS });
      }
      const { user_id } = request.body;
      const named = () => countPersonInAlerts(database.db, tenantId, user_id);
      const alerts = await named();
      const recorded = await collector.erase(tenantScope(tenantId), user_id);
      const before = { ...recorded.before, alerts };
      // Whose data it was is what must not be kept; who had it erased must be.
      request.log.info({ tenantId, by: userId, before }, 'a person was erased on request');
      await database.db.transaction().execute(async (transaction) => {
        await erasePersonFromAlerts(transaction, tenantId, user_id);
        const actor = actorOf(request);
        await audit(transaction, { action: 'privacy.erased', tenantId, actor, details: before });
      });
      reply.header('cache-control', 'no-store');
      return { before, after: { ...recorded.after, alerts: await named() } };
    },
  );
};
