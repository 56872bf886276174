import { type TenantScope, tenantScope, type UsageQueries } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import { can } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { type PeriodQuestion, previousPeriod, type UsagePeriod, usagePeriod } from './period.ts';
import {
  type DetailedUsage,
  detailedUsage,
  type UsageQuery,
  type UsageSummary,
  usageQuery,
  usageSummary,
} from './schema.ts';

const BYTES_PER_GB = 1e9;
const PERCENT = 100;
const BUSIEST_PEOPLE = 100;
/** Neither limits nor prices exist before there is a plan to take them from. */
const WITHOUT_PLAN = { limit: null, percentage: null, cost: null };

export interface UsageRoutesOptions {
  readonly usage: UsageQueries;
  readonly tenants: TenantDirectory;
  /** Names of the tenant's people by user id; ids it does not know are absent. */
  readonly names: (tenantId: string, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly now: () => Date;
}

/** A tenant's usage over a period: the summary, and the days, endpoints and people behind it. */
export const usageRoutes: FastifyPluginAsyncZod<UsageRoutesOptions> = async (app, options) => {
  const { usage, names } = options;
  const config = { usage: { tenant: 'platform' as const } };
  const security = [{ bearer: [] }];

  app.get(
    '/api/v1/tenant/usage/summary',
    {
      config,
      onRequest: requirePermission('usage:read'),
      schema: {
        tags: ['usage'],
        summary: 'Totals of a period beside the span before',
        security,
        querystring: usageQuery,
        response: { 200: usageSummary, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply): Promise<UsageSummary> => {
      const { scope, period } = await question(request.principal, request.query, options);
      const before = previousPeriod(period);
      const [current, previous, comparable] = await Promise.all([
        usage.summary(scope, period),
        usage.summary(scope, before),
        usage.recordedBy(scope, before.start),
      ]);
      const bytes = current.bytesIn + current.bytesOut;
      reply.header('cache-control', 'private, no-store');
      return {
        period: period.name,
        range: days(period),
        api_calls: { total: current.calls, errors: current.errors, ...WITHOUT_PLAN },
        data_transfer: { total: bytes / BYTES_PER_GB, bytes, unit: 'GB', ...WITHOUT_PLAN },
        active_users: {
          total: current.activeUsers,
          concurrent_peak: current.concurrentPeak,
          ...WITHOUT_PLAN,
        },
        total_cost: null,
        previous: comparable
          ? {
              range: days(before),
              api_calls: previous.calls,
              data_transfer_bytes: previous.bytesIn + previous.bytesOut,
              active_users: previous.activeUsers,
            }
          : null,
      };
    },
  );

  app.get(
    '/api/v1/tenant/usage/detailed',
    {
      config,
      onRequest: requirePermission('usage:read', 'endpoints:read', 'people:read'),
      schema: {
        tags: ['usage'],
        summary: 'Usage of a period by day, and by endpoint and person for those who may see them',
        security,
        querystring: usageQuery,
        response: { 200: detailedUsage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply): Promise<DetailedUsage> => {
      const { scope, period, principal } = await question(request.principal, request.query, options);
      const [daily, endpoints, people] = await Promise.all([
        usage.daily(scope, period, period.timezone),
        can(principal.role, 'endpoints:read') ? usage.endpoints(scope, period) : undefined,
        can(principal.role, 'people:read') ? usage.users(scope, period, BUSIEST_PEOPLE) : undefined,
      ]);
      const known =
        people === undefined
          ? undefined
          : await names(
              principal.tenantId,
              people.map((person) => person.userId),
            );
      reply.header('cache-control', 'private, no-store');
      return {
        period: days(period),
        daily_usage: daily.map((day) => ({
          date: day.day,
          api_calls: day.calls,
          errors: day.errors,
          data_transfer: (day.bytesIn + day.bytesOut) / BYTES_PER_GB,
          data_transfer_bytes: day.bytesIn + day.bytesOut,
          active_users: day.activeUsers,
          cost: null,
        })),
        ...(endpoints && {
          endpoint_breakdown: endpoints.map((row) => ({
            endpoint: row.endpoint,
            method: row.method,
            calls: row.calls,
            avg_response_time: row.meanMs,
            p50: row.p50Ms,
            p95: row.p95Ms,
            p99: row.p99Ms,
            error_rate: row.errorRate * PERCENT,
            client_error_rate: row.clientErrorRate * PERCENT,
            data_transfer_bytes: row.bytesIn + row.bytesOut,
            cost: null,
          })),
        }),
        ...(people && {
          user_breakdown: people.map((person) => ({
            user_id: person.userId,
            name: known?.get(person.userId) ?? null,
            role: person.userRole,
            calls: person.calls,
            data_transfer_bytes: person.bytesIn + person.bytesOut,
            cost: null,
          })),
        }),
      };
    },
  );
};

interface Question {
  readonly principal: Principal;
  readonly scope: TenantScope;
  readonly period: UsagePeriod;
}

/** What is asked, by whom: the tenant is always the one in the caller's token, never a parameter. */
async function question(
  principal: Principal | null,
  query: UsageQuery,
  { tenants, now }: UsageRoutesOptions,
): Promise<Question> {
  if (principal === null) {
    throw problem('authentication-required');
  }
  const tenant = await tenants.find(principal.tenantId);
  if (tenant === undefined) {
    throw problem('tenant-unknown');
  }
  try {
    const period = usagePeriod(periodQuestion(query), tenant.timezone, now());
    return { principal, scope: tenantScope(principal.tenantId), period };
  } catch (error) {
    if (error instanceof RangeError) {
      throw problem('invalid-request', { errors: [{ path: 'query.end', message: error.message }] });
    }
    throw error;
  }
}

function periodQuestion(query: UsageQuery): PeriodQuestion {
  if (query.start !== undefined && query.end !== undefined) {
    return { name: 'custom', start: query.start, end: query.end };
  }
  if (query.period === undefined || query.period === 'month' || query.period === 'custom') {
    return { name: 'current_month' };
  }
  return { name: query.period };
}

function days(period: UsagePeriod): { start: string; end: string; timezone: string } {
  return { start: period.start, end: period.end, timezone: period.timezone };
}
