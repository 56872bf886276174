import { billingMonth, monthAt } from '@riwayat/billing';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { can } from '../identity/permissions.ts';
import type { UsageReads, UsageView } from '../usage/reads.ts';
import type { Advisor } from './advisor.ts';
import type { Forecasts } from './forecasts.ts';
import { adviceBody, forecastBody, patternBody, plansBody, plansQuery } from './schema.ts';
import { firstDayLookedAt, type TenantMonths, type TenantNow } from './tenant-months.ts';

export interface AdviceRoutesOptions {
  readonly months: TenantMonths;
  readonly forecasts: Forecasts;
  readonly advisor: Advisor;
  readonly reads: UsageReads;
}

/** What usage will cost, would cost under other plans, and could cost. */
export const adviceRoutes: FastifyPluginAsyncZod<AdviceRoutesOptions> = async (
  app,
  { months, forecasts, advisor, reads },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('billing:read');
  const common = { tags: ['billing'], security: [{ bearer: [] }] };
  const problems = problemResponses(400, 401, 403, 409, 503);

  app.get(
    '/api/v1/tenant/billing/forecast',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'What will be used and cost by the end of this month and of the next',
        description:
          'By meter: the usual day of each weekday, recent days counting more, with a trend where there is one. Low and ' +
          'high are where eight of ten resampled scenarios lie between; weeks of past deviations are what is resampled.',
        response: { 200: forecastBody, ...problems },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return forecasts.of(await looked(request, 'forecast'));
    },
  );

  app.get(
    '/api/v1/tenant/billing/plans',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'All plans priced on a month of the tenant’s own usage, cheapest first',
        querystring: plansQuery,
        response: { 200: plansBody, ...problems },
      },
    },
    async (request, reply) => {
      const tenant = await looked(request, 'plans');
      const { month } = request.query;
      if (month !== undefined && month > monthAt(tenant.now, tenant.timezone)) {
        throw problem('invalid-request', {
          errors: [{ path: 'query.month', message: 'must not be in the future' }],
        });
      }
      reply.header('cache-control', 'private, no-store');
      return advisor.plans(tenant, month === undefined ? undefined : billingMonth(month, tenant.timezone));
    },
  );

  app.get(
    '/api/v1/tenant/billing/advice',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'What would have cost less, each with its saving',
        response: { 200: adviceBody, ...problems },
      },
    },
    async (request, reply) => {
      const { advice, ...rest } = await advisor.advice(await looked(request, 'advice'));
      const { role } = principalOf(request);
      reply.header('cache-control', 'private, no-store');
      return {
        ...rest,
        advice: can(role, 'endpoints:read') ? advice : advice.map((one) => ({ ...one, endpoints: [] })),
      };
    },
  );

  app.get(
    '/api/v1/tenant/billing/pattern',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'How usage is spread over time, and the plans that are made for that',
        response: { 200: patternBody, ...problems },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return advisor.pattern(await looked(request, 'pattern'));
    },
  );

  /** The tenant that is asked about, once it is noted who asks. */
  async function looked(request: FastifyRequest, view: UsageView): Promise<TenantNow> {
    const { tenantId } = principalOf(request);
    const tenant = await months.tenantNow(tenantId);
    if (tenant === undefined) {
      throw problem('contract-missing');
    }
    const span = { start: firstDayLookedAt(tenant), end: tenant.today };
    reads.note({ actor: actorOf(request), tenantId, view, ...span });
    return tenant;
  }
};
