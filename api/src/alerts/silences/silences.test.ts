import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../../testing/application.ts';

const URL = '/api/v1/tenant/alert-silences';
const SETTINGS = '/api/v1/tenant/alert-settings';
const HOUR_MS = 3_600_000;
const MOST_SILENCES = 100;

let application: TestApplication;
let administrator: string;
let now: Date;

beforeAll(async () => {
  now = new Date();
  application = await startApplication({ JOBS: 'off', ALERTS: 'off' }, () => now);
  await application.createTenant('ours', ['administrator', 'manager']);
  administrator = await application.tokenOf('ours', 'administrator');
});
afterAll(() => application.stop());

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const begin = (payload: object) => send(administrator, { method: 'POST', url: URL, payload });
const end = (id: string) => send(administrator, { method: 'POST', url: `${URL}/${id}/end` });
const hence = (hours: number): string => new Date(now.getTime() + hours * HOUR_MS).toISOString();

/** Lets hours pass; a session does not last as long. */
async function later(hours: number): Promise<void> {
  now = new Date(now.getTime() + hours * HOUR_MS);
  administrator = await application.tokenOf('ours', 'administrator');
}

async function someRule(): Promise<string> {
  const rules = await send(administrator, { url: '/api/v1/tenant/alert-rules', query: { limit: '1' } });
  return rules.json().data[0].id;
}

it('mutes a rule until somebody ends it, and writes both down', async () => {
  const rule = await someRule();
  const begun = await begin({ kind: 'mute', rule_id: rule, reason: 'Known' });
  expect(begun.statusCode).toBe(201);
  const { id } = begun.json();
  expect(begun.json()).toMatchObject({
    rule_id: rule,
    starts_at: now.toISOString(),
    ends_at: null,
    state: 'active',
    created_by: { name: 'administrator of ours' },
  });
  const ended = await end(id);
  expect(ended.json()).toMatchObject({ state: 'over', ends_at: now.toISOString() });
  expect((await end(id)).json()).toMatchObject({ code: 'alert-step-refused' });
  const acts = await application.services.database.db
    .selectFrom('audit_log')
    .where('subject_id', '=', id)
    .select('action')
    .orderBy('id')
    .execute();
  expect(acts.map(({ action }) => action)).toEqual(['alert-silence.begun', 'alert-silence.ended']);
});

it('plans maintenance, which never was when it is ended before it began', async () => {
  const planned = await begin({ kind: 'maintenance', starts_at: hence(2), ends_at: hence(4) });
  const { id } = planned.json();
  expect(planned.json()).toMatchObject({ state: 'planned', rule_id: null });
  const current = async () =>
    (await send(administrator, { url: URL })).json().data.map((one: { id: string }) => one.id);
  expect(await current()).toContain(id);
  await later(3);
  const listed = (await send(administrator, { url: URL })).json().data;
  expect(listed).toContainEqual(expect.objectContaining({ id, state: 'active' }));
  await later(1);
  expect(await current()).not.toContain(id);

  const withdrawn = (await begin({ kind: 'maintenance', starts_at: hence(2), ends_at: hence(4) })).json();
  expect((await end(withdrawn.id)).json()).toMatchObject({
    starts_at: withdrawn.starts_at,
    ends_at: withdrawn.starts_at,
  });
});

it.each([
  ['maintenance without an end', { kind: 'maintenance' }, 'body.ends_at'],
  ['an end before the beginning', { kind: 'mute', starts_at: 4, ends_at: 2 }, 'body.ends_at'],
  ['an end that is over', { kind: 'mute', ends_at: -1 }, 'body.ends_at'],
  ['maintenance of months', { kind: 'maintenance', ends_at: 24 * 60 }, 'body.ends_at'],
  ['a beginning in years', { kind: 'mute', starts_at: 24 * 800 }, 'body.starts_at'],
  ['a rule that there is not', { kind: 'mute', rule_id: 'alr_0123456789abcdef0123' }, 'body.rule_id'],
  ['a snooze, which is begun at its alert', { kind: 'snooze' }, 'body.kind'],
])('refuses %s, naming the field', async (_name, { starts_at, ends_at, ...wrong }: Wrong, path) => {
  const answer = await begin({
    ...wrong,
    ...(starts_at !== undefined && { starts_at: hence(starts_at) }),
    ...(ends_at !== undefined && { ends_at: hence(ends_at) }),
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().errors).toContainEqual(expect.objectContaining({ path }));
});

interface Wrong {
  readonly kind: string;
  readonly rule_id?: string;
  /** Hours from now. */
  readonly starts_at?: number;
  readonly ends_at?: number;
}

it('takes so many silences and no more, also two at once', async () => {
  const before = (await send(administrator, { url: URL, query: { limit: '100' } })).json().data.length;
  for (let count = before + 1; count < MOST_SILENCES; count += 1) {
    expect((await begin({ kind: 'mute' })).statusCode).toBe(201);
  }
  const answers = await Promise.all([begin({ kind: 'mute' }), begin({ kind: 'mute' })]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409]);
});

it('keeps quiet hours, handing on and reports as they were decided', async () => {
  expect((await send(administrator, { url: SETTINGS })).json()).toEqual({
    quiet_hours: null,
    quiet_least: 'critical',
    escalate_after: 900,
    daily_report: false,
    weekly_report: true,
  });
  const wanted = {
    quiet_hours: { from: '22:00', until: '06:30' },
    quiet_least: 'emergency',
    escalate_after: null,
    daily_report: true,
    weekly_report: false,
  };
  const put = (payload: object) => send(administrator, { method: 'PUT', url: SETTINGS, payload });
  expect((await put(wanted)).json()).toEqual(wanted);
  const manager = await application.tokenOf('ours', 'manager');
  expect((await send(manager, { url: SETTINGS })).json()).toEqual(wanted);
  const never = await put({ ...wanted, quiet_hours: { from: '22:00', until: '22:00' } });
  expect(never.json().errors).toMatchObject([{ path: 'body.quiet_hours.until' }]);
  const wrong = await put({ ...wanted, quiet_hours: { from: '24:00', until: '06:00' } });
  expect(wrong.json().errors).toMatchObject([{ path: 'body.quiet_hours.from' }]);
});

it('has the defaults of the columns for who never decided', async () => {
  const { db } = application.services.database;
  await application.createTenant('undecided', ['administrator']);
  const before = await send(await application.tokenOf('undecided', 'administrator'), { url: SETTINGS });
  await db
    .insertInto('alert_settings')
    .values({ tenant_id: 'undecided', updated_at: now, ...NOT_QUIET })
    .execute();
  const after = await send(await application.tokenOf('undecided', 'administrator'), { url: SETTINGS });
  expect(after.json()).toEqual(before.json());
});

const NOT_QUIET = { quiet_from: null, quiet_until: null };
