import type { ActivityQueries, UsageQueries } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import { endpointList } from './activity-schema.ts';
import type { UsageCosts } from './costs.ts';
import { endpointKey, endpointRow, restOf } from './detailed.ts';
import { daysOf, type QuestionOptions, questionOf } from './question.ts';
import type { UsageReads } from './reads.ts';
import { usageQuery } from './schema.ts';

export interface EndpointRoutesOptions extends QuestionOptions {
  readonly usage: UsageQueries;
  readonly activity: ActivityQueries;
  readonly costs: UsageCosts;
  readonly reads: UsageReads;
}

/** Which endpoints are called: how often, how fast, by how many people, and what for. */
export const endpointRoutes: FastifyPluginAsyncZod<EndpointRoutesOptions> = async (app, options) => {
  const { usage, activity, costs, reads } = options;

  app.get(
    '/api/v1/tenant/usage/endpoints',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('endpoints:read'),
      schema: {
        tags: ['usage'],
        security: [{ bearer: [] }],
        summary: 'Every endpoint that was called in a period, with its cost',
        querystring: usageQuery,
        response: { 200: endpointList, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { scope, period, read } = await questionOf(request, request.query, 'endpoints', options);
      const { tenantId } = scope;
      reads.note(read);
      const [endpoints, people, total] = await Promise.all([
        usage.endpoints(scope, period),
        activity.peopleByEndpoint(scope, period),
        costs.totalOf(tenantId, period),
      ]);
      const shares =
        total === undefined ? undefined : await costs.sharedBy(tenantId, period, total, 'endpoint');
      const costOf = (key: string): number | null =>
        shares === undefined ? null : rupiahNumber(shares.get(key) ?? 0n);
      const peopleOf = new Map(people.map((row) => [endpointKey(row), row.people]));
      reply.header('cache-control', 'private, no-store');
      return {
        period: daysOf(period),
        total_cost: total === undefined ? null : rupiahNumber(total),
        unattributed_cost: restOf(total, shares, endpoints.map(endpointKey)),
        endpoints: endpoints.map((row) => ({
          ...endpointRow(row, costOf(endpointKey(row))),
          people: peopleOf.get(endpointKey(row)) ?? 0,
        })),
      };
    },
  );
};
