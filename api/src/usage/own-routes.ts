import { decimal, type Rupiah } from '@riwayat/billing';
import type { ActivityQueries, PersonEndpoint } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import { ownUsage } from './activity-schema.ts';
import type { UsageCosts } from './costs.ts';
import { percentOf } from './percent.ts';
import { daysOf, type QuestionOptions, questionOf } from './question.ts';
import type { UsageReads } from './reads.ts';
import { usageQuery } from './schema.ts';

const MS_PER_MINUTE = 60_000;

export interface OwnRoutesOptions extends QuestionOptions {
  readonly activity: ActivityQueries;
  readonly costs: UsageCosts;
  readonly reads: UsageReads;
}

/** What people use themselves. */
export const ownUsageRoutes: FastifyPluginAsyncZod<OwnRoutesOptions> = async (app, options) => {
  const { activity, costs, reads } = options;

  app.get(
    '/api/v1/me/usage',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('account:own'),
      schema: {
        tags: ['usage'],
        security: [{ bearer: [] }],
        summary: 'The own usage in a period: calls, data, sessions and share of the cost',
        querystring: usageQuery,
        response: { 200: ownUsage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { principal, scope, period, read } = await questionOf(request, request.query, 'own', options);
      const { tenantId } = scope;
      reads.note(read);
      const ids = activity.idsOf(scope, principal.userId);
      const [endpoints, stays, total] = await Promise.all([
        activity.endpointsOf(scope, period, ids),
        activity.of(scope, period, ids),
        costs.totalOf(tenantId, period),
      ]);
      const shares = total === undefined ? undefined : await costs.sharedBy(tenantId, period, total, 'user');
      const sessions = sumOf(stays, (stay) => stay.sessions);
      reply.header('cache-control', 'private, no-store');
      return {
        period: daysOf(period),
        api_calls: {
          total: sumOf(endpoints, ({ calls }) => calls),
          most_used: shown(endpoints[0]),
        },
        data_transfer: {
          bytes: sumOf(endpoints, ({ bytes }) => bytes),
          most_data: shown([...endpoints].sort((a, b) => b.bytes - a.bytes)[0]),
        },
        sessions: {
          total: sessions,
          mean_duration:
            sessions === 0 ? null : sumOf(stays, ({ sessionMs }) => sessionMs) / sessions / MS_PER_MINUTE,
        },
        cost_contribution:
          total === undefined || shares === undefined ? null : contribution(total, shares, ids),
      };
    },
  );
};

function contribution(
  total: Rupiah,
  shares: ReadonlyMap<string, Rupiah>,
  ids: readonly string[],
): { amount: number; percentage: number | null } {
  const amount = ids.reduce((sum, id) => sum + (shares.get(id) ?? 0n), 0n);
  return { amount: rupiahNumber(amount), percentage: percentOf(decimal(amount), decimal(total)) };
}

function shown(row: PersonEndpoint | undefined) {
  return row === undefined
    ? null
    : { endpoint: row.endpoint, calls: row.calls, data_transfer_bytes: row.bytes };
}

function sumOf<T>(rows: readonly T[], of: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0);
}
