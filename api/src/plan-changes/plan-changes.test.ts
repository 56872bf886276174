import { billingMonth, evenUsage } from '@riwayat/billing';
import { microseconds, type TenantId } from '@riwayat/collector';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { EVENT_METERS, type EventMeter, eventType } from '../metering/event-meters.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { planChangeEffect } from './effect.ts';
import type { PreviewDocument } from './preview-body.ts';

const URL = '/api/v1/tenant/plan-changes';
const PLATFORM = '/api/v1/platform/plan-changes';
const REASON = 'Anggota kami bertambah.';
/** Noon in Jakarta on the 10th of November. */
const START = new Date('2026-11-10T05:00:00Z');
const MINUTE_MS = 60_000;

let application: TestApplication;
let operatorAtStart: string;
let operator: string;
let now = START;
let tenantCount = 0;

beforeAll(async () => {
  application = await startApplication({}, () => now);
  operatorAtStart = await application.operatorToken('proved');
});
afterAll(() => application.stop());
beforeEach(() => {
  now = START;
  operator = operatorAtStart;
});

/** Another time, and an operator who has just logged in: no token outlives the minutes that it is for. */
async function travel(to: string): Promise<void> {
  now = new Date(to);
  operator = await application.operatorToken('proved');
}

interface Subscriber {
  readonly id: TenantId;
  readonly token: string;
}

/** A tenant with a contract since the first of October, and its administrator. */
async function subscriber(plan: string, timezone = 'Asia/Jakarta'): Promise<Subscriber> {
  tenantCount += 1;
  const name = `subscriber-${tenantCount}`;
  await application.services.tenants.create({ id: name, name, timezone });
  const id = await application.createTenant(name, ['administrator']);
  await openContract(application.services.database.db, { tenantId: id, startedOn: '2026-10-01', plan });
  return { id, token: await application.tokenOf(name, 'administrator') };
}

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const post = (token: string, url: string, payload?: object) =>
  send(token, { method: 'POST', url, ...(payload && { payload }) });
const ask = (token: string, payload: object) => post(token, URL, { reason: REASON, ...payload });
const decide = (id: string, step: string, payload?: object) =>
  post(operator, `${PLATFORM}/${id}/${step}`, payload);

/** Asks for a change and has it approved. */
async function approved(token: string, wish: object): Promise<string> {
  const { id } = (await ask(token, wish)).json();
  await decide(id, 'review');
  const answer = await decide(id, 'approve');
  expect(answer.statusCode, answer.body).toBe(200);
  return id;
}

const termsOf = (tenantId: string) =>
  application.services.database.db
    .selectFrom('contract_terms')
    .where('tenant_id', '=', tenantId)
    .select(['from_day', 'plan_key'])
    .orderBy('from_day')
    .execute();

async function exportReady(token: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { data } = (await send(token, { url: '/api/v1/tenant/data-exports' })).json();
      expect(data[0]?.state).toBe('ready');
    },
    { timeout: 20_000, interval: 100 },
  );
}

it('takes an upgrade from its request to its day, and tells everybody at each step', async () => {
  const { id: tenantId, token } = await subscriber('starter');
  const asked = await ask(token, { plan: 'professional', from: '2026-11-20' });
  expect(asked.statusCode).toBe(201);
  const { id } = asked.json();
  expect(asked.json()).toMatchObject({
    state: 'requested',
    direction: 'upgrade',
    from_plan: { key: 'starter' },
    to_plan: { key: 'professional', name: { id: 'Profesional', en: 'Professional' } },
    earliest_on: '2026-11-10',
    wanted_from: '2026-11-20',
    effective_from: null,
  });
  expect((await decide(id, 'review')).json().state).toBe('in_review');
  expect((await decide(id, 'approve')).json()).toMatchObject({
    state: 'approved',
    effective_from: '2026-11-20',
  });
  expect(await termsOf(tenantId)).toEqual([
    { from_day: '2026-10-01', plan_key: 'starter' },
    { from_day: '2026-11-20', plan_key: 'professional' },
  ]);
  await passDay(tenantId, '2026-11-19');
  expect((await send(token, { url: `${URL}/${id}` })).json().state).toBe('approved');
  await passDay(tenantId, '2026-11-20');
  expect((await send(token, { url: `${URL}/${id}` })).json().state).toBe('effective');

  expect(await audited(id)).toEqual([
    ['plan-change.requested', 'administrator'],
    ['plan-change.reviewed', 'operator'],
    ['plan-change.approved', 'operator'],
    ['plan-change.effective', null],
  ]);
  const inbox = (await send(token, { url: '/api/v1/account/notifications' })).json();
  expect(inbox.data.map(({ text }: { text: string }) => text)).toEqual([
    'Paket Profesional berlaku mulai hari ini.',
    'Perubahan ke paket Profesional disetujui dan berlaku mulai 20 November 2026.',
    'Permintaan perubahan ke paket Profesional sedang ditinjau.',
  ]);
  const operators = (await send(operator, { url: '/api/v1/account/notifications' })).json();
  expect(operators.data[0].text).toContain('asks for the plan Professional from 20 November 2026');
});

it('makes what is asked for today effective as soon as it is approved', async () => {
  const { id: tenantId, token } = await subscriber('starter');
  const { id } = (await ask(token, { plan: 'professional' })).json();
  await decide(id, 'review');
  await travel('2026-11-12T05:00:00Z');
  expect((await decide(id, 'approve')).json()).toMatchObject({
    state: 'effective',
    effective_from: '2026-11-12',
  });
  expect((await termsOf(tenantId)).at(-1)).toEqual({ from_day: '2026-11-12', plan_key: 'professional' });
});

describe('a downgrade', () => {
  it('takes 30 days, and is not approved before a copy of the data is there', async () => {
    const { token } = await subscriber('professional');
    const early = await ask(token, { plan: 'starter', from: '2026-12-09' });
    expect(early.statusCode).toBe(409);
    expect(early.json()).toMatchObject({ code: 'plan-change-refused' });
    expect(early.json().detail).toContain('choose 2026-12-10 or a later day');
    const asked = (await ask(token, { plan: 'starter' })).json();
    expect(asked).toMatchObject({ direction: 'downgrade', wanted_from: '2026-12-10' });
    await decide(asked.id, 'review');
    await exportReady(token);
    expect((await decide(asked.id, 'approve')).json()).toMatchObject({
      state: 'approved',
      effective_from: '2026-12-10',
      exported_at: expect.any(String),
    });
  });

  it('waits while the copy is being made, and wants another when it failed', async () => {
    const { id: tenantId, token } = await subscriber('professional');
    const { id } = (await ask(token, { plan: 'starter' })).json();
    await decide(id, 'review');
    await exportReady(token);
    const { db } = application.services.database;
    const set = (values: object) =>
      db.updateTable('data_exports').set(values).where('tenant_id', '=', tenantId).execute();
    await set({ state: 'pending', finished_at: null, file_key: null });
    const waiting = await decide(id, 'approve');
    expect(waiting.statusCode).toBe(409);
    expect(waiting.json().detail).toContain('is not finished yet');
    await set({ state: 'failed', finished_at: now });
    expect((await decide(id, 'approve')).json().detail).toContain('POST /api/v1/tenant/data-exports');
    now = new Date(START.getTime() + MINUTE_MS);
    await post(token, '/api/v1/tenant/data-exports');
    await exportReady(token);
    expect((await decide(id, 'approve')).statusCode).toBe(200);
    await expect(
      db
        .updateTable('plan_changes')
        .set({ exported_at: new Date(0) })
        .where('id', '=', id)
        .execute(),
    ).resolves.toBeDefined();
  });

  it('has another copy made on the day before', async () => {
    const { id: tenantId, token } = await subscriber('professional');
    const { id } = (await ask(token, { plan: 'starter' })).json();
    await decide(id, 'review');
    await exportReady(token);
    await decide(id, 'approve');
    now = new Date(START.getTime() + MINUTE_MS);
    await passDay(tenantId, '2026-12-09');
    await exportReady(token);
    const { data } = (await send(token, { url: '/api/v1/tenant/data-exports' })).json();
    expect(data.map(({ requested_by }: { requested_by: string | null }) => requested_by)).toEqual([
      null,
      expect.stringMatching(/^usr_/),
    ]);
  });
});

it('says what cannot be done, why, and what can be done instead', async () => {
  const { token } = await subscriber('starter');
  const other = await subscriber('starter');
  const { id } = (await ask(token, { plan: 'professional', from: '2026-11-20' })).json();
  const again = await ask(token, { plan: 'enterprise' });
  expect(again.json()).toMatchObject({ status: 409, code: 'plan-change-refused' });
  expect(again.json().detail).toContain('Withdraw it');
  expect((await decide(id, 'approve')).json().detail).toBe(
    'The change waits until somebody of the platform takes it up. It cannot be approved. What can be done: the tenant withdraws it, or an operator reviews or rejects it.',
  );
  expect((await post(other.token, `${URL}/${id}/withdraw`)).statusCode).toBe(404);
  expect((await send(other.token, { url: `${URL}/${id}` })).statusCode).toBe(404);
  expect((await post(token, `${URL}/${id}/withdraw`)).json().state).toBe('withdrawn');
  for (const step of ['review', 'approve']) {
    expect((await decide(id, step)).json().detail).toContain('The change was withdrawn.');
  }
  expect((await ask(token, { plan: 'no-such-plan' })).json()).toMatchObject({ code: 'invalid-request' });
  expect((await ask(token, { plan: 'starter' })).json().detail).toContain('is Starter already');
  expect((await ask(token, { plan: 'enterprise', from: '2026-11-09' })).statusCode).toBe(409);
  const second = (await ask(token, { plan: 'enterprise' })).json();
  expect((await decide(second.id, 'reject', { reason: 'Belum dibayar.' })).json()).toMatchObject({
    state: 'rejected',
    decision_reason: 'Belum dibayar.',
  });
  expect(await audited(second.id)).toContainEqual(['plan-change.rejected', 'operator']);
  expect(await audited(id)).toContainEqual(['plan-change.withdrawn', 'administrator']);
});

it('takes an approval back before its day, and not on it', async () => {
  const { id: tenantId, token } = await subscriber('starter');
  const first = await approved(token, { plan: 'professional', from: '2026-11-20' });
  const revoked = await decide(first, 'revoke', { reason: 'Keliru.' });
  expect(revoked.json()).toMatchObject({ state: 'revoked', decision_reason: 'Keliru.' });
  expect(await termsOf(tenantId)).toHaveLength(1);
  expect(await audited(first)).toContainEqual(['plan-change.revoked', 'operator']);
  const second = await approved(token, { plan: 'enterprise', from: '2026-11-20' });
  await travel('2026-11-19T17:00:00Z');
  const late = await decide(second, 'revoke', { reason: 'Keliru.' });
  expect(late.statusCode).toBe(409);
  expect(late.json().detail).toContain('Its day, 2026-11-20, has come.');
});

it('is not approved for a day after the contract’s last', async () => {
  const { id: tenantId, token } = await subscriber('starter');
  const { id } = (await ask(token, { plan: 'professional', from: '2026-11-20' })).json();
  await decide(id, 'review');
  await post(operator, `/api/v1/platform/tenants/${tenantId}/contract/end`, { on: '2026-11-19' });
  expect((await decide(id, 'approve')).json().detail).toContain('The contract ends on 2026-11-19');
});

it.each([
  ['Asia/Jakarta', '2026-11-10T05:00:00Z', '2026-11', '2026-11-20', [19, 11, 30]],
  // A day of 25 hours is one day: clocks are put back on the first of November.
  ['America/New_York', '2026-11-10T05:00:00Z', '2026-11', '2026-11-20', [19, 11, 30]],
  ['America/New_York', '2027-03-10T05:00:00Z', '2027-03', '2027-03-15', [14, 17, 31]],
])('bills each plan by its days of the month in %s', async (timezone, today, month, from, days) => {
  await travel(today);
  const { id: tenantId, token } = await subscriber('starter', timezone);
  await approved(token, { plan: 'professional', from });
  const [before, after, of] = days;
  const period = billingMonth(month, timezone);
  const usage = evenUsage(period.days, { members: '80' });
  const bill = await application.services.pricing.billOf(tenantId, period, usage);
  const base = bill?.lines.filter(({ component }) => component === 'base_fee') ?? [];
  expect(base.map(({ plan, share }) => [plan?.key, share.days, share.of])).toEqual([
    ['starter', before, of],
    ['professional', after, of],
  ]);
  const exact = (500_000 * (before ?? 0) + 1_500_000 * (after ?? 0)) / (of ?? 1);
  expect(bill?.total).toBe(BigInt(Math.round(exact)));
});

it('shows what a change costs before it is asked for', async () => {
  const { id: tenantId, token } = await subscriber('starter');
  await told(tenantId, { members: '150' });
  const answer = await post(token, `${URL}/preview`, { plan: 'professional', from: '2026-11-16' });
  expect(answer.statusCode, answer.body).toBe(200);
  const preview = answer.json();
  expect(preview).toMatchObject({
    direction: 'upgrade',
    export_required: false,
    last_month: { month: '2026-10', on_present_plan_idr: 500_000, on_new_plan_idr: 1_500_000 },
    exceeded_limits: [],
  });
  // 50 members above 100 at Rp 2,000; half of each month of the change.
  expect(
    preview.months.map((month: PreviewDocument['months'][number]) => [
      month.month,
      month.without.total_idr,
      month.with.total_idr,
      month.difference_idr,
    ]),
  ).toEqual([
    ['2026-11', 600_000, 1_050_000, 450_000],
    ['2026-12', 600_000, 1_500_000, 900_000],
  ]);
  expect((await send(token, { url: URL })).json().data).toEqual([]);

  const down = (await post(token, `${URL}/preview`, { plan: 'usage' })).json();
  expect(down).toMatchObject({ direction: 'downgrade', export_required: true, from: '2026-12-10' });
});

it('names the limits of the new plan that are exceeded already', async () => {
  const { id: tenantId, token } = await subscriber('enterprise');
  await told(tenantId, { members: '700', storage: '7.5' });
  const preview = (await post(token, `${URL}/preview`, { plan: 'professional' })).json();
  expect(preview).toMatchObject({
    direction: 'downgrade',
    exceeded_limits: [
      { meter: 'members', used: '700', limit: '500' },
      { meter: 'storage', used: '7.5', limit: '5' },
    ],
  });
});

/** The application tells at the beginning of November how much of what there is. */
async function told(
  tenantId: TenantId,
  values: Readonly<Partial<Record<EventMeter, string>>>,
): Promise<void> {
  const { collector } = application.services;
  for (const meter of EVENT_METERS.filter((known) => known in values)) {
    const event = {
      ts: microseconds(Date.parse('2026-10-31T18:00:00Z')),
      tenantId,
      id: meter,
      source: 'urn:shop',
      type: eventType(meter),
      subject: '',
      data: JSON.stringify({ value: values[meter] }),
      userId: '',
    };
    await collector.ingest(tenantId, [
      { table: 'events', event, identity: { source: 'urn:shop', id: meter } },
    ]);
  }
  await collector.drain();
}

async function passDay(tenantId: string, date: string): Promise<void> {
  const { database, prices } = application.services;
  const job = planChangeEffect({ database, prices, now: () => now });
  await job.run(
    { tenantId, date },
    { jobId: '1', attempt: 1, lastAttempt: false, signal: new AbortController().signal },
  );
}

async function audited(id: string) {
  const rows = await application.services.database.db
    .selectFrom('audit_log')
    .where('subject_id', '=', id)
    .select(['action', 'actor_role'])
    .orderBy('id')
    .execute();
  return rows.map(({ action, actor_role }) => [action, actor_role]);
}
