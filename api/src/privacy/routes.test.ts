import { type Microseconds, type RequestRecord, type TenantId, tenantScope } from '@riwayat/collector';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SCOPES } from '../keys/key.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';

const DAY_MS = 86_400_000;

let application: TestApplication;
let authorization: string;
const keys = new Map<string, string>();

beforeAll(async () => {
  application = await startApplication();
  for (const tenant of ['ours', 'theirs']) {
    const tenantId = await application.createTenant(tenant, ['administrator']);
    const wanted = { name: 'k', scopes: SCOPES, createdBy: null };
    keys.set(tenant, (await application.services.keys.create(tenantId, wanted)).secret);
  }
  authorization = `Bearer ${await application.tokenOf('ours', 'administrator')}`;
});
afterAll(() => application.stop());

async function ask(request: InjectOptions) {
  const answer = await application.app.inject({ ...request, headers: { authorization } });
  return { status: answer.statusCode, body: answer.json() };
}

const decide = (payload: object) => ask({ method: 'PUT', url: '/api/v1/tenant/privacy', payload });
const erase = (user_id: string) =>
  ask({ method: 'POST', url: '/api/v1/tenant/erasures', payload: { user_id } });

/** Sends a request of somebody, and waits until it is stored. */
async function visit(tenant: string, userId: string): Promise<void> {
  const record = {
    ts: new Date().toISOString(),
    method: 'GET',
    endpoint: '/orders/:id',
    status: 200,
    duration_ms: 3,
    user_id: userId,
  };
  const sent = await application.app.inject({
    method: 'POST',
    url: '/v1/requests',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${keys.get(tenant)}` },
    payload: `${JSON.stringify(record)}\n`,
  });
  expect(sent.json()).toMatchObject({ accepted: 1 });
  await application.services.collector.drain();
}

/** Those who used the application, without the administrator, who logged in to it. */
async function people(): Promise<{ user_id: string; calls: number }[]> {
  const { body } = await ask({ url: '/api/v1/tenant/usage/detailed', query: { period: 'today' } });
  return body.user_breakdown
    .map(({ user_id, calls }: { user_id: string; calls: number }) => ({ user_id, calls }))
    .filter(({ user_id }: { user_id: string }) => !user_id.startsWith('usr_'));
}

it('keeps pseudonyms from the moment a tenant decides so, and forgets a person under either name', async () => {
  await visit('ours', 'citra');
  expect(await people()).toEqual([{ user_id: 'citra', calls: 1 }]);
  const strict = { user_ids: 'pseudonymous', addresses: 'truncated', retention_months: 13 };
  expect(await decide(strict)).toEqual({ status: 200, body: strict });
  await visit('ours', 'citra');
  const pseudonym = (await people()).find(({ user_id }) => user_id !== 'citra');
  expect(pseudonym).toEqual({ user_id: expect.stringMatching(/^[\w-]{22}$/), calls: 1 });

  const nothing = { requests: 0, events: 0, rejected: 0, usage: 0, alerts: 0 };
  expect(await erase('citra')).toEqual({
    status: 200,
    body: { before: { ...nothing, requests: 2, usage: 2 }, after: nothing },
  });
  // The requests are still counted: as nobody's.
  expect(await people()).toEqual([{ user_id: '', calls: 2 }]);
  expect(await erase('citra')).toEqual({ status: 200, body: { before: nothing, after: nothing } });
});

it('erases nobody of another tenant, who has the same id there', async () => {
  await visit('theirs', 'eka');
  expect((await erase('eka')).body.before).toMatchObject({ requests: 0, usage: 0 });
  const days = { from: new Date(Date.now() - DAY_MS), to: new Date() };
  const { collector } = application.services;
  expect(await collector.usage.summary(tenantScope('theirs'), days)).toMatchObject({ activeUsers: 1 });
});

it('refuses to erase nobody', async () => {
  expect((await erase('')).status).toBe(400);
});

it('keeps what is stored as long as the tenant says: what is past that is gone when it has answered', async () => {
  const { collector, tenants } = application.services;
  const tenant = await tenants.find('ours');
  if (tenant === undefined) {
    throw new Error('there is no tenant');
  }
  const past = new Date(Date.now() - 200 * DAY_MS);
  const year = { from: new Date(Date.now() - 365 * DAY_MS), to: new Date() };
  const calls = async (): Promise<number> => (await collector.usage.summary(tenantScope('ours'), year)).calls;
  await decide({ user_ids: 'plain', addresses: 'dropped', retention_months: 7 });
  const before = await calls();
  collector.record(pastRequest(tenant.id, past));
  await collector.drain();
  expect(await calls()).toBe(before + 1);
  await decide({ user_ids: 'plain', addresses: 'dropped', retention_months: 8 });
  expect(await calls()).toBe(before + 1);
  await decide({ user_ids: 'plain', addresses: 'dropped', retention_months: 5 });
  expect(await calls()).toBe(before);
});

it.each([
  { user_ids: 'secret', addresses: 'dropped', retention_months: 13 },
  { user_ids: 'plain', addresses: 'kept', retention_months: 13 },
  { user_ids: 'plain', addresses: 'dropped', retention_months: 4 },
  { user_ids: 'plain', addresses: 'dropped', retention_months: 121 },
  { user_ids: 'plain', addresses: 'dropped' },
])('refuses %j', async (settings) => {
  expect((await decide(settings)).status).toBe(400);
});

function pastRequest(tenantId: TenantId, at: Date): RequestRecord {
  return {
    ts: (at.getTime() * 1_000) as Microseconds,
    requestId: { billions: 0, rest: 1 },
    tenantId,
    day: at.toISOString().slice(0, 'YYYY-MM-DD'.length),
    userId: '',
    userRole: '',
    sessionId: '',
    endpoint: '/orders/:id',
    method: 'GET',
    status: 200,
    duration: 3_000 as Microseconds,
    bytesIn: 0,
    bytesOut: 0,
    cpu: 0 as Microseconds,
    memory: 0,
    cache: 'none',
    kind: 'api',
    traceId: '',
    instance: 'test',
    source: 'live',
    outcome: 'completed',
    messages: 0,
    clientAddress: '',
  };
}
