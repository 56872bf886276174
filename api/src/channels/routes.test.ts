import { createECDH, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '../identity/permissions.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { type Listener, listen } from '../testing/listener.ts';

const NUMBER = '+628123456789';

let application: TestApplication;
let listener: Listener;

beforeAll(async () => {
  listener = await listen();
  application = await startApplication({
    SMS_URL: `${listener.url}/sms`,
    OUTGOING_PRIVATE_HOSTS: 'on',
  });
  await application.createTenant('ours', ['administrator', 'manager', 'it_staff', 'member']);
  await application.createTenant('theirs', ['administrator']);
});
afterAll(async () => {
  await application.stop();
  await listener.close();
});

async function asked(
  [method, url]: readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string],
  payload?: object,
  role: Role = 'administrator',
  tenant = 'ours',
) {
  const authorization = `Bearer ${await application.tokenOf(tenant, role)}`;
  return application.app.inject({ method, url, headers: { authorization }, ...(payload && { payload }) });
}

async function written(): Promise<string[]> {
  const rows = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', 'not like', 'account.%')
    .select('action')
    .orderBy('id')
    .execute();
  return rows.map(({ action }) => action);
}

const browser = () => {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  return { p256dh: keys.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
};

it('keeps the browsers of a person, each once, and for nobody else to see or end', async () => {
  const path = '/api/v1/me/push-subscriptions';
  expect((await asked(['GET', '/api/v1/push/key'])).json().key).toMatch(/^B[\w-]{86}$/);
  const endpoint = 'https://push.example/1';
  const keys = browser();
  const first = await asked(['POST', path], { endpoint, keys });
  expect(first.statusCode).toBe(201);
  const again = await asked(['POST', path], { endpoint, keys });
  expect(again.json().id).toBe(first.json().id);
  const thief = await asked(['POST', path], { endpoint, keys: browser() }, 'manager');
  expect(thief.json()).toMatchObject({ code: 'conflict' });
  const one = `${path}/${first.json().id}`;
  expect((await asked(['DELETE', one], undefined, 'manager')).statusCode).toBe(404);
  expect((await asked(['GET', path], undefined, 'manager')).json()).toEqual({ subscriptions: [] });
  expect((await asked(['GET', path])).json().subscriptions).toMatchObject([{ service: 'push.example' }]);
  expect((await asked(['DELETE', one])).statusCode).toBe(204);
  expect(await written()).toEqual(expect.arrayContaining(['push.subscribed', 'push.unsubscribed']));
});

it.each([
  [{ endpoint: 'http://push.example/1', keys: browser() }, 'body.endpoint'],
  [{ endpoint: 'https://push.example/1', keys: { ...browser(), p256dh: 'AAAA' } }, 'body.keys.p256dh'],
  [{ endpoint: 'https://push.example/1', keys: { ...browser(), auth: 'AAAA' } }, 'body.keys.auth'],
])('refuses a subscription that is none, and says which part', async (payload, path) => {
  const answer = await asked(['POST', '/api/v1/me/push-subscriptions'], payload);
  expect(answer.json()).toMatchObject({ code: 'invalid-request', errors: [{ path }] });
});

it('verifies a number by the code that was sent to it, and counts wrong ones', async () => {
  const told = await asked(['PUT', '/api/v1/me/phone'], { number: '+62 812-3456-789', channel: 'sms' });
  expect(told.json()).toMatchObject({ number: NUMBER, verified_at: null, channels: ['sms'] });
  await expect.poll(() => listener.heard.length, { timeout: 10_000 }).toBe(1);
  const { to, text } = JSON.parse(listener.heard[0]?.body.toString() ?? '');
  expect(to).toBe(NUMBER);
  const [code = ''] = /\d{6}/.exec(text) ?? [];
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  const verify = (tried: string) => asked(['POST', '/api/v1/me/phone/verify'], { code: tried });
  expect((await verify(wrong)).json()).toMatchObject({ errors: [{ path: 'body.code' }] });
  expect((await verify(code)).json()).toMatchObject({ number: NUMBER, verified_at: expect.any(String) });
  expect((await verify(code)).json()).toMatchObject({ code: 'conflict' });

  const another = await asked(['PUT', '/api/v1/me/phone'], { number: NUMBER, channel: 'sms' });
  expect(another.json()).toMatchObject({ verified_at: null });
  await expect.poll(() => listener.heard.length, { timeout: 10_000 }).toBe(2);
  const [right = ''] = /\d{6}/.exec(JSON.parse(listener.heard[1]?.body.toString() ?? '').text) ?? [];
  const guess = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
  for (let count = 0; count < 5; count += 1) {
    await verify(guess);
  }
  expect((await verify(right)).json()).toMatchObject({ code: 'conflict' });

  await asked(['PUT', '/api/v1/me/phone'], { number: NUMBER, channel: 'sms' });
  const tooMany = await asked(['PUT', '/api/v1/me/phone'], { number: NUMBER, channel: 'sms' });
  expect([tooMany.statusCode, tooMany.json().code]).toEqual([429, 'too-many-requests']);
  const elsewhere = await asked(['PUT', '/api/v1/me/phone'], { number: NUMBER, channel: 'sms' }, 'manager');
  expect(elsewhere.statusCode).toBe(429);
  expect((await asked(['DELETE', '/api/v1/me/phone'])).statusCode).toBe(204);
  expect(await written()).toEqual(expect.arrayContaining(['phone.told', 'phone.verified', 'phone.removed']));
});

it('manages webhooks, tries one, and shows what became of it, people masked where they must be', async () => {
  const path = '/api/v1/tenant/webhooks';
  const settings = { url: `${listener.url}/hook`, event_types: ['alert.fired'] };
  const made = await asked(['POST', path], settings, 'it_staff');
  const { id, secret } = made.json();
  expect(secret).toMatch(/^whsec_/);
  expect((await asked(['GET', path])).body).not.toContain(secret);
  expect((await asked(['POST', `${path}/${id}/rotate`])).json().secret).not.toBe(secret);
  expect((await asked(['PUT', `${path}/${id}`], { ...settings, enabled: false })).json()).toMatchObject({
    enabled: false,
    previous_valid_until: expect.any(String),
  });
  expect((await asked(['DELETE', `${path}/${id}`], undefined, 'administrator', 'theirs')).statusCode).toBe(
    404,
  );
  listener.heard.splice(0);
  expect((await asked(['POST', `${path}/${id}/test`])).statusCode).toBe(202);
  await expect.poll(() => listener.heard.length, { timeout: 10_000 }).toBe(1);
  expect(JSON.parse(listener.heard[0]?.body.toString() ?? '')).toMatchObject({ type: 'webhook.test' });

  const log = (role: Role, query = '') =>
    asked(['GET', `/api/v1/tenant/deliveries${query}`], undefined, role);
  await expect
    .poll(async () => (await log('manager', '?channel=webhook')).json().data[0], { timeout: 10_000 })
    .toMatchObject({ recipient: id, state: 'sent', attempts: 1, template: 'webhook.test' });
  const [open] = (await log('manager', '?channel=sms&limit=1')).json().data;
  expect(open).toMatchObject({ recipient: NUMBER, user_id: expect.any(String) });
  const [hidden] = (await log('it_staff', '?channel=sms&limit=1')).json().data;
  expect(hidden).toMatchObject({ recipient: '+62***789', user_id: null });
  expect((await log('member')).statusCode).toBe(403);
  const theirs = await asked(['GET', '/api/v1/tenant/deliveries'], undefined, 'administrator', 'theirs');
  expect(theirs.json()).toEqual({ data: [], next_cursor: null });

  expect((await asked(['DELETE', `${path}/${id}`])).statusCode).toBe(204);
  expect(await written()).toEqual(
    expect.arrayContaining([
      'webhook.created',
      'webhook.rotated',
      'webhook.changed',
      'webhook.tested',
      'webhook.deleted',
    ]),
  );
});
