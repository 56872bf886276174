import { type TenantScope, tenantScope } from '@riwayat/collector';
import type { FastifyRequest } from 'fastify';
import { actorOf } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import { principalOf } from '../identity/guard.ts';
import type { Principal } from '../identity/principal.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { type PeriodQuestion, type UsagePeriod, usagePeriod } from './period.ts';
import type { UsageRead, UsageView } from './reads.ts';
import type { UsageQuery } from './schema.ts';

/** What is asked, and by whom. */
export interface Question {
  readonly principal: Principal;
  readonly scope: TenantScope;
  readonly period: UsagePeriod;
  /** As it is written down that it was asked. */
  readonly read: UsageRead;
}

export interface QuestionOptions {
  readonly tenants: TenantDirectory;
  readonly now: () => Date;
}

/**
 * What a request asks about usage: the tenant is always the one in the caller's token, never a parameter.
 *
 * @throws {ProblemError} `authentication-required`, `tenant-unknown`; `invalid-request` for a period that is none
 */
export async function questionOf(
  request: FastifyRequest,
  query: UsageQuery,
  view: UsageView,
  { tenants, now }: QuestionOptions,
): Promise<Question> {
  const principal = principalOf(request);
  const tenant = await tenants.find(principal.tenantId);
  if (tenant === undefined) {
    throw problem('tenant-unknown');
  }
  const period = periodOf(query, tenant.timezone, now());
  const { tenantId } = principal;
  const { start, end } = period;
  return {
    principal,
    scope: tenantScope(tenantId),
    period,
    read: { actor: actorOf(request), tenantId, view, start, end },
  };
}

/**
 * The days that a request asks for, on the tenant's calendar.
 *
 * @throws {ProblemError} `invalid-request` for a period that is none
 */
export function periodOf(query: UsageQuery, timezone: string, now: Date): UsagePeriod {
  return orInvalid(() => usagePeriod(periodQuestion(query), timezone, now));
}

/** A period as an answer names it. */
export function daysOf(period: UsagePeriod): { start: string; end: string; timezone: string } {
  return { start: period.start, end: period.end, timezone: period.timezone };
}

function orInvalid<T>(compute: () => T): T {
  try {
    return compute();
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
