import type { UsageQueries } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import { can } from '../identity/permissions.ts';
import { type DetailedParts, detailedOf } from './detailed.ts';
import { type QuestionOptions, questionOf } from './question.ts';
import type { UsageReads } from './reads.ts';
import { type DetailedUsage, detailedUsage, type UsageSummary, usageQuery, usageSummary } from './schema.ts';
import { type SummaryParts, summaryOf } from './summary.ts';

export interface UsageRoutesOptions extends QuestionOptions, SummaryParts, DetailedParts {
  readonly usage: UsageQueries;
  readonly reads: UsageReads;
}

/** A tenant's usage over a period: the summary, and the days, endpoints and people behind it. */
export const usageRoutes: FastifyPluginAsyncZod<UsageRoutesOptions> = async (app, options) => {
  const { reads } = options;
  const common = { tags: ['usage'], security: [{ bearer: [] }], querystring: usageQuery };
  const config = { usage: { tenant: 'platform' as const } };

  app.get(
    '/api/v1/tenant/usage/summary',
    {
      config,
      onRequest: requirePermission('usage:read'),
      schema: {
        ...common,
        summary: 'Totals of a period with limits and costs, beside the span before',
        response: { 200: usageSummary, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply): Promise<UsageSummary> => {
      const { scope, period, read } = await questionOf(request, request.query, 'summary', options);
      reads.note(read);
      reply.header('cache-control', 'private, no-store');
      return summaryOf(scope, period, options);
    },
  );

  app.get(
    '/api/v1/tenant/usage/detailed',
    {
      config,
      onRequest: requirePermission('usage:read', 'endpoints:read', 'people:read'),
      schema: {
        ...common,
        summary: 'Usage of a period by day, and by endpoint and person for those who may see them',
        response: { 200: detailedUsage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply): Promise<DetailedUsage> => {
      const { scope, period, principal, read } = await questionOf(
        request,
        request.query,
        'detailed',
        options,
      );
      const sections = {
        endpoints: can(principal.role, 'endpoints:read'),
        people: can(principal.role, 'people:read'),
      };
      if (sections.people) {
        await reads.write(read);
      } else {
        reads.note(read);
      }
      reply.header('cache-control', 'private, no-store');
      return detailedOf(scope, period, sections, options);
    },
  );
};
