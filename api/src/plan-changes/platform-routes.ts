import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import type { Prices } from '../billing/prices.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import { findPlanChange, listPlanChanges, planChangeBody, planChangePage, planChangeQuery } from './list.ts';
import type { Act, PlanChanges } from './plan-changes.ts';
import { changeParams, reasonText } from './routes.ts';

const PATH = '/api/v1/platform/plan-changes';

const reasonBody = z
  .object({ reason: reasonText.describe('The tenant is told') })
  .meta({ examples: [{ reason: 'Tagihan bulan lalu belum dibayar.' }] });

export interface PlatformPlanChangeRoutesOptions {
  readonly database: Database;
  readonly changes: PlanChanges;
  readonly prices: Prices;
}

/** Plan changes as operators decide on them. */
export const platformPlanChangeRoutes: FastifyPluginAsyncZod<PlatformPlanChangeRoutesOptions> = async (
  app,
  { database, changes, prices },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('platform:billing');
  const common = { tags: ['plan changes'], security: [{ bearer: [] }] };
  const answers = { 200: planChangeBody, ...problemResponses(400, 401, 403, 404, 409, 503) };

  app.get(
    PATH,
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'The changes that tenants have asked for, the latest first',
        querystring: planChangeQuery,
        response: { 200: planChangePage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listPlanChanges(database.db, await prices.list(), 'all', request.query);
    },
  );

  const taken = async (act: Act, step: (act: Act) => Promise<void>) => {
    await step(act);
    const change = await findPlanChange(database.db, await prices.list(), 'all', act.id);
    if (change === undefined) {
      throw problem('not-found');
    }
    return change;
  };

  const decisions = {
    review: ['Take a change up', (act: Act) => changes.review(act)],
    approve: [
      'Approve a change: the contract has the plan from its day on',
      (act: Act) => changes.approve(act),
    ],
  } as const;
  for (const [name, [summary, step]] of Object.entries(decisions)) {
    app.post(
      `${PATH}/:id/${name}`,
      { config, onRequest, schema: { ...common, summary, params: changeParams, response: answers } },
      async (request, reply) => {
        reply.header('cache-control', 'private, no-store');
        return taken({ scope: 'all', id: request.params.id, actor: actorOf(request) }, step);
      },
    );
  }

  const refusals = {
    reject: ['Reject a change', (act: Act, reason: string) => changes.reject(act, reason)],
    revoke: [
      'Take an approval back before its day',
      (act: Act, reason: string) => changes.revoke(act, reason),
    ],
  } as const;
  for (const [name, [summary, step]] of Object.entries(refusals)) {
    app.post(
      `${PATH}/:id/${name}`,
      {
        config,
        onRequest,
        schema: { ...common, summary, params: changeParams, body: reasonBody, response: answers },
      },
      async (request, reply) => {
        const { reason } = request.body;
        reply.header('cache-control', 'private, no-store');
        return taken({ scope: 'all', id: request.params.id, actor: actorOf(request) }, (act) =>
          step(act, reason),
        );
      },
    );
  }
};
