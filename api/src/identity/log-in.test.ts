import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { isLocked, lockAccount, unlockAccount } from './locks.ts';
import { REFRESH_COOKIE } from './routes.ts';

const PASSWORD = 'correct horse battery staple';
const KNOWN = 'member@ours.example';
const UNKNOWN = 'nobody@ours.example';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };
const MINUTE_MS = 60_000;
const HOUR_SECONDS = 3600;

let application: TestApplication;
let now = new Date('2026-09-01T01:00:00Z');
let address = 0;

beforeAll(async () => {
  application = await startApplication({}, () => now);
  await application.createTenant('ours', ['member', 'administrator']);
});

afterAll(() => application.stop());

beforeEach(async () => {
  const { db } = application.services.database;
  await db.deleteFrom('login_attempts').execute();
  await db.deleteFrom('account_locks').execute();
});

/** Each from a network address of its own: what locks is the account. */
function logIn(email: string, password = PASSWORD, cookie?: string): Promise<LightMyRequestResponse> {
  address += 1;
  return application.app.inject({
    method: 'POST',
    url: '/api/login',
    remoteAddress: `10.${(address >> 16) & 0xff}.${(address >> 8) & 0xff}.${address & 0xff}`,
    headers: { 'user-agent': FIREFOX, ...OWN_PAGE },
    payload: { email, password },
    ...(cookie !== undefined && { cookies: { [REFRESH_COOKIE]: cookie } }),
  });
}

async function failures(email: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < count; attempt += 1) {
    statuses.push((await logIn(email, 'wrong')).statusCode);
  }
  return statuses;
}

async function idOf(email: string): Promise<string> {
  const { db } = application.services.database;
  return (await db.selectFrom('users').where('email', '=', email).select('id').executeTakeFirstOrThrow()).id;
}

function actions(subject: string): Promise<{ action: string; tenant_id: string | null }[]> {
  return application.services.database.db
    .selectFrom('audit_log')
    .where('subject_id', '=', subject)
    .orderBy('id')
    .select(['action', 'tenant_id'])
    .execute();
}

it('locks for an hour after five failures within fifteen minutes, then releases by itself', async () => {
  const { db } = application.services.database;
  const id = await idOf(KNOWN);
  expect(await failures(KNOWN, 5)).toEqual([401, 401, 401, 401, 401]);
  const right = await logIn(KNOWN);
  expect(right.statusCode).toBe(423);
  expect(right.json()).toMatchObject({ code: 'account-locked' });
  expect(right.headers['retry-after']).toBe(String(HOUR_SECONDS));
  expect(await isLocked(db, id, now)).toBe(true);
  expect((await logIn('administrator@ours.example')).statusCode).toBe(200);

  const entries = await actions(id);
  expect(entries.slice(-6)).toEqual([
    ...Array.from({ length: 5 }, () => ({ action: 'account.login-failed', tenant_id: 'ours' })),
    { action: 'account.locked', tenant_id: 'ours' },
  ]);
  const told = await db
    .selectFrom('notifications')
    .where('user_id', '=', id)
    .select(['kind', 'values'])
    .execute();
  expect(told).toEqual([{ kind: 'account.locked', values: { until: '2026-09-01T02:00:00.000Z' } }]);

  now = new Date(now.getTime() + 60 * MINUTE_MS);
  expect(await isLocked(db, id, now)).toBe(false);
  expect((await logIn(KNOWN)).statusCode).toBe(200);
  expect(await failures(KNOWN, 4)).toEqual([401, 401, 401, 401]);
  expect((await logIn(KNOWN)).statusCode).toBe(200);
});

it('lets failures that are older than fifteen minutes go, each by itself', async () => {
  await failures(KNOWN, 3);
  now = new Date(now.getTime() + 14 * MINUTE_MS);
  await failures(KNOWN, 1);
  now = new Date(now.getTime() + 2 * MINUTE_MS);
  expect(await failures(KNOWN, 3)).toEqual([401, 401, 401]);
  expect((await logIn(KNOWN)).statusCode).toBe(200);
});

it.each([KNOWN, UNKNOWN])(
  'judges five of fifty wrong passwords that come at once for %s, and no more',
  async (email) => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => logIn(email, 'wrong')));
    const count = (status: number) => answers.filter(({ statusCode }) => statusCode === status).length;
    expect(count(401)).toBe(5);
    expect(count(423) + count(429)).toBe(45);
    expect((await logIn(email)).statusCode).toBe(423);
  },
);

it('answers the same for somebody and for nobody, from the first failure to the lock', async () => {
  for (let attempt = 1; attempt <= 7; attempt += 1) {
    const [known, unknown] = await Promise.all([logIn(KNOWN, 'wrong'), logIn(UNKNOWN, 'wrong')]);
    const seen = ({ statusCode, headers, body }: LightMyRequestResponse) => ({
      statusCode,
      retryAfter: headers['retry-after'],
      names: Object.keys(headers).sort(),
      body: body.replace(/urn:riwayat:request:[^"]+/, ''),
    });
    expect(seen(known), `attempt ${attempt}`).toEqual(seen(unknown));
  }
});

it('takes as long for nobody as for somebody', async () => {
  const times: Record<string, number[]> = { [KNOWN]: [], [UNKNOWN]: [] };
  for (let pair = 0; pair < 40; pair += 1) {
    for (const email of pair % 2 === 0 ? [KNOWN, UNKNOWN] : [UNKNOWN, KNOWN]) {
      const begun = performance.now();
      expect((await logIn(email, 'wrong')).statusCode).toBe(401);
      times[email]?.push(performance.now() - begun);
    }
    // Before the fifth failure in a row, so that each is judged.
    await application.services.database.db.deleteFrom('login_attempts').execute();
  }
  const median = (email: string) => [...(times[email] ?? [])].sort((a, b) => a - b)[20] ?? 0;
  expect(Math.abs(median(KNOWN) - median(UNKNOWN))).toBeLessThan(0.25 * median(UNKNOWN));
});

it('keeps out whom an operator locked, and says so to none but those who know the password', async () => {
  const { db } = application.services.database;
  const id = await idOf(KNOWN);
  const lock = {
    kind: 'operator',
    reason: 'asked for by phone',
    lockedBy: null,
    lockedAt: now,
    until: null,
  } as const;
  await db.transaction().execute((transaction) => lockAccount(transaction, id, lock));
  expect((await logIn(KNOWN, 'wrong')).statusCode).toBe(401);
  const refused = await logIn(KNOWN);
  expect(refused.statusCode).toBe(423);
  expect(refused.json().detail).toContain('Ask those who run the platform');
  await db.transaction().execute((transaction) => unlockAccount(transaction, id, KNOWN));
  expect((await logIn(KNOWN)).statusCode).toBe(200);
});

it('makes a new session whatever cookie comes along, and ends the one that came', async () => {
  const planted = await logIn('administrator@ours.example');
  const cookieOf = (answer: LightMyRequestResponse) =>
    answer.cookies.find(({ name }) => name === REFRESH_COOKIE)?.value ?? '';
  const before = cookieOf(planted);
  const after = cookieOf(await logIn(KNOWN, PASSWORD, before));
  expect(after).not.toBe(before);
  const get = (token: string) =>
    application.app.inject({
      url: '/api/v1/tenant/keys',
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await get(planted.json().access_token)).statusCode).toBe(401);
  const renew = (cookie: string) =>
    application.app.inject({
      method: 'POST',
      url: '/api/token/refresh',
      headers: OWN_PAGE,
      cookies: { [REFRESH_COOKIE]: cookie },
    });
  expect((await renew(before)).statusCode).toBe(401);
  expect((await renew(after)).json()).toMatchObject({ user: { email: KNOWN } });
  expect((await logIn(KNOWN, PASSWORD, 'made-up')).statusCode).toBe(200);
});

it('writes down a refresh token that comes back after it was spent, and stops its access tokens at once', async () => {
  const { db } = application.services.database;
  const stolen = await logIn('administrator@ours.example');
  const cookies = { [REFRESH_COOKIE]: stolen.cookies[0]?.value ?? '' };
  const renew = () =>
    application.app.inject({ method: 'POST', url: '/api/token/refresh', headers: OWN_PAGE, cookies });
  const renewed = await renew();
  expect(renewed.statusCode).toBe(200);
  now = new Date(now.getTime() + MINUTE_MS);
  expect((await renew()).statusCode).toBe(401);
  const { access_token } = renewed.json();
  expect(application.app.verifyAccessToken(access_token)).toBeNull();
  const written = await db
    .selectFrom('audit_log')
    .where('action', '=', 'account.refresh-reused')
    .selectAll()
    .execute();
  expect(written).toMatchObject([
    { tenant_id: 'ours', actor_id: null, subject_id: expect.stringMatching(/^usr_/) },
  ]);
});
