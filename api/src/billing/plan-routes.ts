import { dayAt, type Plan, type PriceList, planSchema } from '@riwayat/billing';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import { affectedBy } from './affected.ts';
import { PlanVersionError, type Prices } from './prices.ts';

const FRESH_SECONDS = 60;
/** Where a day begins first: what is in effect from a later day on than here has begun nowhere. */
const EARLIEST_ZONE = 'Pacific/Kiritimati';

const EXAMPLE = {
  key: 'usage',
  version: 2,
  effectiveFrom: '2027-01-01',
  name: { id: 'Pemakaian', en: 'Usage' },
  description: { id: 'Bayar sesuai pemakaian', en: 'Pay for what you use' },
  charges: [
    {
      key: 'base-fee',
      component: 'base_fee',
      name: { id: 'Biaya dasar', en: 'Base fee' },
      model: 'flat',
      price: '325000',
    },
  ],
};

const planBody = planSchema.meta({
  id: 'Plan',
  description:
    'A version of a plan, as the data that bills are computed from: prices and quantities are plain decimals in rupiah ' +
    'and billed units, texts are in Indonesian and English.',
  examples: [EXAMPLE],
});
const affectedBody = z
  .object({
    plan: planBody,
    affected_contracts: z.int().describe('Tenants who have the plan on its first day, or will have it later'),
  })
  .meta({ id: 'PlanVersion' });

export interface PlanRoutesOptions {
  readonly database: Database;
  readonly prices: Prices;
  readonly now: () => Date;
}

/** The plans: what anybody may see of them, and how operators add versions. */
export const planRoutes: FastifyPluginAsyncZod<PlanRoutesOptions> = async (
  app,
  { database, prices, now },
) => {
  const config = { usage: { tenant: 'platform' as const } };

  app.get(
    '/api/v1/plans',
    {
      config,
      schema: {
        tags: ['plans'],
        summary: 'The plans that are offered today, with their prices',
        response: { 200: z.object({ plans: z.array(planBody) }), ...problemResponses(503) },
      },
    },
    async (request, reply) => {
      const today = dayAt(now(), request.storefront?.timezone ?? 'UTC');
      reply.header('cache-control', `private, max-age=${FRESH_SECONDS}`);
      return { plans: (await prices.list()).offeredOn(today) };
    },
  );

  app.get(
    '/api/v1/plans/:key/versions',
    {
      config,
      schema: {
        tags: ['plans'],
        summary: 'Every version of a plan, the latest first: past prices, and those that are to come',
        params: z.object({ key: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be the key of a plan') }),
        response: { 200: z.object({ versions: z.array(planBody) }), ...problemResponses(400, 404, 503) },
      },
    },
    async (request, reply) => {
      const versions = (await prices.list()).versionsOf(request.params.key);
      if (versions.length === 0) {
        throw problem('not-found', {
          detail: 'There is no such plan. GET /api/v1/plans has those on offer.',
        });
      }
      reply.header('cache-control', `private, max-age=${FRESH_SECONDS}`);
      return { versions: [...versions] };
    },
  );

  const operators = {
    config,
    onRequest: requirePermission('platform:billing'),
  };
  const common = {
    tags: ['plans'],
    security: [{ bearer: [] }],
    body: planBody,
  };

  app.post(
    '/api/v1/platform/plans/preview',
    {
      ...operators,
      schema: {
        ...common,
        summary: 'Whether a version of a plan could be added, and whom it would affect',
        response: { 200: affectedBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const plan = request.body;
      checkLater(plan, await prices.list(), now());
      reply.header('cache-control', 'no-store');
      return { plan, affected_contracts: await affectedBy(database.db, plan) };
    },
  );

  app.post(
    '/api/v1/platform/plans',
    {
      ...operators,
      schema: {
        ...common,
        summary: 'Add a version of a plan, or a new plan; it is never changed afterwards',
        response: { 201: affectedBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const plan = request.body;
      checkLater(plan, await prices.list(), now());
      try {
        await prices.add(plan, actorOf(request));
      } catch (error) {
        throw error instanceof PlanVersionError
          ? problem('conflict', { detail: error.message, cause: error })
          : error;
      }
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ plan, affected_contracts: await affectedBy(database.db, plan) });
    },
  );
};

/**
 * Holds that what was billed, or is being used, keeps its price.
 *
 * @throws {ProblemError} `conflict` for a version that does not come after those that there are, or that has begun
 */
function checkLater({ key, version, effectiveFrom }: Plan, prices: PriceList, now: Date): void {
  const latest = prices.latest(key);
  if (latest === undefined) {
    return;
  }
  if (version <= latest.version || effectiveFrom <= latest.effectiveFrom) {
    throw problem('conflict', {
      detail: `Version ${latest.version} of "${key}" is in effect from ${latest.effectiveFrom} on. Give this one a higher number and a later day.`,
    });
  }
  const today = dayAt(now, EARLIEST_ZONE);
  if (effectiveFrom <= today) {
    throw problem('conflict', {
      detail: `A price begins on a day that has begun nowhere yet. Choose one after ${today}.`,
    });
  }
}
