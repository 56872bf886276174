import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemDocuments } from '../errors/documents.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { requirePermission } from './guard.ts';
import { identity } from './identity.ts';
import { Passwords } from './passwords.ts';
import { People } from './people.ts';
import { permissionsOf, type Role } from './permissions.ts';
import { identityRoutes, REFRESH_COOKIE } from './routes.ts';

const SECRET = 'a secret for tests, of more than thirty-two characters';
const PASSWORD = 'kata sandi yang panjang';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let postgres: TestPostgres;
let database: Database;
let app: FastifyInstance;
let now: Date;
let closers: (() => Promise<unknown>)[] = [];

let passwordHash: string;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  passwordHash = await new Passwords().hash(PASSWORD);
});

afterAll(() => postgres.stop());

beforeEach(async () => {
  now = new Date('2025-09-01T01:00:00Z');
  await database.db.deleteFrom('tenants').execute();
  await database.db.deleteFrom('users').execute();
  await database.db.deleteFrom('login_attempts').execute();
  const tenants = new TenantDirectory(database);
  const people = new People(database);
  const chillAjar = await tenants.create({ id: 'chill-ajar', name: 'Chill Ajar' });
  const other = await tenants.create({ id: 'other', name: 'Other', timezone: 'Asia/Makassar', locale: 'en' });
  const member = (id: string, role: Role, tenantId = chillAjar.id) => ({
    id,
    email: `${id}@Example.com`,
    name: id.toUpperCase(),
    password: null,
    memberships: [{ tenantId, role }],
  });
  await people.createUser({
    ...member('ani', 'administrator'),
    memberships: [
      { tenantId: chillAjar.id, role: 'administrator' },
      { tenantId: other.id, role: 'member' },
    ],
  });
  await people.createUser(member('budi', 'it_staff'));
  await people.createUser({ ...member('dewi', 'member'), memberships: [] });
  await database.db.updateTable('users').set({ password_hash: passwordHash }).execute();
  await people.createUser(member('candra', 'member'));
  app = await buildApp();
});

afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

async function buildApp(secret = SECRET): Promise<FastifyInstance> {
  const built = Fastify();
  closers.push(() => built.close());
  built.setValidatorCompiler(validatorCompiler);
  built.setSerializerCompiler(serializerCompiler);
  await built.register(problemDocuments);
  await built.register(identity, { database, secret, secureCookies: true, clock: () => now });
  await built.register(identityRoutes, built.accounts);
  built.get('/public', (request) => ({ who: request.principal?.userId ?? null }));
  built.get('/usage', { onRequest: requirePermission('usage:read') }, (request) => request.principal);
  built.get('/detailed', { onRequest: requirePermission('usage:read', 'endpoints:read') }, () => 'seen');
  return built;
}

const sessionBody = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
  user: z.looseObject({ id: z.string() }),
});

function logIn(email: string, password = PASSWORD, more: object = {}): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url: '/api/login', body: { email, password, ...more } });
}

function cookieOf(response: LightMyRequestResponse): string {
  return response.cookies.find(({ name }) => name === REFRESH_COOKIE)?.value ?? '';
}

function post(url: string, cookie?: string): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url, ...(cookie && { cookies: { [REFRESH_COOKIE]: cookie } }) });
}

const refresh = (cookie?: string) => post('/api/token/refresh', cookie);

function get(url: string, authorization?: string): Promise<LightMyRequestResponse> {
  return app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
}

async function accessToken(email: string): Promise<string> {
  return sessionBody.parse((await logIn(email)).json()).access_token;
}

describe('logging in', () => {
  it('gives an access token, the person, and a cookie that scripts cannot read', async () => {
    const response = await logIn(' ANI@example.COM ');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      user: {
        id: 'ani',
        name: 'ANI',
        email: 'ani@example.com',
        role: 'administrator',
        permissions: permissionsOf('administrator'),
        tenant: { id: 'chill-ajar', name: 'Chill Ajar', timezone: 'Asia/Jakarta', locale: 'id' },
      },
    });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.cookies).toEqual([
      {
        name: REFRESH_COOKIE,
        value: expect.stringMatching(/^[\w-]{43}$/),
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
        path: '/api',
        maxAge: 2_592_000,
      },
    ]);
  });

  it('opens the tenant that is asked for, in the role the person has there', async () => {
    const response = await logIn('ani@example.com', PASSWORD, { tenant: 'other' });
    expect(response.json()).toMatchObject({
      user: {
        role: 'member',
        permissions: permissionsOf('member'),
        tenant: { id: 'other', timezone: 'Asia/Makassar', locale: 'en' },
      },
    });
  });

  it('gives one and the same answer whatever is wrong', async () => {
    const answers = await Promise.all([
      logIn('ani@example.com', 'wrong'),
      logIn('nobody@example.com'),
      logIn('candra@example.com'),
      logIn('budi@example.com', PASSWORD, { tenant: 'other' }),
      logIn('budi@example.com', PASSWORD, { tenant: 'nowhere' }),
    ]);
    const bodies = answers.map((response) => {
      expect(response.statusCode).toBe(401);
      expect(response.cookies).toEqual([]);
      const { instance, ...body } = z.looseObject({ instance: z.string() }).parse(response.json());
      expect(instance).toMatch(/^urn:riwayat:request:/);
      return body;
    });
    expect(bodies[0]).toMatchObject({ code: 'invalid-credentials' });
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  });

  it('is refused to somebody of no tenant, who is told so', async () => {
    const response = await logIn('dewi@example.com');
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('tenant') });
  });

  it('names the fields that are missing', async () => {
    const response = await app.inject({ method: 'POST', url: '/api/login', body: { email: '' } });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ path: 'body.email' }, { path: 'body.password' }] });
    const hostile = await logIn('ani\u0000@example.com', PASSWORD, { tenant: 'x\u0000' });
    expect(hostile.json()).toMatchObject({
      status: 400,
      errors: [{ path: 'body.email' }, { path: 'body.tenant' }],
    });
  });

  it('waits after fifty failures from one address, whoever it tries to be; what succeeds does not count', async () => {
    for (let person = 0; person < 50; person++) {
      expect((await logIn(`person${person}@example.com`)).statusCode).toBe(401);
      if (person % 10 === 0) {
        expect((await logIn('ani@example.com')).statusCode).toBe(200);
      }
    }
    expect((await logIn('ani@example.com')).statusCode).toBe(429);
  });
});

describe('the refresh cookie', () => {
  it('renews the session once, and is replaced', async () => {
    const first = cookieOf(await logIn('ani@example.com'));
    now = new Date(now.getTime() + DAY_MS);
    const renewed = await refresh(first);
    expect(renewed.statusCode).toBe(200);
    expect(renewed.json()).toMatchObject({
      expires_in: 900,
      user: { id: 'ani', tenant: { id: 'chill-ajar' } },
    });
    const second = cookieOf(renewed);
    expect(second).not.toBe(first);
    const { access_token } = sessionBody.parse(renewed.json());
    expect((await get('/usage', `Bearer ${access_token}`)).statusCode).toBe(200);
    expect((await refresh(second)).statusCode).toBe(200);
  });

  it('is not kept in a form that opens anything', async () => {
    const cookie = cookieOf(await logIn('ani@example.com'));
    const rows = await database.db.selectFrom('refresh_tokens').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.hash).toHaveLength(32);
    expect(JSON.stringify(rows)).not.toContain(cookie);
  });

  it('ends the whole session when it comes back after it was spent', async () => {
    const stolen = cookieOf(await logIn('ani@example.com'));
    const bystander = cookieOf(await logIn('ani@example.com'));
    const rightful = cookieOf(await refresh(stolen));
    now = new Date(now.getTime() + MINUTE_MS);

    const reused = await refresh(stolen);
    expect(reused.statusCode).toBe(401);
    expect(reused.json()).toMatchObject({ code: 'session-expired' });
    expect(reused.cookies).toMatchObject([{ name: REFRESH_COOKIE, value: '', path: '/api' }]);
    expect((await refresh(rightful)).statusCode).toBe(401);
    expect((await refresh(bystander)).statusCode).toBe(200);
  });

  it('keeps both of two tabs that renew at the same moment', async () => {
    const cookie = cookieOf(await logIn('ani@example.com'));
    const tabs = await Promise.all([refresh(cookie), refresh(cookie)]);
    expect(tabs.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const [one = '', two = ''] = tabs.map(cookieOf);
    expect(one).not.toBe(two);
    expect((await refresh(one)).statusCode).toBe(200);
    expect((await refresh(two)).statusCode).toBe(200);
  });

  it('is good for thirty days without use', async () => {
    const cookie = cookieOf(await logIn('ani@example.com'));
    now = new Date(now.getTime() + 30 * DAY_MS - 1);
    const late = await refresh(cookie);
    expect(late.statusCode).toBe(200);
    now = new Date(now.getTime() + 30 * DAY_MS);
    expect((await refresh(cookieOf(late))).statusCode).toBe(401);
  });

  it('gets nothing when there is none, because there is no session to renew', async () => {
    const response = await refresh();
    expect(response.statusCode).toBe(204);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  it('is refused when it is made up', async () => {
    const response = await refresh('made-up');
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ code: 'session-expired' });
  });

  it('stops with the membership and with the password it came by', async () => {
    const left = cookieOf(await logIn('budi@example.com'));
    await database.db.deleteFrom('memberships').where('user_id', '=', 'budi').execute();
    expect((await refresh(left)).statusCode).toBe(401);

    const old = cookieOf(await logIn('ani@example.com'));
    await new People(database).setPassword('ani', 'another one altogether');
    expect((await refresh(old)).statusCode).toBe(401);
    expect((await logIn('ani@example.com')).statusCode).toBe(401);
    expect((await logIn('ani@example.com', 'another one altogether')).statusCode).toBe(200);
  });

  it('follows a change of role at the next renewal', async () => {
    const cookie = cookieOf(await logIn('budi@example.com'));
    await database.db
      .updateTable('memberships')
      .set({ role: 'manager' })
      .where('user_id', '=', 'budi')
      .execute();
    expect((await refresh(cookie)).json()).toMatchObject({ user: { role: 'manager' } });
  });
});

describe('logging out', () => {
  it('ends the session and clears the cookie, however often it is done', async () => {
    const cookie = cookieOf(await logIn('ani@example.com'));
    const next = cookieOf(await refresh(cookie));
    for (const sent of [next, next, cookie, 'made-up', undefined]) {
      const response = await post('/api/logout', sent);
      expect(response.statusCode).toBe(204);
      expect(response.cookies).toMatchObject([{ name: REFRESH_COOKIE, value: '', path: '/api' }]);
    }
    expect((await refresh(next)).statusCode).toBe(401);
    const sessions = await database.db.selectFrom('sessions').select('revoked_reason').execute();
    expect(sessions).toEqual([{ revoked_reason: 'logout' }]);
  });
});

describe('an access token', () => {
  it('tells a protected route who asks', async () => {
    const token = await accessToken('ani@example.com');
    expect((await get('/usage', `Bearer ${token}`)).json()).toEqual({
      userId: 'ani',
      tenantId: 'chill-ajar',
      role: 'administrator',
      sessionId: expect.stringMatching(/^ses_/),
      secondFactor: false,
    });
    const verified = app.verifyAccessToken(token);
    expect(verified?.principal.userId).toBe('ani');
    expect(verified?.expiresAt).toEqual(new Date(now.getTime() + 15 * MINUTE_MS));
  });

  it('is asked for, and must be valid', async () => {
    const without = await get('/usage');
    expect(without.statusCode).toBe(401);
    expect(without.json()).toMatchObject({ code: 'authentication-required' });
    expect(without.headers['www-authenticate']).toBe('Bearer');

    const token = await accessToken('ani@example.com');
    now = new Date(now.getTime() + 15 * MINUTE_MS);
    const expired = await get('/usage', `Bearer ${token}`);
    expect(expired.statusCode).toBe(401);
    expect(expired.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it('is ignored by a public route when it is no good', async () => {
    const token = await accessToken('ani@example.com');
    expect((await get('/public', `Bearer ${token}`)).json()).toEqual({ who: 'ani' });
    expect((await get('/public', `Bearer ${token}x`)).json()).toEqual({ who: null });
    expect((await get('/public', 'Basic YTpi')).json()).toEqual({ who: null });
  });

  it('gives only what the role may do, and any one of several permissions is enough', async () => {
    const staff = `Bearer ${await accessToken('budi@example.com')}`;
    const refused = await get('/usage', staff);
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({ code: 'forbidden' });
    expect((await get('/detailed', staff)).statusCode).toBe(200);
  });

  it('is refused when it is signed otherwise, unsigned, or for something else', async () => {
    const [header = '', payload = '', signature = ''] = (await accessToken('ani@example.com')).split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = z.looseObject({}).parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    const { jwt } = await buildApp();
    const foreign = (await buildApp('another secret of more than thirty-two characters')).jwt;
    const { iss, aud, ...bare } = claims;
    expect([iss, aud]).toEqual(['riwayat', 'riwayat-api']);
    const forgeries = [
      `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${header}.${encode({ ...claims, role: 'manager' })}.${signature}`,
      foreign.sign(claims),
      jwt.sign(claims, { algorithm: 'HS512' }),
      jwt.sign(bare, { iss: 'somebody' }),
      jwt.sign(bare, { aud: 'something' }),
      jwt.sign({ ...claims, role: 'owner' }),
      jwt.sign({ ...claims, tid: '../other' }),
      '',
      'not.a.token',
    ];
    expect(app.verifyAccessToken(jwt.sign(claims))).not.toBeNull();
    expect(forgeries.map((token) => app.verifyAccessToken(token))).toEqual(forgeries.map(() => null));
  });
});
