import type { TenantId } from '@riwayat/collector';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { endAlert, fireAlert } from '../../testing/fired-alerts.ts';
import { toldAlerts } from '../evaluator/told-alerts.ts';

const URL = '/api/v1/tenant/alerts';
const MINUTE_MS = 60_000;

let application: TestApplication;
let ours: TenantId;
let administrator: string;
let manager: string;
let others: string;
let now: Date;
/** Subjects are told apart, so that each test has an alert of its own. */
let subjects = 0;

beforeAll(async () => {
  now = new Date();
  application = await startApplication({ JOBS: 'off', ALERTS: 'off' }, () => now);
  ours = await application.createTenant('ours', ['administrator', 'manager', 'board']);
  await application.createTenant('theirs', ['administrator']);
  administrator = await application.tokenOf('ours', 'administrator');
  manager = await application.tokenOf('ours', 'manager');
  others = await application.tokenOf('theirs', 'administrator');
});
afterAll(() => application.stop());

let alert: { id: string; url: string; subject: string };
beforeEach(async () => {
  alert = await fire('error-rate', 12.4);
});

async function fire(rule: string, value: number) {
  subjects += 1;
  const subject = `subject-${subjects}`;
  const since = new Date(now.getTime() - 5 * MINUTE_MS);
  const { database } = application.services;
  const id = await fireAlert(database, { tenantId: ours, rule, since, firedAt: now, value, subject });
  return { id, url: `${URL}/${id}`, subject };
}

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const post = (token: string, url: string, payload?: object) =>
  send(token, { method: 'POST', url, ...(payload && { payload }) });
const row = (id: string) =>
  application.services.database.db
    .selectFrom('alerts')
    .where('id', '=', id)
    .selectAll()
    .executeTakeFirstOrThrow();

describe('an alert', () => {
  it('has the numbers and the rule that it fired on, whatever the rule says by now', async () => {
    const { database } = application.services;
    const { id, version } = await database.db
      .selectFrom('alert_rules')
      .where('tenant_id', '=', ours)
      .where('default_key', '=', 'error-rate')
      .select(['id', 'version'])
      .executeTakeFirstOrThrow();
    const before = (await send(administrator, { url: alert.url })).json();
    const { definition } = before;
    const url = `/api/v1/tenant/alert-rules/${id}`;
    const changed = await application.app.inject({
      method: 'PUT',
      url,
      headers: { authorization: `Bearer ${administrator}`, 'if-match': `"${version}"` },
      payload: { name: 'Mine', rule: { ...definition, when: { kind: 'above', value: 50 } } },
    });
    expect(changed.json().version).toBe(version + 1);
    const after = (await send(administrator, { url: alert.url })).json();
    expect(after).toEqual(before);
    expect(after).toMatchObject({
      rule: { version, default_key: 'error-rate' },
      state: 'firing',
      severity: 'critical',
      fired_with: { value: 12.4, other: null },
      definition: { when: { value: 5 } },
      text: { en: expect.stringContaining('12.4%'), id: expect.stringContaining('12,4%') },
      history: [{ kind: 'fired', by: null }],
    });
  });

  it('goes from firing to acknowledged to resolved, each with who and when and written down', async () => {
    await post(manager, `${alert.url}/acknowledge`, { comment: 'On it' });
    await post(administrator, `${alert.url}/comments`, { text: 'It is the new release' });
    const resolved = await post(manager, `${alert.url}/resolve`, { comment: 'Rolled back' });
    expect(resolved.json()).toMatchObject({
      state: 'resolved',
      acknowledged_by: { name: 'manager of ours' },
      acknowledged_at: now.toISOString(),
      resolved_by: { name: 'manager of ours' },
      resolved_at: now.toISOString(),
      history: [
        { kind: 'resolved', text: 'Rolled back', details: { because: 'by_hand' } },
        { kind: 'commented', text: 'It is the new release', by: { name: 'administrator of ours' } },
        { kind: 'acknowledged', text: 'On it', by: { name: 'manager of ours' } },
        { kind: 'fired' },
      ],
    });
    const acts = await application.services.database.db
      .selectFrom('audit_log')
      .where('subject_id', '=', alert.id)
      .select('action')
      .orderBy('id')
      .execute();
    expect(acts.map(({ action }) => action)).toEqual([
      'alert.acknowledged',
      'alert.commented',
      'alert.resolved',
    ]);
  });

  it('that somebody resolves is told to those who were told of it', async () => {
    const { database, alertTeller, logger } = application.services;
    const inbox = async (): Promise<string[]> =>
      (await send(administrator, { url: '/api/v1/account/notifications' }))
        .json()
        .data.map(({ kind }: { kind: string }) => kind);
    const told = (await toldAlerts(database.db, [alert.id], logger)).get(alert.id);
    const event = await database.db
      .selectFrom('alert_events')
      .where('alert_id', '=', alert.id)
      .select('id')
      .executeTakeFirstOrThrow();
    await database.db.transaction().execute(async (transaction) => {
      const fired = { eventId: event.id, kind: 'fired' as const, at: now, because: null };
      await alertTeller.tell(transaction, told === undefined ? [] : [{ ...fired, alert: told }], now);
    });
    expect((await inbox())[0]).toBe('alert.fired');
    await post(manager, `${alert.url}/resolve`);
    expect((await inbox()).slice(0, 2)).toEqual(['alert.resolved', 'alert.fired']);
  });

  it('is acknowledged by the first of two who do at once; the second is told by whom', async () => {
    const answers = await Promise.all(
      [administrator, manager].map((token) => post(token, `${alert.url}/acknowledge`)),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
    const { acknowledged_by, history } = (await send(manager, { url: alert.url })).json();
    const refused = answers.find(({ statusCode }) => statusCode === 409)?.json();
    expect(refused).toMatchObject({
      code: 'alert-step-refused',
      detail: expect.stringContaining(acknowledged_by.name),
    });
    expect(history.map(({ kind }: { kind: string }) => kind)).toEqual(['acknowledged', 'fired']);
  });

  it('is neither repeated nor handed on once it is acknowledged', async () => {
    const { db } = application.services.database;
    await db.updateTable('alerts').set({ due_at: now }).where('id', '=', alert.id).execute();
    await post(manager, `${alert.url}/acknowledge`);
    expect(await row(alert.id)).toMatchObject({ due_at: null });
  });

  it('can only be commented on when it is over', async () => {
    await endAlert(application.services.database, alert.id, now);
    for (const act of ['acknowledge', 'resolve', 'snooze']) {
      const answer = await post(
        manager,
        `${alert.url}/${act}`,
        act === 'snooze' ? { seconds: 60 } : undefined,
      );
      expect(answer.json()).toMatchObject({
        code: 'alert-step-refused',
        detail: expect.stringMatching(/is over/),
      });
    }
    expect((await post(manager, `${alert.url}/comments`, { text: 'Why was it?' })).statusCode).toBe(201);
  });

  it('snoozes for a while and is due again then; a later snooze takes the place of the first', async () => {
    await post(manager, `${alert.url}/snooze`, { seconds: 3_600, reason: 'After lunch' });
    const snoozed = await post(manager, `${alert.url}/snooze`, { seconds: 600 });
    const until = new Date(now.getTime() + 10 * MINUTE_MS);
    expect(snoozed.json()).toMatchObject({ state: 'firing', snoozed_until: until.toISOString() });
    expect(await row(alert.id)).toMatchObject({ due_at: until });
    const silences = await send(administrator, { url: '/api/v1/tenant/alert-silences' });
    const mine = silences.json().data.filter((one: { alert_id: string }) => one.alert_id === alert.id);
    expect(mine).toMatchObject([{ kind: 'snooze', state: 'active', ends_at: until.toISOString() }]);

    const ended = await post(administrator, `/api/v1/tenant/alert-silences/${mine[0].id}/end`);
    expect(ended.json()).toMatchObject({ state: 'over' });
    expect(await row(alert.id)).toMatchObject({ due_at: now });
  });

  it('that is acknowledged is not due again after a snooze', async () => {
    await post(manager, `${alert.url}/acknowledge`);
    await post(manager, `${alert.url}/snooze`, { seconds: 600 });
    expect(await row(alert.id)).toMatchObject({ due_at: null });
  });

  it('may be looked at, and not be touched, by the board', async () => {
    const board = await application.tokenOf('ours', 'board');
    expect((await send(board, { url: alert.url })).statusCode).toBe(200);
    expect((await post(board, `${alert.url}/acknowledge`)).statusCode).toBe(403);
  });

  it('of another tenant is not there', async () => {
    expect((await send(others, { url: alert.url })).statusCode).toBe(404);
    expect((await send(others, { url: URL, query: { state: 'all' } })).json().data).toEqual([]);
    for (const act of ['acknowledge', 'resolve', 'comments', 'snooze']) {
      const payload = act === 'comments' ? { text: 't' } : act === 'snooze' ? { seconds: 60 } : undefined;
      expect((await post(others, `${alert.url}/${act}`, payload)).statusCode).toBe(404);
    }
    expect(await row(alert.id)).toMatchObject({ acknowledged_at: null, resolved_at: null });
  });
});

it('lists alerts by state, severity, rule and subject, page by page', async () => {
  const list = async (query: Record<string, string>) =>
    (await send(manager, { url: URL, query: { limit: '100', ...query } })).json().data;
  const ids = async (query: Record<string, string>) =>
    (await list(query)).map(({ id }: { id: string }) => id);
  const slow = await fire('response-time-p95', 900);
  await endAlert(application.services.database, alert.id, now);
  expect(await ids({ state: 'open' })).toContain(slow.id);
  expect(await ids({ state: 'open' })).not.toContain(alert.id);
  expect(await ids({ state: 'resolved' })).toContain(alert.id);
  expect(await ids({ severity: 'warning' })).toEqual([slow.id]);
  expect(await ids({ subject: slow.subject })).toEqual([slow.id]);
  const [{ rule }] = await list({ subject: slow.subject });
  expect(await ids({ rule: rule.id })).toEqual([slow.id]);

  const all = await ids({ state: 'all' });
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await send(manager, {
      url: URL,
      query: { state: 'all', limit: '3', ...(cursor !== undefined && { cursor }) },
    });
    paged.push(...page.json().data.map(({ id }: { id: string }) => id));
    cursor = page.json().next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(paged).toEqual(all);
});

it('forgets somebody who is erased, and keeps what became of alerts', async () => {
  await post(manager, `${alert.url}/acknowledge`, { comment: 'Call me at home' });
  await post(administrator, `${alert.url}/comments`, { text: 'Thank you' });
  const { acknowledged_by: person } = (await send(administrator, { url: alert.url })).json();
  const erased = await post(administrator, '/api/v1/tenant/erasures', { user_id: person.id });
  expect(erased.json().before.alerts).toBeGreaterThan(1);
  expect(erased.json().after.alerts).toBe(0);
  const after = await send(administrator, { url: alert.url });
  expect(after.body).not.toContain('Call me');
  expect(after.body).not.toContain(person.id);
  expect(after.json()).toMatchObject({
    state: 'acknowledged',
    acknowledged_by: null,
    history: [{ text: 'Thank you' }, { kind: 'acknowledged', by: null, text: null }, { kind: 'fired' }],
  });
});
