import Fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemDocuments } from '../../errors/documents.ts';
import type { Database } from '../../postgres/database.ts';
import { TenantDirectory } from '../../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { requirePermission } from '../guard.ts';
import { identity } from '../identity.ts';
import { Passwords } from '../passwords.ts';
import { People } from '../people.ts';
import { identityRoutes, REFRESH_COOKIE } from '../routes.ts';
import { SecondFactorKeys } from './keys.ts';
import { resetSecondFactor } from './reset.ts';
import { secondFactorRoutes } from './routes.ts';

const SECRET = 'a secret for tests, of more than thirty-two characters';
const PASSWORD = 'kata sandi yang panjang';
const URL = '/api/v1/account/second-factor';
const STEP_MS = 30_000;

let postgres: TestPostgres;
let database: Database;
let passwordHash: string;
let app: FastifyInstance;
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
  const platform = await tenants.find('platform');
  if (platform === undefined) {
    throw new Error('The platform is a tenant from the start.');
  }
  const person = (id: string) => ({ id, email: `${id}@example.com`, name: id, password: null });
  await people.createUser({ ...person('ani'), memberships: [{ tenantId: ours.id, role: 'administrator' }] });
  await people.createUser({ ...person('budi'), memberships: [{ tenantId: ours.id, role: 'member' }] });
  await people.createUser({ ...person('olga'), memberships: [{ tenantId: platform.id, role: 'operator' }] });
  await database.db.updateTable('users').set({ password_hash: passwordHash }).execute();
  app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(problemDocuments);
  await app.register(identity, { database, secret: SECRET, secureCookies: true, clock: () => now });
  await app.register(identityRoutes, app.accounts);
  await app.register(secondFactorRoutes, app.accounts);
  app.get('/own', { onRequest: requirePermission('account:own') }, () => ({ seen: true }));
  app.get('/audit', { onRequest: requirePermission('platform:audit') }, () => ({ seen: true }));
});
afterEach(() => app.close());

function logIn(person: string, more: object = {}): Promise<LightMyRequestResponse> {
  const body = { email: `${person}@example.com`, password: PASSWORD, ...more };
  return app.inject({ method: 'POST', url: '/api/login', body });
}

const answerBody = z.looseObject({
  code: z.string().optional(),
  secret: z.string().optional(),
  uri: z.string().optional(),
  recovery_codes: z.array(z.string()).optional(),
  recovery_codes_left: z.number().optional(),
});

/** A session of somebody, with its token and its cookie. */
class Client {
  #token: string;
  #cookie: string;

  constructor(answer: LightMyRequestResponse) {
    expect(answer.statusCode, answer.body).toBe(200);
    this.#token = answer.json().access_token;
    this.#cookie = answer.cookies.find(({ name }) => name === REFRESH_COOKIE)?.value ?? '';
  }

  async send(request: InjectOptions): Promise<{ status: number; body: z.infer<typeof answerBody> }> {
    const answer = await app.inject({ ...request, headers: { authorization: `Bearer ${this.#token}` } });
    return { status: answer.statusCode, body: answerBody.parse(answer.body === '' ? {} : answer.json()) };
  }

  async renew(): Promise<LightMyRequestResponse> {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/token/refresh',
      cookies: { [REFRESH_COOKIE]: this.#cookie },
    });
    if (answer.statusCode === 200) {
      this.#token = answer.json().access_token;
      this.#cookie = answer.cookies.find(({ name }) => name === REFRESH_COOKIE)?.value ?? '';
    }
    return answer;
  }
}

const client = async (person: string, more: object = {}) => new Client(await logIn(person, more));

const codeOf = (secret: string, at = now): string =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: at.getTime() });

/** Sets up a second factor; its first code is spent by that, so time goes on to the next. */
async function enrol(
  as: Client,
  password = PASSWORD,
): Promise<{ secret: string; recoveryCodes: readonly string[] }> {
  const begun = await as.send({ method: 'POST', url: URL, payload: { password } });
  expect(begun.status, JSON.stringify(begun.body)).toBe(201);
  const secret = String(begun.body.secret);
  const payload = { code: codeOf(secret) };
  const confirmed = await as.send({ method: 'POST', url: `${URL}/confirm`, payload });
  expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200);
  now = new Date(now.getTime() + STEP_MS);
  return { secret, recoveryCodes: confirmed.body.recovery_codes ?? [] };
}

async function audited(): Promise<(string | null)[][]> {
  const rows = await database.db
    .selectFrom('audit_log')
    .where('action', 'like', 'second-factor.%')
    .orderBy('id')
    .select(['action', 'tenant_id', 'actor_id', 'subject_id'])
    .execute();
  return rows.map(({ action, tenant_id, actor_id, subject_id }) => [action, tenant_id, actor_id, subject_id]);
}

const codeIn = (answer: LightMyRequestResponse): string => `${answer.statusCode} ${answer.json().code}`;

describe('setting up', () => {
  it('needs the password, counts from the first code on, and ends the sessions that began without it', async () => {
    const elsewhere = await client('ani');
    const here = await client('ani');
    expect(await here.send({ method: 'POST', url: URL, payload: { password: 'wrong' } })).toMatchObject({
      status: 403,
      body: { code: 'reauthentication-failed' },
    });
    const begun = await here.send({ method: 'POST', url: URL, payload: { password: PASSWORD } });
    expect(begun.body.uri).toContain(begun.body.secret);
    expect((await logIn('ani')).statusCode).toBe(200);
    const guess = await here.send({ method: 'POST', url: `${URL}/confirm`, payload: { code: '000000' } });
    expect(guess).toMatchObject({ status: 403, body: { code: 'reauthentication-failed' } });

    const { recoveryCodes } = await enrol(here);
    expect(recoveryCodes).toHaveLength(10);
    expect(codeIn(await logIn('ani'))).toBe('401 second-factor-required');
    expect((await elsewhere.renew()).statusCode).toBe(401);
    expect((await here.renew()).statusCode).toBe(200);
    expect((await here.send({ url: URL })).body).toEqual({
      active_since: '2025-09-01T01:00:00.000Z',
      required: false,
      recovery_codes_left: 10,
    });
    expect(await here.send({ method: 'POST', url: URL, payload: { password: PASSWORD } })).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('Remove it first') },
    });
    expect(await audited()).toEqual([['second-factor.enabled', 'ours', 'ani', 'ani']]);
  });

  it('keeps nothing in a form that makes codes', async () => {
    const { secret, recoveryCodes } = await enrol(await client('ani'));
    const row = await database.db.selectFrom('second_factors').selectAll().executeTakeFirstOrThrow();
    expect(row.sealed_secret.includes(Buffer.from(Secret.fromBase32(secret).bytes))).toBe(false);
    const stored = JSON.stringify(await database.db.selectFrom('recovery_codes').selectAll().execute());
    expect(stored).not.toContain(recoveryCodes[0]);
  });

  it('cannot be confirmed twice, nor before it is begun', async () => {
    const ani = await client('ani');
    const confirm = (code: string) => ani.send({ method: 'POST', url: `${URL}/confirm`, payload: { code } });
    expect(await confirm('123456')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const begun = await ani.send({ method: 'POST', url: URL, payload: { password: PASSWORD } });
    const code = codeOf(String(begun.body.secret));
    const both = await Promise.all([confirm(code), confirm(code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('logging in with it', () => {
  it('asks for the code when the password is right, and for nothing more', async () => {
    const { secret } = await enrol(await client('ani'));
    expect(codeIn(await logIn('ani'))).toBe('401 second-factor-required');
    expect(codeIn(await logIn('ani', { password: 'wrong' }))).toBe('401 invalid-credentials');
    expect(codeIn(await logIn('ani', { password: 'wrong', code: codeOf(secret) }))).toBe(
      '401 invalid-credentials',
    );
    expect(codeIn(await logIn('nobody', { code: '123456' }))).toBe('401 invalid-credentials');
    // The code was not looked at while the password was wrong.
    expect((await logIn('ani', { code: codeOf(secret) })).statusCode).toBe(200);
    expect((await logIn('budi', { code: '123456' })).statusCode).toBe(200);
  });

  it('takes a code once, also of three at the same moment, and none from before it', async () => {
    const { secret } = await enrol(await client('ani'));
    const code = codeOf(secret);
    const earlier = codeOf(secret, new Date(now.getTime() - STEP_MS));
    const answers = await Promise.all(Array.from({ length: 3 }, () => logIn('ani', { code })));
    expect(answers.map(codeIn).sort()).toEqual([
      '200 undefined',
      ...Array<string>(2).fill('401 second-factor-invalid'),
    ]);
    expect(codeIn(await logIn('ani', { code: earlier }))).toBe('401 second-factor-invalid');
    now = new Date(now.getTime() + STEP_MS);
    expect(codeIn(await logIn('ani', { code }))).toBe('401 second-factor-invalid');
    expect((await logIn('ani', { code: codeOf(secret) })).statusCode).toBe(200);
  });

  it.each([
    ['one step slow', -STEP_MS, 200],
    ['one step fast', STEP_MS, 200],
    ['two steps slow', -2 * STEP_MS, 401],
    ['two steps fast', 2 * STEP_MS, 401],
  ])('answers an authenticator whose clock is %s', async (_clock, skewMs, status) => {
    const { secret } = await enrol(await client('ani'));
    now = new Date(now.getTime() + 10 * STEP_MS);
    const code = codeOf(secret, new Date(now.getTime() + skewMs));
    expect((await logIn('ani', { code })).statusCode).toBe(status);
  });

  it('takes each recovery code once, however it is typed, also of two at the same moment', async () => {
    const { recoveryCodes } = await enrol(await client('ani'));
    const [first = '', second = '', third = ''] = recoveryCodes;
    const both = await Promise.all([logIn('ani', { code: first }), logIn('ani', { code: first })]);
    expect(both.map(codeIn).sort()).toEqual(['200 undefined', '401 second-factor-invalid']);
    const typed = second.toUpperCase().replaceAll('-', ' ');
    const session = await client('ani', { code: typed });
    expect((await session.send({ url: URL })).body.recovery_codes_left).toBe(8);
    expect(codeIn(await logIn('budi', { code: third }))).toBe('200 undefined');
    expect((await session.send({ url: URL })).body.recovery_codes_left).toBe(8);
    expect((await audited()).map(([action]) => action)).toEqual([
      'second-factor.enabled',
      'second-factor.recovery-used',
      'second-factor.failed',
      'second-factor.recovery-used',
    ]);
  });

  it('counts wrong codes as failures, and asking without a code does not wipe them out', async () => {
    const { secret } = await enrol(await client('ani'));
    for (let guess = 0; guess < 5; guess += 1) {
      expect(codeIn(await logIn('ani', { code: `00000${guess}` }))).toBe('401 second-factor-invalid');
      if (guess < 4) {
        expect(codeIn(await logIn('ani'))).toBe('401 second-factor-required');
      }
    }
    expect((await logIn('ani', { code: codeOf(secret) })).statusCode).toBe(423);
    expect(await audited()).toContainEqual(['second-factor.failed', 'ours', null, 'ani']);
  });
});

describe('changing it', () => {
  it('gives new recovery codes to whoever proves both factors; the old ones are over', async () => {
    const ani = await client('ani');
    const renew = (payload: object) => ani.send({ method: 'POST', url: `${URL}/recovery-codes`, payload });
    expect(await renew({ password: PASSWORD, code: '123456' })).toMatchObject({ status: 409 });
    const { secret, recoveryCodes } = await enrol(ani);
    const code = codeOf(secret);
    expect((await renew({ password: 'wrong', code })).status).toBe(403);
    expect((await renew({ password: PASSWORD, code: '123456' })).status).toBe(403);
    const renewed = await renew({ password: PASSWORD, code });
    expect(renewed.status).toBe(200);
    expect((await renew({ password: PASSWORD, code })).status).toBe(403);
    expect(codeIn(await logIn('ani', { code: recoveryCodes[0] }))).toBe('401 second-factor-invalid');
  });

  it('is removed by both factors together; other sessions end, this one goes on', async () => {
    const ani = await client('ani');
    const { secret, recoveryCodes } = await enrol(ani);
    const elsewhere = await client('ani', { code: codeOf(secret) });
    const remove = (payload: object) => ani.send({ method: 'DELETE', url: URL, payload });
    expect((await remove({ password: PASSWORD, code: '123456' })).status).toBe(403);
    expect((await remove({ password: PASSWORD, code: recoveryCodes[3] })).status).toBe(204);
    expect((await elsewhere.renew()).statusCode).toBe(401);
    expect((await ani.renew()).statusCode).toBe(200);
    expect((await logIn('ani')).statusCode).toBe(200);
    expect((await audited()).at(-1)).toEqual(['second-factor.disabled', 'ours', 'ani', 'ani']);
  });

  it('does not let whoever finds an open session try every password', async () => {
    const ani = await client('ani');
    const begin = () => ani.send({ method: 'POST', url: URL, payload: { password: 'wrong' } });
    const answers = await Promise.all(Array.from({ length: 8 }, begin));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 423 || status === 429)).toHaveLength(3);
    expect(await client('ani')).toBeInstanceOf(Client);
  });
});

describe('losing it', () => {
  it('is helped at the machine: the second factor goes, and with it the sessions', async () => {
    const ani = await client('ani');
    expect(await resetSecondFactor(database.db, 'ani', now)).toBe(false);
    await enrol(ani);
    expect(await resetSecondFactor(database.db, 'ani', now)).toBe(true);
    expect((await ani.renew()).statusCode).toBe(401);
    expect((await logIn('ani')).statusCode).toBe(200);
    expect((await audited()).at(-1)).toEqual(['second-factor.disabled', 'ours', null, 'ani']);
  });

  it('lets nobody in when the application’s secret was changed: it is a fault, and no wrong code', async () => {
    const { secret } = await enrol(await client('ani'));
    const sealed = new SecondFactorKeys(`${SECRET}, another`).seal('ani', Secret.fromBase32(secret).bytes);
    await database.db.updateTable('second_factors').set({ sealed_secret: sealed }).execute();
    expect((await logIn('ani', { code: codeOf(secret) })).statusCode).toBe(500);
  });
});

describe('operators', () => {
  it('may do nothing without one but set it up', async () => {
    const answer = await logIn('olga');
    expect(answer.json().user).toMatchObject({ role: 'operator', permissions: ['second-factor:own'] });
    const olga = new Client(answer);
    for (const url of ['/own', '/audit']) {
      expect(await olga.send({ url })).toMatchObject({
        status: 403,
        body: { code: 'second-factor-enrolment-required' },
      });
    }
    expect((await olga.send({ url: URL })).body).toMatchObject({ active_since: null, required: true });
    const { secret } = await enrol(olga);
    expect((await olga.send({ url: '/audit' })).status).toBe(403);
    const renewed = await olga.renew();
    expect(renewed.json().user.permissions).toContain('platform:audit');
    expect((await olga.send({ url: '/audit' })).status).toBe(200);
    expect((await (await client('olga', { code: codeOf(secret) })).send({ url: '/own' })).status).toBe(200);
  });

  it('lose their session with it, so that none goes on without one', async () => {
    const olga = await client('olga');
    const { secret } = await enrol(olga);
    await olga.renew();
    const payload = { password: PASSWORD, code: codeOf(secret) };
    expect((await olga.send({ method: 'DELETE', url: URL, payload })).status).toBe(204);
    expect((await olga.renew()).statusCode).toBe(401);
    const again = await client('olga');
    expect((await again.send({ url: '/audit' })).body.code).toBe('second-factor-enrolment-required');
  });
});
