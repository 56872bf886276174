import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { auditPage, auditQuery, searchAudit } from './search.ts';

export interface AuditRoutesOptions {
  readonly database: Database;
}

/** Who did what: a tenant reads its own log, those who run the platform read them all. */
export const auditRoutes: FastifyPluginAsyncZod<AuditRoutesOptions> = async (app, { database }) => {
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['audit'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/tenant/audit',
    {
      config,
      onRequest: requirePermission('audit:read'),
      schema: {
        ...common,
        summary: 'Who did what in the tenant, newest first',
        querystring: auditQuery,
        response: { 200: auditPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return searchAudit(database.db, principalOf(request).tenantId, request.query);
    },
  );

  app.get(
    '/api/v1/platform/audit',
    {
      config,
      onRequest: requirePermission('platform:audit'),
      schema: {
        ...common,
        summary: 'Who did what anywhere, newest first',
        querystring: auditQuery.extend({
          tenant: z
            .string()
            .refine(isTenantId, 'is not a tenant id')
            .optional()
            .describe('Everybody’s unless given; `platform`: of those who run it'),
        }),
        response: { 200: auditPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenant, ...query } = request.query;
      reply.header('cache-control', 'private, no-store');
      return searchAudit(database.db, tenant, query);
    },
  );
};
