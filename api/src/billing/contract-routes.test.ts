import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';

const NOW = new Date('2026-11-10T05:00:00Z');
const NEXT_USAGE = {
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

let application: TestApplication;
let operator: string;
let administrator: string;

beforeAll(async () => {
  application = await startApplication({}, () => NOW);
  operator = await application.operatorToken('proved');
  await application.createTenant('ours', ['administrator']);
  await application.createTenant('theirs', []);
  administrator = await application.tokenOf('ours', 'administrator');
});
afterAll(() => application.stop());

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const post = (url: string, payload: object) => send(operator, { method: 'POST', url, payload });
const contract = (path: string, payload: object, tenant = 'ours') =>
  post(`/api/v1/platform/tenants/${tenant}/contract${path}`, payload);

async function written(): Promise<string[]> {
  const rows = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', 'like', 'contract.%')
    .where('tenant_id', '=', 'ours')
    .where('actor_role', '=', 'operator')
    .select('action')
    .orderBy('id')
    .execute();
  return rows.map(({ action }) => action);
}

it('opens a contract, grants and ends discounts, ends it, and writes everything down', async () => {
  expect((await send(administrator, { url: '/api/v1/tenant/contract' })).statusCode).toBe(404);
  expect((await contract('', { plan: 'no-such-plan' })).statusCode).toBe(400);
  expect((await contract('', { plan: 'usage', started_on: '2026-11-09' })).statusCode).toBe(409);
  const opened = await contract('', { plan: 'usage' });
  expect(opened.statusCode).toBe(201);
  expect(opened.json()).toMatchObject({
    started_on: '2026-11-10',
    ended_on: null,
    plan: { key: 'usage', version: 1 },
    terms: [{ from: '2026-11-10', plan: 'usage', version: null }],
  });
  expect((await contract('', { plan: 'usage' })).statusCode).toBe(409);

  const granted = await contract('/discounts', { kind: 'rural', from: '2026-11-01' });
  expect(granted.statusCode).toBe(201);
  const [{ id }] = granted.json().discounts;
  expect((await contract('/discounts', { kind: 'rural', from: '2026-12-01' })).statusCode).toBe(409);
  expect((await contract('/discounts', { kind: 'women', from: '2026-10-31' })).statusCode).toBe(409);
  const ended = await contract(`/discounts/${id}/end`, { until: '2026-12-31' });
  expect(ended.json().discounts).toMatchObject([{ kind: 'rural', until: '2026-12-31' }]);
  const referral = await contract('/discounts', { kind: 'referral', from: '2026-11-01', referred: 3 });
  const referralId = referral.json().discounts.find(({ kind }: { kind: string }) => kind === 'referral').id;
  expect((await contract(`/discounts/${referralId}/end`, { until: '2026-12-31' })).statusCode).toBe(409);
  const theirs = `/api/v1/platform/tenants/theirs/contract/discounts/${referralId}`;
  expect((await send(operator, { method: 'DELETE', url: theirs })).statusCode).toBe(404);
  const withdrawn = await send(operator, { method: 'DELETE', url: theirs.replace('theirs', 'ours') });
  expect(withdrawn.json().discounts).toHaveLength(1);

  expect((await contract('/end', { on: '2026-11-09' })).statusCode).toBe(409);
  expect((await contract('/end', { on: '2026-11-30' })).json().ended_on).toBe('2026-11-30');
  expect((await contract('/end', { on: null })).json().ended_on).toBeNull();
  expect((await send(administrator, { url: '/api/v1/tenant/contract' })).json().discounts).toHaveLength(1);
  expect(await written()).toEqual([
    'contract.opened',
    'contract.discount-granted',
    'contract.discount-ended',
    'contract.discount-granted',
    'contract.discount-withdrawn',
    'contract.ended',
    'contract.ended',
  ]);
});

it('offers its plans to anybody, with their prices in both languages', async () => {
  const { plans } = (await application.app.inject('/api/v1/plans')).json();
  expect(plans.map(({ key }: { key: string }) => key)).toContain('professional');
  expect(plans.find(({ key }: { key: string }) => key === 'starter')).toMatchObject({
    name: { id: 'Starter', en: 'Starter' },
    charges: expect.arrayContaining([expect.objectContaining({ model: 'flat', price: '500000' })]),
    limits: { members: '100' },
  });
  expect((await application.app.inject('/api/v1/plans/no-such-plan/versions')).statusCode).toBe(404);
});

it('adds a later version of a plan, after saying whom it affects', async () => {
  const url = '/api/v1/platform/plans';
  await contract('', { plan: 'usage' }, 'theirs');
  const preview = await post(`${url}/preview`, NEXT_USAGE);
  expect(preview.json(), preview.body).toMatchObject({ affected_contracts: 2 });
  expect((await application.app.inject('/api/v1/plans/usage/versions')).json().versions).toHaveLength(1);
  const wrong: object[] = [
    { ...NEXT_USAGE, version: 1 },
    { ...NEXT_USAGE, effectiveFrom: '2019-12-31' },
    { ...NEXT_USAGE, effectiveFrom: '2026-11-10' },
  ];
  for (const plan of wrong) {
    expect((await post(url, plan)).statusCode).toBe(409);
  }
  expect((await post(url, { ...NEXT_USAGE, charges: [] })).statusCode).toBe(400);
  const added = await post(url, NEXT_USAGE);
  expect(added.statusCode).toBe(201);
  expect((await post(url, NEXT_USAGE)).statusCode).toBe(409);
  const { versions } = (await application.app.inject('/api/v1/plans/usage/versions')).json();
  expect(versions.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
  const entry = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', '=', 'plan.version-added')
    .select('actor_role')
    .executeTakeFirst();
  expect(entry).toEqual({ actor_role: 'operator' });
});
