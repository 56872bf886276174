import {
  type Collector,
  DEFAULT_POLICY,
  LONGEST_RETENTION_MONTHS,
  type TenantPolicy,
  tenantScope,
} from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { SHORTEST_RETENTION_MONTHS, type TenantPolicies } from './policies.ts';

const STORE_RETRY_SECONDS = 5;

const privacyBody = z
  .object({
    user_ids: z
      .enum(['plain', 'pseudonymous'])
      .describe('pseudonymous: user and session ids are kept as keyed hashes'),
    addresses: z.enum(['dropped', 'truncated']).describe('truncated: IPv4 to /24, IPv6 to /48'),
    retention_months: z
      .int()
      .min(SHORTEST_RETENTION_MONTHS)
      .max(LONGEST_RETENTION_MONTHS)
      .describe(
        `Default: ${DEFAULT_POLICY.retentionMonths}. Fewer than ${SHORTEST_RETENTION_MONTHS} would end before bills are corrected for the last time.`,
      ),
  })
  .meta({
    id: 'Privacy',
    examples: [{ user_ids: 'pseudonymous', addresses: 'dropped', retention_months: 13 }],
  });

export interface PrivacyRoutesOptions {
  readonly policies: TenantPolicies;
  readonly collector: Pick<Collector, 'applyRetention' | 'status'>;
}

/** What a tenant lets be kept of the people who use its application. */
export const privacyRoutes: FastifyPluginAsyncZod<PrivacyRoutesOptions> = async (app, options) => {
  const { policies, collector } = options;
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['privacy'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/tenant/privacy',
    {
      config,
      onRequest: requirePermission('privacy:read'),
      schema: {
        ...common,
        summary: 'What is kept of people, and for how long',
        response: { 200: privacyBody, ...problemResponses(401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const policy = await policies.stored(principalOf(request).tenantId);
      if (policy === undefined) {
        throw problem('tenant-unknown');
      }
      reply.header('cache-control', 'private, no-store');
      return described(policy);
    },
  );

  app.put(
    '/api/v1/tenant/privacy',
    {
      config,
      onRequest: requirePermission('privacy:manage'),
      schema: {
        ...common,
        summary: 'Decide what is kept of people, and for how long',
        description:
          'Holds for what is recorded from now on: at once here, within 10 seconds on other replicas. The retention ' +
          'also holds for what is stored already: what is past it is gone when this answers, but for the counts of ' +
          'members, administrators, features and storage that were told. Ids and networks that are stored stay as ' +
          'they are; POST /api/v1/tenant/erasures removes somebody.',
        body: privacyBody,
        response: { 200: privacyBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { user_ids: userIds, addresses, retention_months: retentionMonths } = request.body;
      const policy = { userIds, addresses, retentionMonths };
      if (!(await policies.change(tenantId, policy, actorOf(request)))) {
        throw problem('tenant-unknown');
      }
      if (collector.status().store === 'down') {
        throw problem('usage-store-unavailable', {
          detail:
            'This holds for what is recorded from now on. What is stored keeps its old retention, because the usage ' +
            'store cannot be reached right now: send this again then.',
          retryAfterSeconds: STORE_RETRY_SECONDS,
        });
      }
      // Also when it is the same as before: an earlier change may not have come this far.
      await collector.applyRetention(tenantScope(tenantId), retentionMonths);
      reply.header('cache-control', 'private, no-store');
      return described(policy);
    },
  );
};

function described(policy: TenantPolicy): z.infer<typeof privacyBody> {
  return {
    user_ids: policy.userIds,
    addresses: policy.addresses,
    retention_months: policy.retentionMonths,
  };
}
