import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startApplication, type TestApplication } from '../../testing/application.ts';

const PASSWORD = 'correct horse battery staple';
const NEW_PASSWORD = 'tujuh gajah menyanyi pelan';
const DAY_MS = 24 * 60 * 60_000;

let application: TestApplication;
let now = new Date('2026-09-01T01:00:00Z');

beforeAll(async () => {
  application = await startApplication({}, () => now);
  await application.createTenant('ours', ['administrator', 'manager', 'member']);
  await application.createTenant('theirs', ['administrator', 'member']);
});

afterAll(() => application.stop());

async function as(tenant: string, request: InjectOptions): Promise<LightMyRequestResponse> {
  const authorization = `Bearer ${await application.tokenOf(tenant, 'administrator')}`;
  return application.app.inject({ ...request, headers: { authorization } });
}

const people = (tenant: string, query: Record<string, string> = {}) =>
  as(tenant, { url: '/api/v1/tenant/people', query });
const invite = (email: string, role = 'mentor') =>
  as('ours', { method: 'POST', url: '/api/v1/tenant/invitations', payload: { email, role } });
const accept = (payload: object) =>
  application.app.inject({ method: 'POST', url: '/api/invitations/accept', payload });
const logIn = (email: string, password: string, tenant?: string) =>
  application.app.inject({ method: 'POST', url: '/api/login', payload: { email, password, tenant } });
const setRole = (token: string, id: string, role: string) =>
  application.app.inject({
    method: 'PATCH',
    url: `/api/v1/tenant/people/${id}`,
    payload: { role },
    headers: { authorization: `Bearer ${token}` },
  });

async function tokenMailedTo(email: string): Promise<string> {
  const { values } = await application.services.database.db
    .selectFrom('outbox')
    .where('recipient', '=', email)
    .orderBy('id', 'desc')
    .select('values')
    .executeTakeFirstOrThrow();
  return z.looseObject({ link: z.string() }).parse(values).link.split('token=')[1] ?? '';
}

async function idOf(email: string): Promise<string> {
  const { db } = application.services.database;
  return (await db.selectFrom('users').where('email', '=', email).select('id').executeTakeFirstOrThrow()).id;
}

it('lists the own people, page by page and by words, and nobody else’s', async () => {
  const all = (await people('ours')).json();
  expect(all.data.map(({ role }: { role: string }) => role).sort()).toEqual([
    'administrator',
    'manager',
    'member',
  ]);
  const first = (await people('ours', { limit: '2' })).json();
  const second = (await people('ours', { limit: '2', cursor: first.next_cursor })).json();
  expect([...first.data, ...second.data]).toEqual(all.data);
  expect((await people('ours', { q: 'OURS mana' })).json().data).toMatchObject([{ role: 'manager' }]);
  expect((await people('ours', { q: '%' })).json().data).toEqual([]);
  expect((await people('ours', { cursor: 'x' })).statusCode).toBe(400);
  const users = await as('ours', { url: '/api/admin/pengguna' });
  expect(users.json()).toEqual(all);
});

it('invites somebody new, who sets name and password by a link that works once, of two at once too', async () => {
  const email = 'mentor@example.com';
  const made = await invite('Mentor@Example.com');
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ email, role: 'mentor', expires_at: '2026-09-08T01:00:00.000Z' });
  const token = await tokenMailedTo(email);
  expect((await accept({ token })).json()).toMatchObject({
    status: 400,
    errors: [{ path: 'body.name' }, { path: 'body.password' }],
  });
  expect((await accept({ token, name: 'Mira', password: 'short' })).statusCode).toBe(400);
  const whole = { token, name: 'Mira', password: NEW_PASSWORD };
  const both = await Promise.all([accept(whole), accept(whole)]);
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 410]);
  const session = (await logIn(email, NEW_PASSWORD)).json();
  expect(session.user).toMatchObject({ name: 'Mira', role: 'mentor', tenant: { id: 'ours' } });
  expect((await as('ours', { url: '/api/v1/tenant/invitations' })).json().data).toEqual([]);
  expect((await invite(email)).json()).toMatchObject({ status: 409, code: 'conflict' });
});

it('lets somebody known join with the account they have', async () => {
  const email = 'member@theirs.example';
  await invite(email, 'manager');
  const token = await tokenMailedTo(email);
  expect((await accept({ token, name: 'Renamed', password: NEW_PASSWORD })).statusCode).toBe(200);
  const joined = await logIn(email, PASSWORD, 'ours');
  expect(joined.json().user).toMatchObject({ name: 'member of theirs', role: 'manager' });
  expect((await logIn(email, PASSWORD, 'theirs')).json().user.role).toBe('member');
});

it('keeps one invitation for an address, the newest; withdrawn and old ones are over', async () => {
  const email = 'later@example.com';
  const made = await Promise.all([invite(email), invite(email, 'member')]);
  expect(made.map(({ statusCode }) => statusCode).filter((status) => status >= 500)).toEqual([]);
  const url = '/api/v1/tenant/invitations';
  const { data } = (await as('ours', { url })).json();
  expect(data).toHaveLength(1);
  const withdraw = (tenant: string) => as(tenant, { method: 'DELETE', url: `${url}/${data[0].id}` });
  expect((await withdraw('theirs')).statusCode).toBe(404);
  const first = await tokenMailedTo(email);
  expect((await withdraw('ours')).statusCode).toBe(204);
  expect((await withdraw('ours')).statusCode).toBe(404);
  const somebody = { name: 'Lala', password: NEW_PASSWORD };
  expect((await accept({ token: first, ...somebody })).statusCode).toBe(410);
  await invite(email);
  const late = await tokenMailedTo(email);
  now = new Date(now.getTime() + 7 * DAY_MS);
  expect((await accept({ token: late, ...somebody })).statusCode).toBe(410);
});

it('changes a role at once: the person’s access tokens are over, and the next log-in has the new one', async () => {
  const email = 'member@ours.example';
  const id = await idOf(email);
  const before = (await logIn(email, PASSWORD)).json().access_token;
  const administrator = await application.tokenOf('ours', 'administrator');
  expect((await setRole(administrator, id, 'operator')).statusCode).toBe(400);
  expect((await setRole(administrator, id, 'board')).statusCode).toBe(204);
  expect(application.app.verifyAccessToken(before)).toBeNull();
  expect((await logIn(email, PASSWORD)).json().user.role).toBe('board');
  const foreign = await application.tokenOf('theirs', 'administrator');
  expect((await setRole(foreign, id, 'member')).statusCode).toBe(404);
  const own = await setRole(administrator, await idOf('administrator@ours.example'), 'member');
  expect(own.json()).toMatchObject({ status: 409, code: 'own-place' });
});

it('keeps an administrator, also when two take each other’s role away at the same moment', async () => {
  const one = await idOf('administrator@ours.example');
  const two = await idOf('manager@ours.example');
  for (let round = 0; round < 5; round += 1) {
    const first = await application.tokenOf('ours', 'administrator');
    expect((await setRole(first, two, 'administrator')).statusCode).toBe(204);
    const second = await application.tokenOf('ours', 'manager');
    const answers = await Promise.all([setRole(first, two, 'member'), setRole(second, one, 'member')]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).not.toEqual([204, 204]);
    const administrators = await application.services.database.db
      .selectFrom('memberships')
      .where('tenant_id', '=', 'ours')
      .where('role', '=', 'administrator')
      .select('user_id')
      .execute();
    expect(administrators).toHaveLength(1);
    if (administrators[0]?.user_id !== one) {
      const token = await application.tokenOf('ours', 'manager');
      expect((await setRole(token, one, 'administrator')).statusCode).toBe(204);
      const back = await application.tokenOf('ours', 'administrator');
      expect((await setRole(back, two, 'manager')).statusCode).toBe(204);
    }
  }
});

it('takes a person out of the tenant, whose sessions in it end; their account stays', async () => {
  const email = 'member@theirs.example';
  const id = await idOf(email);
  const here = (await logIn(email, PASSWORD, 'ours')).json().access_token;
  const there = (await logIn(email, PASSWORD, 'theirs')).json().access_token;
  const remove = () => as('ours', { method: 'DELETE', url: `/api/v1/tenant/people/${id}` });
  expect((await remove()).statusCode).toBe(204);
  expect((await remove()).statusCode).toBe(404);
  expect(application.app.verifyAccessToken(here)).toBeNull();
  expect(application.app.verifyAccessToken(there)).not.toBeNull();
  const written = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', 'like', 'person.%')
    .where('tenant_id', '=', 'ours')
    .select('action')
    .distinct()
    .orderBy('action')
    .execute();
  expect(written.map(({ action }) => action)).toEqual([
    'person.invitation-withdrawn',
    'person.invited',
    'person.joined',
    'person.removed',
    'person.role-changed',
  ]);
});
