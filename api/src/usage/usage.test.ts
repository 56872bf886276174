import { billingMonth } from '@riwayat/billing';
import type { RequestRecord, TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { openContract } from '../billing/contracts.ts';
import type { TenantRole } from '../identity/permissions.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { requestOf } from '../testing/records.ts';
import { costBreakdown, endpointList, ownUsage, usageHistory, userList } from './activity-schema.ts';
import { detailedUsage, usageSummary } from './schema.ts';

const NOW = new Date('2026-11-22T05:00:00Z');
const NOVEMBER = billingMonth('2026-11', 'Asia/Jakarta');
const OCTOBER = billingMonth('2026-10', 'Asia/Jakarta');
const ROLES = ['administrator', 'manager', 'board', 'it_staff', 'member'] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So many that there is more than the base fee to pay. */
const REQUESTS = 12_000;
/** Logging in is a request too. */
const IN_NOVEMBER = REQUESTS + ROLES.length;

let application: TestApplication;
let tenantId: TenantId;
const tokens = new Map<TenantRole, string>();
let memberId = '';

beforeAll(async () => {
  application = await startApplication({}, () => NOW);
  const { services } = application;
  tenantId = await application.createTenant('acme', ROLES);
  await openContract(services.database.db, { tenantId, startedOn: '2026-09-01', plan: 'payg' });
  for (const role of ROLES) {
    tokens.set(role, await application.tokenOf('acme', role));
  }
  const member = await services.database.db
    .selectFrom('users')
    .where('email', '=', 'member@acme.example')
    .select('id')
    .executeTakeFirstOrThrow();
  memberId = member.id;
  await services.collector.importSegment('usage', [
    ...traffic(NOVEMBER.from, 21, REQUESTS),
    ...traffic(OCTOBER.from, 31, REQUESTS / 2),
  ]);
  await services.collector.drain();
});
afterAll(() => application.stop());

/** Requests of a few people to a few endpoints, none of them alike, over some days. */
function traffic(from: Date, days: number, count: number): RequestRecord[] {
  return Array.from({ length: count }, (_, i) =>
    requestOf(tenantId, new Date(from.getTime() + (i % days) * DAY_MS + (i % 24) * HOUR_MS), {
      userId: i % 7 === 0 ? '' : i % 3 === 0 ? memberId : `user-${i % 120}`,
      userRole: i % 7 === 0 ? '' : 'member',
      sessionId: i % 7 === 0 ? '' : `session-${i % 40}`,
      endpoint: ['/api/loans', '/api/members', '/api/reports'][i % 3] ?? '',
      method: i % 6 === 0 ? 'POST' : 'GET',
      kind: i % 2 === 0 ? 'render' : 'api',
      bytesOut: (i * 7_919) % 50_000,
      cache: i % 5 === 0 ? 'hit' : 'none',
    }),
  );
}

async function ask<T extends z.ZodType>(
  shape: T,
  path: string,
  role: TenantRole = 'administrator',
): Promise<z.infer<T>> {
  const answer = await application.app.inject({
    url: `/api/v1/${path}`,
    headers: { authorization: `Bearer ${tokens.get(role)}` },
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return shape.parse(answer.json());
}

function sumOf(rows: readonly { readonly cost: number | null }[]): number {
  return rows.reduce((sum, { cost }) => sum + (cost ?? Number.NaN), 0);
}

const PERIODS = [
  'period=current_month',
  'period=last_month',
  'period=last_7_days',
  'period=today',
  'start=2026-10-20&end=2026-11-03',
];

it.each(PERIODS)('tells one cost of a period, whatever it is broken down by: %s', async (period) => {
  const [summary, detailed, breakdown, endpoints, users] = await Promise.all([
    ask(usageSummary, `tenant/usage/summary?${period}`),
    ask(detailedUsage, `tenant/usage/detailed?${period}`),
    ask(costBreakdown, `tenant/usage/cost-breakdown?${period}`),
    ask(endpointList, `tenant/usage/endpoints?${period}`),
    ask(userList, `tenant/usage/users?${period}`),
  ]);
  const total = summary.total_cost?.current ?? Number.NaN;
  expect(detailed.total_cost).toBe(total);
  expect(sumOf(detailed.daily_usage)).toBe(total);
  // Everything was asked for by somebody, and more people than are shown.
  expect(sumOf(detailed.endpoint_breakdown ?? [])).toBe(total);
  expect(detailed.unattributed_cost).toBe(0);
  expect(sumOf(detailed.user_breakdown ?? []) + (detailed.other_users?.cost ?? Number.NaN)).toBe(total);
  expect(breakdown.total).toBe(total);
  expect(sumOf(Object.values(breakdown.components).map((cost = 0) => ({ cost })))).toBe(total);
  expect(sumOf(endpoints.endpoints)).toBe(total);
  expect(sumOf(users.users) + (users.other_users.cost ?? Number.NaN)).toBe(total);
});

it('bills a month by the function that bills, and shares it out by what requests weigh', async () => {
  const summary = await ask(usageSummary, 'tenant/usage/summary');
  const { metering, pricing } = application.services;
  const usage = await metering.ofBill({ tenantId, month: NOVEMBER });
  const bill = await pricing.billOf(tenantId, NOVEMBER, usage);
  expect(BigInt(summary.total_cost?.current ?? 0)).toBe(bill?.total);
  expect(summary.api_calls.total).toBe(IN_NOVEMBER);
  const { endpoints } = await ask(endpointList, 'tenant/usage/endpoints');
  expect(endpoints).toHaveLength(5);
  expect(endpoints.every(({ cost, people }) => (cost ?? 0) > 0 && people > 0)).toBe(true);
});

it('sums a day’s cost up alike in every period that it lies in', async () => {
  const days = await ask(detailedUsage, 'tenant/usage/detailed?start=2026-10-05&end=2026-10-07');
  for (const { date, cost } of days.daily_usage) {
    const alone = await ask(usageSummary, `tenant/usage/summary?start=${date}&end=${date}`);
    expect(alone.total_cost?.current).toBe(cost);
  }
});

it('compares a running month with what the one before came to by the same day', async () => {
  const { api_calls, total_cost, previous } = await ask(usageSummary, 'tenant/usage/summary');
  expect(previous?.range).toMatchObject({ start: '2026-10-01', end: '2026-10-22' });
  expect(previous?.cost).toBeGreaterThan(0);
  expect(total_cost?.change).toBeCloseTo(((total_cost?.current ?? 0) / (previous?.cost ?? 0) - 1) * 100, 0);
  expect(api_calls.change).toBeCloseTo((api_calls.total / (previous?.api_calls ?? 0) - 1) * 100, 0);
});

it('holds the cost against the budget that an administrator sets', async () => {
  const current = (await ask(usageSummary, 'tenant/usage/summary')).total_cost?.current ?? 0;
  const set = (role: TenantRole, budget: number | null) =>
    application.app.inject({
      method: 'PUT',
      url: '/api/v1/tenant/budget',
      headers: { authorization: `Bearer ${tokens.get(role)}` },
      payload: { budget },
    });
  expect((await set('manager', 1)).statusCode).toBe(403);
  expect((await set('administrator', current * 4)).json()).toEqual({ budget: current * 4 });
  const { total_cost } = await ask(usageSummary, 'tenant/usage/summary');
  expect(total_cost).toMatchObject({ budget: current * 4, percentage: 25 });
  const today = await ask(usageSummary, 'tenant/usage/summary?period=today');
  expect(today.total_cost?.budget).toBeNull();
  await set('administrator', null);
});

it('tells members what they used themselves, and their share of the cost', async () => {
  const own = await ask(ownUsage, 'me/usage', 'member');
  const { users, total_cost } = await ask(userList, 'tenant/usage/users');
  const row = users.find(({ user_id }) => user_id === memberId);
  expect(row).toMatchObject({
    name: 'member of acme',
    role: 'member',
    last_login: expect.any(String),
    api_calls: own.api_calls.total,
    data_transfer_bytes: own.data_transfer.bytes,
    sessions: own.sessions.total,
    cost: own.cost_contribution?.amount,
  });
  expect(own.api_calls.total).toBeGreaterThan(0);
  expect(own.api_calls.most_used?.endpoint).toBe(row?.active_endpoints[0]);
  expect(own.sessions.mean_duration).toBeCloseTo((row?.session_duration ?? 0) / own.sessions.total, 6);
  expect(own.cost_contribution?.percentage).toBeCloseTo(
    ((own.cost_contribution?.amount ?? 0) / (total_cost ?? 0)) * 100,
    0,
  );
});

it('gives the months back, the running one first, each with what its usage comes to', async () => {
  const { months } = await ask(usageHistory, 'tenant/usage/history?months=4', 'board');
  expect(months.map(({ month, api_calls, cost_of }) => [month, api_calls, cost_of])).toEqual([
    ['2026-11', IN_NOVEMBER, 'usage'],
    ['2026-10', REQUESTS / 2, 'usage'],
    ['2026-09', 0, 'usage'],
    ['2026-08', 0, 'usage'],
  ]);
  expect(months[1]?.cost).toBe(
    (await ask(usageSummary, 'tenant/usage/summary?period=last_month')).total_cost?.current,
  );
  // Before the contract nothing costs anything.
  expect(months[3]?.cost).toBe(0);
});

it('writes down who looked at what', async () => {
  await ask(userList, 'tenant/usage/users?period=today', 'manager');
  const entries = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', '=', 'usage.read')
    .where('actor_role', '=', 'manager')
    .select(['tenant_id', 'subject_id', 'details'])
    .execute();
  expect(entries).toContainEqual({
    tenant_id: 'acme',
    subject_id: 'users',
    details: { start: '2026-11-22', end: '2026-11-22' },
  });
});
