import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startApplication, type TestApplication } from '../testing/application.ts';

const PASSWORD = 'tujuh gajah menyanyi pelan';
const ANOTHER = 'delapan gajah menari cepat';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let application: TestApplication;
let now = new Date('2026-09-01T01:00:00Z');

beforeAll(async () => {
  application = await startApplication({}, () => now);
  const { tenants } = application.services;
  await tenants.create({ id: 'open', name: 'Open', registration: 'open' });
  await tenants.create({ id: 'other', name: 'Other', registration: 'open', locale: 'en' });
  await tenants.create({ id: 'closed', name: 'Closed' });
});

afterAll(() => application.stop());

function post(url: string, payload: object, more: InjectOptions = {}): Promise<LightMyRequestResponse> {
  return application.app.inject({
    method: 'POST',
    url,
    payload,
    ...more,
    headers: { 'x-tenant': 'open', ...more.headers },
  });
}

const register = (email: string, tenant = 'open', password = PASSWORD) =>
  post('/api/register', { name: 'Sari', email, password }, { headers: { 'x-tenant': tenant } });
const verify = (token: string) => post('/api/register/verifikasi', { token });
const forgot = (email: string) => post('/api/password/forgot', { email });
const reset = (token: string, password = ANOTHER) => post('/api/password/reset', { token, password });
const logIn = (email: string, password = PASSWORD, agent = FIREFOX) =>
  post('/api/login', { email, password }, { headers: { 'user-agent': agent } });

interface SentMail {
  readonly template: string | null;
  readonly tenant_id: string;
  readonly token: string;
}

/** Mails to an address, oldest first, with the tokens in their links. */
async function mails(to: string): Promise<SentMail[]> {
  const rows = await application.services.database.db
    .selectFrom('outbox')
    .where('recipient', '=', to)
    .orderBy('id')
    .select(['template', 'tenant_id', 'values'])
    .execute();
  return rows.map(({ template, tenant_id, values }) => {
    const { link = '' } = z.looseObject({ link: z.string().optional() }).parse(values);
    return { template, tenant_id, token: link.split('token=')[1] ?? '' };
  });
}

async function newestToken(to: string): Promise<string> {
  return (await mails(to)).at(-1)?.token ?? '';
}

/** Somebody who registered and verified their address. */
async function makeMember(email: string): Promise<void> {
  expect((await register(email)).statusCode).toBe(201);
  expect((await verify(await newestToken(email))).statusCode).toBe(200);
}

it('registers a member by a link that works once; before it the right password is told why it does not', async () => {
  const email = 'sari@example.com';
  const answer = await register(' Sari@Example.COM '.trim());
  expect(answer.json()).toEqual({ email, verify_until: '2026-09-02T01:00:00.000Z' });
  expect((await logIn(email)).json()).toMatchObject({ status: 403, code: 'email-not-verified' });
  expect((await logIn(email, 'wrong')).json()).toMatchObject({ status: 401, code: 'invalid-credentials' });

  const token = await newestToken(email);
  const both = await Promise.all([verify(token), verify(token)]);
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 410]);
  expect((await verify(token)).json()).toMatchObject({ code: 'link-invalid' });
  const session = (await logIn(email)).json();
  expect(session.user).toMatchObject({ name: 'Sari', email, role: 'member', tenant: { id: 'open' } });
});

it('answers alike to a known and an unknown address, and tells the truth by mail', async () => {
  await makeMember('known@example.com');
  const answers = [await register('known@example.com'), await register('unknown@example.com')];
  const seen = answers.map(({ statusCode, body, headers }) => ({
    statusCode,
    body: body.replace(/(un)?known@/, '…@'),
    names: Object.keys(headers).sort(),
  }));
  expect(seen[0]).toEqual(seen[1]);
  expect((await mails('known@example.com')).at(-1)?.template).toBe('already-registered');
  expect((await mails('unknown@example.com')).at(-1)?.template).toBe('verify-email');
  for (const email of ['known@example.com', 'unknown@example.com']) {
    expect((await post('/api/register/cek', { email })).json()).toEqual({ usable: true });
  }
  expect((await post('/api/register/cek', { email: 'no address' })).json()).toEqual({ usable: false });
});

it('takes no address away from its owner: each link gives the password that was registered with it', async () => {
  const email = 'wanted@example.com';
  await register(email, 'open', 'the password of a thief');
  await register(email);
  await verify(await newestToken(email));
  expect((await logIn(email)).statusCode).toBe(200);
  expect((await logIn(email, 'the password of a thief')).statusCode).toBe(401);
  expect((await verify((await mails(email))[0]?.token ?? '')).statusCode).toBe(410);
});

it('lets somebody with an account join another tenant, with the password they have', async () => {
  const email = 'both@example.com';
  await makeMember(email);
  expect((await register(email, 'other', ANOTHER)).statusCode).toBe(201);
  expect((await mails(email)).at(-1)).toMatchObject({ template: 'verify-email', tenant_id: 'other' });
  await verify(await newestToken(email));
  const joined = await post('/api/login', { email, password: PASSWORD, tenant: 'other' });
  expect(joined.json().user).toMatchObject({ role: 'member', tenant: { id: 'other' } });
});

it('is closed at tenants that only invite, and a link is good for a day', async () => {
  expect((await register('somebody@example.com', 'closed')).json()).toMatchObject({
    status: 403,
    code: 'registration-closed',
  });
  await register('late@example.com');
  const token = await newestToken('late@example.com');
  now = new Date(now.getTime() + 24 * HOUR_MS);
  expect((await verify(token)).statusCode).toBe(410);
});

it('sends no more than five mails a day to an address that somebody keeps registering', async () => {
  for (let count = 0; count < 7; count += 1) {
    expect((await register('bombed@example.com')).statusCode).toBe(201);
  }
  expect(await mails('bombed@example.com')).toHaveLength(5);
});

it.each([
  ['too short', 'sembilan9', 'password_too_short'],
  ['too short when its characters are composed', 'e\u0301'.repeat(9), 'password_too_short'],
  ['the address', 'strange.person@example.com', 'password_is_email'],
  ['among the most used', 'Indonesia123', 'password_common'],
  ['one letter again and again', 'zzzzzzzzzzzzz', 'password_common'],
])('refuses a password that is %s, and says so', async (_name, password, rule) => {
  const refused = await register('strange.person@example.com', 'open', password);
  expect(refused.json()).toMatchObject({ status: 400, errors: [{ path: 'body.password', rule }] });
});

it('knows a password however its characters are composed', async () => {
  const email = 'composed@example.com';
  await register(email, 'open', 'caf\u00e9 tubruk manis');
  await verify(await newestToken(email));
  expect((await logIn(email, 'cafe\u0301 tubruk manis')).statusCode).toBe(200);
});

it('sets a new password by a link that works once, also of ten at the same moment, and ends every session', async () => {
  const email = 'forgetful@example.com';
  await makeMember(email);
  const { access_token } = (await logIn(email)).json();
  expect((await forgot(email)).statusCode).toBe(202);
  now = new Date(now.getTime() + 2 * MINUTE_MS);
  expect((await forgot(email)).statusCode).toBe(202);
  const [first = '', second = ''] = (await mails(email)).slice(-2).map(({ token }) => token);
  expect((await reset(second, 'short')).statusCode).toBe(400);

  const answers = await Promise.all(Array.from({ length: 10 }, () => reset(second)));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, ...Array<number>(9).fill(410)]);
  expect((await reset(first)).statusCode).toBe(410);
  expect(application.app.verifyAccessToken(access_token)).toBeNull();
  expect((await logIn(email)).statusCode).toBe(401);
  expect((await logIn(email, ANOTHER)).statusCode).toBe(200);
  expect((await mails(email)).at(-1)?.template).toBe('password-changed');
  const stored = await application.services.database.db.selectFrom('password_resets').selectAll().execute();
  expect(JSON.stringify(stored)).not.toContain(second);
});

it('releases by a new password an account that wrong ones have locked; the link is good for an hour', async () => {
  const email = 'locked@example.com';
  await makeMember(email);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await logIn(email, 'wrong');
  }
  expect((await logIn(email)).statusCode).toBe(423);
  expect((await mails(email)).at(-1)?.template).toBe('account-locked');
  await forgot(email);
  const token = await newestToken(email);
  now = new Date(now.getTime() + HOUR_MS - 1);
  expect((await reset(token)).statusCode).toBe(204);
  expect((await logIn(email, ANOTHER)).statusCode).toBe(200);
  await forgot(email);
  const late = await newestToken(email);
  now = new Date(now.getTime() + HOUR_MS);
  expect((await reset(late)).statusCode).toBe(410);
});

it('answers a forgotten password alike and in the same time whether there is anybody', async () => {
  await makeMember('timed@example.com');
  const times: Record<string, number[]> = { 'timed@example.com': [], 'nobody@example.com': [] };
  const bodies = new Set<string>();
  for (let pair = 0; pair < 12; pair += 1) {
    now = new Date(now.getTime() + 2 * MINUTE_MS);
    for (const email of Object.keys(times).sort(() => (pair % 2 === 0 ? 1 : -1))) {
      const begun = performance.now();
      const { statusCode, body } = await forgot(email);
      times[email]?.push(performance.now() - begun);
      bodies.add(`${statusCode} ${body.replace(email, '…')}`);
    }
  }
  expect([...bodies]).toEqual(['202 {"email":"…"}']);
  const median = (email: string) => [...(times[email] ?? [])].sort((a, b) => a - b)[6] ?? 0;
  const [known, unknown] = [median('timed@example.com'), median('nobody@example.com')];
  expect(Math.abs(known - unknown)).toBeLessThan(0.1 * unknown);
  expect(
    (await mails('timed@example.com')).filter(({ template }) => template === 'reset-password'),
  ).toHaveLength(12);
});

it('changes the password of whoever knows the current one; their other sessions end', async () => {
  const email = 'changing@example.com';
  await makeMember(email);
  const here = (await logIn(email)).json().access_token;
  const elsewhere = (await logIn(email, PASSWORD, SAFARI)).json().access_token;
  const change = (current_password: string, password = ANOTHER) =>
    post(
      '/api/password/change',
      { current_password, password },
      { headers: { authorization: `Bearer ${here}` } },
    );
  expect((await change('wrong')).json()).toMatchObject({ status: 403, code: 'reauthentication-failed' });
  expect((await change(PASSWORD, email)).statusCode).toBe(400);
  expect((await change(PASSWORD)).statusCode).toBe(204);
  expect(application.app.verifyAccessToken(here)).not.toBeNull();
  expect(application.app.verifyAccessToken(elsewhere)).toBeNull();
  expect((await logIn(email, ANOTHER)).statusCode).toBe(200);
});

it('shows where somebody is logged in, and ends one session or all, with their access tokens', async () => {
  const email = 'devices@example.com';
  await makeMember(email);
  const phone = (await logIn(email, PASSWORD, SAFARI)).json().access_token;
  now = new Date(now.getTime() + MINUTE_MS);
  const desktop = (await logIn(email)).json().access_token;
  const as = (token: string, request: InjectOptions) =>
    application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
  const url = '/api/v1/account/sessions';
  const { data } = (await as(desktop, { url })).json();
  expect(data).toMatchObject([
    { device: 'Firefox on Linux', network: '127.0.0.0/24', tenant: 'open', current: true },
    { device: 'Safari on iPhone', current: false },
  ]);
  const paged = (await as(desktop, { url, query: { limit: '1' } })).json();
  const rest = (await as(desktop, { url, query: { limit: '1', cursor: paged.next_cursor } })).json();
  expect([...paged.data, ...rest.data]).toEqual(data);
  const told = await application.services.database.db
    .selectFrom('notifications')
    .where('kind', '=', 'account.new-device')
    .select('values')
    .execute();
  expect(told).toContainEqual({ values: { device: 'Firefox on Linux' } });

  await makeMember('stranger@example.com');
  const stranger = (await logIn('stranger@example.com')).json().access_token;
  const end = (token: string) => as(token, { method: 'DELETE', url: `${url}/${data[1].id}` });
  expect((await end(stranger)).statusCode).toBe(404);
  expect((await end(desktop)).statusCode).toBe(204);
  expect((await as(phone, { url })).statusCode).toBe(401);
  expect((await end(desktop)).statusCode).toBe(404);

  const everywhere = { method: 'POST', url: '/api/v1/account/logout-everywhere' } as const;
  expect((await as(desktop, everywhere)).statusCode).toBe(204);
  expect((await as(desktop, { url })).statusCode).toBe(401);
  expect((await as(stranger, { url })).statusCode).toBe(200);
});

it('refuses the tokens of a session that ended elsewhere: by another replica, or in the database', async () => {
  const email = 'replica@example.com';
  await makeMember(email);
  const { access_token } = (await logIn(email)).json();
  const { db } = application.services.database;
  await db
    .deleteFrom('memberships')
    .where('user_id', 'in', db.selectFrom('users').select('id').where('email', '=', email))
    .execute();
  application.services.coordination.bus.publish('sessions-ended', '');
  await expect.poll(() => application.app.verifyAccessToken(access_token)).toBeNull();
});
