import { type TenantScope, tenantScope, type UsageQueries } from '@riwayat/collector';
import { TIMEZONE, tenantOfRank } from './workload.ts';

const UTC_OFFSET_MS = 7 * 3_600_000;
const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;
const BUSIEST_PEOPLE = 100;
/** What "people seen since" reads when live totals begin. */
const CONCURRENT_WINDOW_MS = 5 * MS_PER_MINUTE;
/** When on the last day the live totals begin: the day is nearly over, as few still come. */
const LIVE_BEGINS_MS = 22 * 3_600_000;
const DAY_LENGTH = 'YYYY-MM-DD'.length;
const MONTH_LENGTH = 'YYYY-MM'.length;
/** 13 months. */
const LONGEST_DAYS = 397;

/** Tenants by size: the largest, the middle one by number of requests, and the smallest. */
const ASKING_TENANTS = { largest: 1, middle: 22, smallest: 500 } as const;

/** Something that the product asks on behalf of a tenant. */
export interface Question {
  /** The tenant, the method and the span. */
  readonly name: string;
  ask(): Promise<unknown>;
}

interface Span {
  readonly name: string;
  /** Local days, both included. */
  readonly start: string;
  readonly end: string;
}

/**
 * Every question that the API and the live view ask, over every span that they offer, for each asking tenant.
 *
 * @param lastDay the last local day with requests, `YYYY-MM-DD`, which is "today"; the month before must be there whole
 */
export function questions(usage: UsageQueries, lastDay: string): Question[] {
  return Object.entries(ASKING_TENANTS).flatMap(([size, rank]) =>
    tenantQuestions(usage, tenantScope(tenantOfRank(rank)), lastDay).map(({ name, ask }) => ({
      name: `${size} tenant: ${name}`,
      ask,
    })),
  );
}

/** The same over the longest span that the API lets be asked for, for the largest tenant. */
export function longestQuestions(usage: UsageQueries, lastDay: string): Question[] {
  const span = { name: `${LONGEST_DAYS} days`, start: daysBefore(lastDay, LONGEST_DAYS - 1), end: lastDay };
  return spanQuestions(usage, tenantScope(tenantOfRank(ASKING_TENANTS.largest)), span).map(
    ({ name, ask }) => ({
      name: `largest tenant: ${name}`,
      ask,
    }),
  );
}

function tenantQuestions(usage: UsageQueries, scope: TenantScope, lastDay: string): Question[] {
  const liveSince = new Date(startOf(lastDay) + LIVE_BEGINS_MS - CONCURRENT_WINDOW_MS);
  const month = { start: `${lastDay.slice(0, MONTH_LENGTH)}-01`, end: lastDay };
  return [
    ...spans(lastDay).flatMap((span) => spanQuestions(usage, scope, span)),
    { name: 'recordedBy, this month', ask: () => usage.recordedBy(scope, month.start) },
    { name: 'totalsWithUsers, this month', ask: () => usage.totalsWithUsers(scope, month) },
    { name: 'usersSince, 5 minutes', ask: () => usage.usersSince(scope, liveSince) },
  ];
}

function spanQuestions(usage: UsageQueries, scope: TenantScope, { name, start, end }: Span): Question[] {
  const range = { from: new Date(startOf(start)), to: new Date(startOf(end) + MS_PER_DAY) };
  return [
    { name: `summary, ${name}`, ask: () => usage.summary(scope, range) },
    { name: `daily, ${name}`, ask: () => usage.daily(scope, range, TIMEZONE) },
    { name: `endpoints, ${name}`, ask: () => usage.endpoints(scope, range) },
    { name: `users, ${name}`, ask: () => usage.users(scope, { start, end }, BUSIEST_PEOPLE) },
  ];
}

function spans(lastDay: string): Span[] {
  const firstOfMonth = `${lastDay.slice(0, MONTH_LENGTH)}-01`;
  const lastOfMonthBefore = daysBefore(firstOfMonth, 1);
  return [
    { name: 'today', start: lastDay, end: lastDay },
    { name: '7 days', start: daysBefore(lastDay, 6), end: lastDay },
    { name: 'this month', start: firstOfMonth, end: lastDay },
    { name: 'last month', start: `${lastOfMonthBefore.slice(0, MONTH_LENGTH)}-01`, end: lastOfMonthBefore },
    { name: '45 days', start: daysBefore(lastDay, 44), end: lastDay },
  ];
}

/** The instant a local day begins, epoch milliseconds. */
function startOf(day: string): number {
  return Date.parse(day) - UTC_OFFSET_MS;
}

function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(day) - count * MS_PER_DAY).toISOString().slice(0, DAY_LENGTH);
}
