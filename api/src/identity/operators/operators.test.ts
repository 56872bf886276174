import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemDocuments } from '../../errors/documents.ts';
import type { Database } from '../../postgres/database.ts';
import { TenantDirectory } from '../../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { requirePermission } from '../guard.ts';
import { identity } from '../identity.ts';
import { Passwords } from '../passwords.ts';
import { People } from '../people.ts';
import type { Role } from '../permissions.ts';
import { identityRoutes, REFRESH_COOKIE } from '../routes.ts';
import { accountPage } from './accounts.ts';
import { appointOperator } from './appointment.ts';
import { operatorRoutes } from './routes.ts';

const SECRET = 'a secret for tests, of more than thirty-two characters';
const PASSWORD = 'kata sandi yang panjang';
const URL = '/api/v1/platform/accounts';
const HOUR_MS = 3_600_000;

let postgres: TestPostgres;
let database: Database;
let app: FastifyInstance;
let passwordHash: string;
let now: Date;

beforeAll(async () => {
  postgres = await startTestPostgres();
  passwordHash = await new Passwords().hash(PASSWORD);
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  now = new Date('2025-09-01T01:00:00Z');
  ({ database } = await postgres.freshDatabase());
  const tenants = new TenantDirectory(database);
  const people = new People(database);
  const ours = await tenants.create({ id: 'ours', name: 'Ours' });
  const theirs = await tenants.create({ id: 'theirs', name: 'Theirs' });
  const platform = await tenants.find('platform');
  const person = (id: string, name: string) => ({ id, email: `${id}@example.com`, name, password: null });
  await people.createUser({
    ...person('ani', 'Ani Wijaya'),
    memberships: [
      { tenantId: ours.id, role: 'administrator' },
      { tenantId: theirs.id, role: 'member' },
    ],
  });
  await people.createUser({
    ...person('budi', 'Budi Santoso'),
    memberships: [{ tenantId: theirs.id, role: 'member' }],
  });
  for (const operator of ['olga', 'omar']) {
    await people.createUser({ ...person(operator, operator), memberships: [] });
    expect(platform && (await appointOperator(database.db, platform.id, operator))).toBe(true);
  }
  await database.db.updateTable('users').set({ password_hash: passwordHash }).execute();
  app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(problemDocuments);
  await app.register(identity, { database, secret: SECRET, secureCookies: true, clock: () => now });
  await app.register(identityRoutes, app.accounts);
  await app.register(operatorRoutes, app.accounts);
  app.get('/own', { onRequest: requirePermission('account:own') }, () => ({ seen: true }));
});
afterEach(() => app.close());

/** A token as it is after the second factor. */
async function tokenOf(userId: string, tenant = 'platform', role: Role = 'operator'): Promise<string> {
  const found = await new TenantDirectory(database).find(tenant);
  if (found === undefined) {
    throw new Error(`There is no tenant ${tenant}.`);
  }
  const principal = { userId, tenantId: found.id, role, sessionId: `ses_${userId}`, secondFactor: true };
  return app.accounts.tokens.issue(principal);
}

async function as(
  operator: string,
  request: { method?: 'GET' | 'POST'; url: string; payload?: object },
): Promise<LightMyRequestResponse> {
  return app.inject({ ...request, headers: { authorization: `Bearer ${await tokenOf(operator)}` } });
}

const lock = (operator: string, id: string, payload: object = { reason: 'Seen in a leak' }) =>
  as(operator, { method: 'POST', url: `${URL}/${id}/lock`, payload });
const unlock = (operator: string, id: string) => as(operator, { method: 'POST', url: `${URL}/${id}/unlock` });
const find = async (q: string): Promise<string[]> => {
  const answer = await as('olga', { url: `${URL}?q=${encodeURIComponent(q)}` });
  return answer.json().data.map(({ id }: { id: string }) => id);
};

function logIn(person: string, password = PASSWORD): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: '/api/login',
    body: { email: `${person}@example.com`, password },
  });
}

describe('finding accounts', () => {
  it('finds people of every tenant by name, address and id, a page at a time', async () => {
    expect(await find('wijaya')).toEqual(['ani']);
    expect(await find('BUDI')).toEqual(['budi']);
    expect(await find('o')).toEqual(['omar', 'olga']);
    expect(await find('example com')).toHaveLength(4);
    expect(await find("'; drop table users; --")).toEqual([]);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const url: string = `${URL}?limit=3${cursor && `&cursor=${cursor}`}`;
      const page = accountPage.parse((await as('olga', { url })).json());
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen.sort()).toEqual(['ani', 'budi', 'olga', 'omar']);
  });

  it('shows tenants, roles and locks, and never what a password is checked by', async () => {
    const answer = await as('olga', { url: `${URL}/ani` });
    expect(answer.json()).toMatchObject({
      id: 'ani',
      email: 'ani@example.com',
      second_factor: false,
      tenants: [
        { id: 'ours', name: 'Ours', role: 'administrator' },
        { id: 'theirs', name: 'Theirs', role: 'member' },
      ],
      locks: [],
      history: [],
    });
    expect(answer.body).not.toContain('argon2');
    expect((await as('olga', { url: `${URL}/nobody` })).statusCode).toBe(404);
  });
});

describe('locking', () => {
  it('ends the person’s sessions at once, keeps them out, and tells why', async () => {
    const session = await logIn('ani');
    const authorization = `Bearer ${session.json().access_token}`;
    const own = () => app.inject({ url: '/own', headers: { authorization } });
    expect((await own()).statusCode).toBe(200);

    const locked = await lock('olga', 'ani');
    expect(locked.statusCode).toBe(200);
    expect(locked.json().locks).toEqual([
      {
        kind: 'operator',
        reason: 'Seen in a leak',
        locked_by: 'olga',
        locked_at: '2025-09-01T01:00:00.000Z',
        until: null,
      },
    ]);
    expect(locked.json().history[0]).toMatchObject({
      action: 'account.locked',
      tenant: 'ours',
      actor: { id: 'olga', role: 'operator' },
      details: { kind: 'operator', reason: 'Seen in a leak', sessions: 1 },
    });
    expect((await own()).statusCode).toBe(401);
    const cookies = { [REFRESH_COOKIE]: session.cookies[0]?.value ?? '' };
    expect((await app.inject({ method: 'POST', url: '/api/token/refresh', cookies })).statusCode).toBe(401);
    const refused = await logIn('ani');
    expect(refused.statusCode).toBe(423);
    expect(refused.json().code).toBe('account-locked');
    expect((await logIn('ani', 'wrong')).json().code).toBe('invalid-credentials');
    expect((await logIn('budi')).statusCode).toBe(200);

    expect((await unlock('omar', 'ani')).json()).toMatchObject({
      locks: [],
      history: [{ action: 'account.unlocked', actor: { id: 'omar' } }, {}, {}],
    });
    expect((await logIn('ani')).statusCode).toBe(200);
  });

  it('ends by itself when it is said until when', async () => {
    const until = new Date(now.getTime() + HOUR_MS).toISOString();
    expect((await lock('olga', 'ani', { reason: 'r', until })).json().locks).toMatchObject([{ until }]);
    const refused = await logIn('ani');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([423, '3600']);
    now = new Date(now.getTime() + HOUR_MS);
    expect((await logIn('ani')).statusCode).toBe(200);
    expect((await as('olga', { url: `${URL}/ani` })).json().locks).toEqual([]);
  });

  it('lets nobody in who logs in at the same moment', async () => {
    const [, ...sessions] = await Promise.all([
      lock('olga', 'ani'),
      logIn('ani'),
      logIn('ani'),
      logIn('ani'),
    ]);
    for (const session of sessions.filter(({ statusCode }) => statusCode === 200)) {
      const authorization = `Bearer ${session.json().access_token}`;
      expect((await app.inject({ url: '/own', headers: { authorization } })).statusCode).toBe(401);
    }
    const open = database.db
      .selectFrom('sessions')
      .where('user_id', '=', 'ani')
      .where('revoked_at', 'is', null);
    expect(await open.selectAll().execute()).toEqual([]);
  });

  it('lifts a lock by wrong passwords too, and what counts towards the next', async () => {
    for (let guess = 0; guess < 5; guess += 1) {
      await logIn('budi', 'wrong');
    }
    expect((await logIn('budi')).statusCode).toBe(423);
    const seen = (await as('olga', { url: `${URL}/budi` })).json();
    expect(seen.locks).toMatchObject([{ kind: 'failures', locked_by: null }]);
    expect(seen.history.map(({ action }: { action: string }) => action)).toContain('account.login-failed');
    expect((await unlock('olga', 'budi')).statusCode).toBe(200);
    expect((await logIn('budi')).statusCode).toBe(200);
    expect((await unlock('olga', 'budi')).json()).toMatchObject({
      status: 409,
      detail: 'This account is not locked. There is nothing to lift.',
    });
  });

  it.each([
    [{}, 'body.reason'],
    [{ reason: '  ' }, 'body.reason'],
    [{ reason: 'r\u0007' }, 'body.reason'],
    [{ reason: 'r', until: '2025-09-01T00:59:59Z' }, 'body.until'],
  ])('does not take %j', async (payload, path) => {
    const answer = await lock('olga', 'ani', payload);
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it('knows nobody by a made-up id', async () => {
    expect((await lock('olga', 'nobody')).statusCode).toBe(404);
    expect((await unlock('olga', 'nobody')).statusCode).toBe(404);
  });
});

describe('operators', () => {
  it('cannot lock themselves, nor each other at the same moment', async () => {
    expect((await lock('olga', 'olga')).json()).toMatchObject({ status: 409, code: 'conflict' });
    const both = await Promise.all([lock('olga', 'omar'), lock('omar', 'olga')]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    const refused = both.find(({ statusCode }) => statusCode === 409);
    expect(refused?.json().detail).toContain('last operator');
  });

  it('are the only ones who may', async () => {
    const authorization = `Bearer ${await tokenOf('ani', 'ours', 'administrator')}`;
    for (const url of [URL, `${URL}/budi`]) {
      expect((await app.inject({ url, headers: { authorization } })).statusCode).toBe(403);
    }
  });

  it('are appointed once', async () => {
    const platform = await new TenantDirectory(database).find('platform');
    expect(platform && (await appointOperator(database.db, platform.id, 'olga'))).toBe(false);
    const entries = await database.db
      .selectFrom('audit_log')
      .where('action', '=', 'person.joined')
      .select(['tenant_id', 'subject_id'])
      .orderBy('id')
      .execute();
    expect(entries).toEqual([
      { tenant_id: 'platform', subject_id: 'olga' },
      { tenant_id: 'platform', subject_id: 'omar' },
    ]);
  });
});
