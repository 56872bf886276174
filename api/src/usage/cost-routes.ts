import { type BillingMonth, billingMonth, decimal, monthAt, monthsLater } from '@riwayat/billing';
import { type TenantId, tenantScope, type UsageQueries } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { actorOf } from '../audit/audit.ts';
import { setBudget } from '../billing/contracts.ts';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import {
  budgetBody,
  costBreakdown,
  historyQuery,
  type UsageHistory,
  usageHistory,
} from './activity-schema.ts';
import type { UsageCosts } from './costs.ts';
import { invoicedMonths } from './invoiced-months.ts';
import { percentOf } from './percent.ts';
import { daysOf, type QuestionOptions, questionOf } from './question.ts';
import type { UsageReads } from './reads.ts';
import { usageQuery } from './schema.ts';

export interface CostRoutesOptions extends QuestionOptions {
  readonly database: Database;
  readonly usage: UsageQueries;
  readonly costs: UsageCosts;
  readonly reads: UsageReads;
}

/** What usage costs: by component, month by month, and what it should at most. */
export const costRoutes: FastifyPluginAsyncZod<CostRoutesOptions> = async (app, options) => {
  const { database, usage, costs, reads, tenants, now } = options;
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['usage'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/tenant/usage/cost-breakdown',
    {
      config,
      onRequest: requirePermission('usage:read'),
      schema: {
        ...common,
        summary: 'What a period costs, by component',
        querystring: usageQuery,
        response: { 200: costBreakdown, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { scope, period, read } = await questionOf(request, request.query, 'cost-breakdown', options);
      const { tenantId } = scope;
      reads.note(read);
      const agreement = await costs.agreementOf(tenantId);
      if (agreement === undefined) {
        throw problem('contract-missing');
      }
      const { total, groups } = await costs.ofPeriod(tenantId, agreement, period);
      const { budget } = agreement.terms;
      reply.header('cache-control', 'private, no-store');
      return {
        period: daysOf(period),
        components: Object.fromEntries(groups.map(({ key, amount }) => [key, rupiahNumber(amount)])),
        total: rupiahNumber(total),
        budget: budget === null ? null : rupiahNumber(budget),
        percentage: budget === null ? null : percentOf(decimal(total), decimal(budget)),
      };
    },
  );

  app.get(
    '/api/v1/tenant/usage/history',
    {
      config,
      onRequest: requirePermission('usage:read'),
      schema: {
        ...common,
        summary: 'Totals and costs of the past months',
        querystring: historyQuery,
        response: { 200: usageHistory, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply): Promise<UsageHistory> => {
      const { tenantId } = principalOf(request);
      const tenant = await tenants.find(tenantId);
      if (tenant === undefined) {
        throw problem('tenant-unknown');
      }
      const { timezone } = tenant;
      const running = monthAt(now(), timezone);
      const months = Array.from({ length: request.query.months }, (_, back) =>
        billingMonth(monthsLater(running, -back), timezone),
      );
      const span = { start: months.at(-1)?.days.at(0) ?? '', end: months.at(0)?.days.at(-1) ?? '' };
      reads.note({ actor: actorOf(request), tenantId, view: 'history', ...span });
      const [totals, billed] = await Promise.all([
        usage.monthly(tenantScope(tenantId), span),
        costsOfMonths(tenantId, months),
      ]);
      const totalsOf = new Map(totals.map((row) => [row.month, row]));
      reply.header('cache-control', 'private, no-store');
      return {
        timezone,
        months: months.map(({ month, days }, index) => {
          const row = totalsOf.get(month);
          return {
            month,
            start: days.at(0) ?? '',
            end: days.at(-1) ?? '',
            api_calls: row?.calls ?? 0,
            errors: row?.errors ?? 0,
            data_transfer_bytes: (row?.bytesIn ?? 0) + (row?.bytesOut ?? 0),
            active_users: row?.activeUsers ?? 0,
            ...(billed[index] ?? { cost: null, cost_of: null }),
          };
        }),
      };
    },
  );

  app.put(
    '/api/v1/tenant/budget',
    {
      config,
      onRequest: requirePermission('billing:manage'),
      schema: {
        ...common,
        tags: ['billing'],
        summary: 'Set what a month should cost at most; it warns, and stops nothing',
        body: budgetBody,
        response: { 200: budgetBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request) => {
      const { tenantId } = principalOf(request);
      const { budget } = request.body;
      const amount = budget === null ? null : BigInt(budget);
      if (!(await setBudget(database.db, tenantId, amount, actorOf(request)))) {
        throw problem('contract-missing');
      }
      return { budget };
    },
  );

  async function costsOfMonths(
    tenantId: TenantId,
    months: readonly BillingMonth[],
  ): Promise<Pick<UsageHistory['months'][number], 'cost' | 'cost_of'>[]> {
    const [agreement, invoiced] = await Promise.all([
      costs.agreementOf(tenantId),
      invoicedMonths(database.db, tenantId),
    ]);
    return Promise.all(
      months.map(async (month) => {
        const total = invoiced.get(month.month);
        if (total !== undefined) {
          return { cost: rupiahNumber(total), cost_of: 'invoice' as const };
        }
        const cost = agreement && (await costs.ofMonth(tenantId, agreement, month)).bill.total;
        return cost === undefined
          ? { cost: null, cost_of: null }
          : { cost: rupiahNumber(cost), cost_of: 'usage' as const };
      }),
    );
  }
};
