import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import type { Prices } from '../billing/prices.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Principal } from '../identity/principal.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { findPlanChange, listPlanChanges, planChangeBody, planChangePage, planChangeQuery } from './list.ts';
import type { ChangeScope, PlanChanges } from './plan-changes.ts';
import { previewOf } from './preview.ts';
import { previewBody, previewDocument } from './preview-body.ts';

const PATH = '/api/v1/tenant/plan-changes';
const LONGEST_REASON = 500;

export const changeParams = z.object({ id: idOf('pch', 'a plan change') });
export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_REASON)
  .regex(/^\P{Cc}*$/u, 'must have no control characters');

const wish = z.object({
  plan: z.string().min(1).max(100).describe('Key of a plan that is offered'),
  from: z.iso
    .date()
    .optional()
    .describe('A day of the tenant’s calendar; the first that is possible, unless given'),
});
const wishWithReason = wish
  .extend({ reason: reasonText })
  .meta({ examples: [{ plan: 'enterprise', from: '2026-12-01', reason: 'Anggota kami lebih dari 500.' }] });

export interface PlanChangeRoutesOptions {
  readonly database: Database;
  readonly changes: PlanChanges;
  readonly prices: Prices;
  readonly tenants: TenantDirectory;
}

/** Plan changes as the tenant sees and asks for them. */
export const planChangeRoutes: FastifyPluginAsyncZod<PlanChangeRoutesOptions> = async (app, options) => {
  const { database, changes, prices, tenants } = options;
  const config = { usage: { tenant: 'platform' as const } };
  const reads = requirePermission('billing:read');
  const changesPlan = requirePermission('plan:change');
  const common = { tags: ['plan changes'], security: [{ bearer: [] }] };
  const found = async (scope: ChangeScope, id: string) => {
    const change = await findPlanChange(database.db, await prices.list(), scope, id);
    if (change === undefined) {
      throw problem('not-found');
    }
    return change;
  };

  app.get(
    PATH,
    {
      config,
      onRequest: reads,
      schema: {
        ...common,
        summary: 'The changes that were asked for, the latest first',
        querystring: planChangeQuery,
        response: { 200: planChangePage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      reply.header('cache-control', 'private, no-store');
      return listPlanChanges(database.db, await prices.list(), { tenantId }, request.query);
    },
  );

  app.get(
    `${PATH}/:id`,
    {
      config,
      onRequest: reads,
      schema: {
        ...common,
        summary: 'One change',
        params: changeParams,
        response: { 200: planChangeBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      reply.header('cache-control', 'private, no-store');
      return found({ tenantId }, request.params.id);
    },
  );

  app.post(
    `${PATH}/preview`,
    {
      config,
      onRequest: reads,
      schema: {
        ...common,
        summary: 'What a change would cost, month by month; nothing is asked for yet',
        body: wish.meta({ examples: [{ plan: 'enterprise', from: '2026-12-01' }] }),
        response: { 200: previewBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const tenant = await tenantOf(tenants, principalOf(request));
      const proposal = await changes.propose(tenant, request.body);
      reply.header('cache-control', 'private, no-store');
      return previewDocument(proposal, previewOf(proposal, tenant.timezone));
    },
  );

  app.post(
    PATH,
    {
      config,
      onRequest: changesPlan,
      schema: {
        ...common,
        summary: 'Ask for another plan',
        description:
          'The platform reviews it. An upgrade can take effect from today on; a downgrade after 30 days’ notice, and after ' +
          'a copy of the tenant’s data was made, which begins at once. One change can be open at a time.',
        body: wishWithReason,
        response: { 201: planChangeBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const tenant = await tenantOf(tenants, principalOf(request));
      const id = await changes.request(tenant, request.body, actorOf(request));
      return reply
        .code(201)
        .header('cache-control', 'private, no-store')
        .send(await found({ tenantId: tenant.id }, id));
    },
  );

  app.post(
    `${PATH}/:id/withdraw`,
    {
      config,
      onRequest: changesPlan,
      schema: {
        ...common,
        summary: 'Withdraw a change that is not approved yet',
        params: changeParams,
        response: { 200: planChangeBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      await changes.withdraw({ scope: { tenantId }, id, actor: actorOf(request) });
      reply.header('cache-control', 'private, no-store');
      return found({ tenantId }, id);
    },
  );
};

async function tenantOf(tenants: TenantDirectory, { tenantId }: Principal): Promise<Tenant> {
  const tenant = await tenants.find(tenantId);
  if (tenant === undefined) {
    throw problem('tenant-unknown');
  }
  return tenant;
}
