import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import type { TenantDirectory } from '../../tenants/directory.ts';
import { periodOf } from '../../usage/question.ts';
import { alertStatistics, statisticsBody, statisticsQuery } from './statistics.ts';

export interface AlertStatisticsRoutesOptions {
  readonly database: Database;
  readonly tenants: TenantDirectory;
  readonly now: () => Date;
}

/** How quickly alerts are found, taken on and over. */
export const alertStatisticsRoutes: FastifyPluginAsyncZod<AlertStatisticsRoutesOptions> = async (
  app,
  { database: { db }, tenants, now },
) => {
  app.get(
    '/api/v1/tenant/alert-statistics',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('alerts:read'),
      schema: {
        tags: ['alerts'],
        security: [{ bearer: [] }],
        summary: 'Mean times to detect, to acknowledge and to resolve, by severity and period',
        querystring: statisticsQuery,
        response: { 200: statisticsBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const tenant = await tenants.find(tenantId);
      if (tenant === undefined) {
        throw problem('tenant-unknown');
      }
      const { by, ...query } = request.query;
      reply.header('cache-control', 'private, no-store');
      return alertStatistics(db, tenantId, periodOf(query, tenant.timezone, now()), by);
    },
  );
};
