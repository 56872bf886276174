import { TENANT_DEFAULTS } from '@riwayat/alerting';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../../testing/application.ts';

const URL = '/api/v1/tenant/alert-rules';
const CONDITION = {
  signal: 'error_rate',
  window: 300,
  when: { kind: 'above', value: 5 },
  severity: 'critical',
};
const ERRORS = { name: 'Errors', rule: CONDITION };
const MOST_RULES = 100;

let application: TestApplication;
let administrator: string;
let operator: string;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off', ALERTS: 'off' });
  await application.createTenant('ours', ['administrator', 'it_staff']);
  administrator = await application.tokenOf('ours', 'administrator');
  operator = await application.operatorToken('proved');
});
afterAll(() => application.stop());

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
const change = (url: string, etag: string, payload: object) =>
  send(administrator, { method: 'PUT', url, payload, headers: { 'if-match': etag } });

async function made(payload: object = ERRORS): Promise<{ id: string; url: string; etag: string }> {
  const answer = await send(administrator, { method: 'POST', url: URL, payload });
  expect(answer.statusCode, answer.body).toBe(201);
  const { id } = answer.json();
  return { id, url: `${URL}/${id}`, etag: String(answer.headers.etag) };
}

async function everyRule(token: string) {
  return (await send(token, { url: URL, query: { limit: '100' } })).json().data;
}

async function defaultRule(key: string) {
  const rule = (await everyRule(administrator)).find(
    (one: { default_key: string }) => one.default_key === key,
  );
  return { ...rule, url: `${URL}/${rule.id}`, etag: `"${rule.version}"` };
}

describe('a rule', () => {
  it('is made, changed, disabled and deleted, with every version kept and each act written down', async () => {
    const { id, url, etag } = await made();
    const stricter = { name: 'More errors', rule: { ...CONDITION, when: { kind: 'above', value: 3 } } };
    const changed = await change(url, etag, stricter);
    expect(changed.json()).toMatchObject({ version: 2, name: 'More errors', enabled: true });
    expect(changed.headers.etag).toBe('"2"');
    const disabled = await send(administrator, { method: 'PATCH', url, payload: { enabled: false } });
    expect(disabled.json()).toMatchObject({ version: 2, enabled: false });
    await send(administrator, { method: 'PATCH', url, payload: { enabled: true } });

    const first = await send(administrator, { url: `${url}/versions`, query: { limit: '1' } });
    const second = await send(administrator, {
      url: `${url}/versions`,
      query: { limit: '1', cursor: first.json().next_cursor },
    });
    expect([...first.json().data, ...second.json().data]).toMatchObject([
      { version: 2, name: 'More errors', changed_by: { name: 'administrator of ours' } },
      { version: 1, name: 'Errors', rule: { when: { value: 5 } } },
    ]);

    expect((await send(administrator, { method: 'DELETE', url })).statusCode).toBe(204);
    expect((await send(administrator, { url })).statusCode).toBe(404);
    expect((await everyRule(administrator)).map((rule: { id: string }) => rule.id)).not.toContain(id);
    const acts = await application.services.database.db
      .selectFrom('audit_log')
      .where('subject_id', '=', id)
      .select('action')
      .orderBy('id')
      .execute();
    expect(acts.map(({ action }) => action)).toEqual([
      'alert-rule.created',
      'alert-rule.changed',
      'alert-rule.disabled',
      'alert-rule.enabled',
      'alert-rule.deleted',
    ]);
  });

  it('is changed by the first of two who read the same version; the second is told', async () => {
    const { url, etag } = await made();
    const answers = await Promise.all(['One', 'Other'].map((name) => change(url, etag, { ...ERRORS, name })));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412]);
    const refused = answers.find(({ statusCode }) => statusCode === 412);
    expect(refused?.json()).toMatchObject({ code: 'alert-rule-changed' });
    expect((await send(administrator, { url })).json().version).toBe(2);
    expect((await change(url, '*', { ...ERRORS, name: 'Whatever' })).json().version).toBe(3);
    expect((await change(url, 'W/"3"', ERRORS)).statusCode).toBe(412);
    const without = await send(administrator, { method: 'PUT', url, payload: ERRORS });
    expect(without.json().code).toBe('precondition-required');
  });

  it('has no new version when nothing of it changes', async () => {
    const { url, etag } = await made();
    expect((await change(url, etag, ERRORS)).json().version).toBe(1);
  });

  it.each([
    ['a signal that there is not', { signal: 'mood' }, 'body.rule.signal'],
    ['a window that the signal does not have', { window: 5 }, 'body.rule.window'],
    ['a limit that is none', { when: { kind: 'above', value: 'much' } }, 'body.rule.when.value'],
    ['the wrong side', { when: { kind: 'below', value: 5 } }, 'body.rule.when.kind'],
    ['an end beyond the beginning', { clear: { value: 6 } }, 'body.rule.clear.value'],
    ['a severity that there is not', { severity: 'loud' }, 'body.rule.severity'],
    ['a narrowing that is of another signal', { only: { meter: 'api_calls' } }, 'body.rule.only.meter'],
    ['a field that rules do not have', { colour: 'red' }, 'body.rule'],
    ['a signal of the platform', { signal: 'cpu_used' }, 'body.rule.signal'],
  ])('is refused for %s, with the field and the reason', async (_name, wrong, path) => {
    const payload = { name: 'Wrong', rule: { ...CONDITION, ...wrong } };
    const answer = await send(administrator, { method: 'POST', url: URL, payload });
    expect(answer.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(answer.json().errors).toContainEqual(
      expect.objectContaining({ path, message: expect.stringMatching(/\w{4}/) }),
    );
  });

  it('of the platform is made by those who run it, who cannot watch single tenants’ budgets', async () => {
    const cpu = { name: 'CPU', rule: { ...CONDITION, signal: 'cpu_used', statistic: 'maximum' } };
    const answer = await send(operator, { method: 'POST', url: URL, payload: cpu });
    expect(answer.statusCode).toBe(201);
    expect((await send(administrator, { url: `${URL}/${answer.json().id}` })).statusCode).toBe(404);
    const budget = { name: 'Budget', rule: { ...CONDITION, signal: 'budget_used', window: 0 } };
    const refused = await send(operator, { method: 'POST', url: URL, payload: budget });
    expect(refused.json().errors[0]).toMatchObject({ path: 'body.rule.signal', rule: 'scope' });
  });

  it('is one of so many that a tenant can have, also when two are made at once', async () => {
    await application.createTenant('busy', ['administrator']);
    const busy = await application.tokenOf('busy', 'administrator');
    const post = () => send(busy, { method: 'POST', url: URL, payload: ERRORS });
    const left = MOST_RULES - (await everyRule(busy)).length;
    for (let count = 1; count < left; count += 1) {
      expect((await post()).statusCode).toBe(201);
    }
    const answers = await Promise.all([post(), post()]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409]);
    expect(await everyRule(busy)).toHaveLength(MOST_RULES);
  });
});

describe('a rule that everybody gets', () => {
  it('is there for every tenant from the start, and for who runs the platform', async () => {
    const keys = async (token: string) =>
      (await everyRule(token)).flatMap((rule: { default_key: string | null }) => rule.default_key ?? []);
    expect((await keys(administrator)).toSorted()).toEqual(TENANT_DEFAULTS.map(({ key }) => key).toSorted());
    expect(await keys(operator)).toContain('cpu-used');
    expect(await keys(operator)).not.toContain('budget-used');
  });

  it('can be changed, disabled and brought back, and not deleted', async () => {
    const { url, etag, rule, name } = await defaultRule('error-rate');
    const changed = await change(url, etag, { name, rule: { ...rule, severity: 'info' } });
    expect(changed.json()).toMatchObject({ version: 2, customised: true, rule: { severity: 'info' } });
    const deleted = await send(administrator, { method: 'DELETE', url });
    expect(deleted.json()).toMatchObject({
      code: 'alert-step-refused',
      detail: expect.stringMatching(/Disable/),
    });
    const restored = await send(administrator, { method: 'POST', url: `${url}/restore` });
    expect(restored.json()).toMatchObject({ version: 3, customised: false, rule, name });
    const own = await made();
    expect((await send(administrator, { method: 'POST', url: `${own.url}/restore` })).statusCode).toBe(409);
  });
});
