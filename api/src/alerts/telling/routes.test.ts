import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../../testing/application.ts';

const ROUTING = '/api/v1/tenant/alert-routing';
const PREFERENCES = '/api/v1/me/notification-preferences';
const ROUTE = { level: 1, role: 'manager', topics: ['costs'], least: 'warning', channels: ['mail'] };

let application: TestApplication;
let administrator: string;
let others: string;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' });
  await application.createTenant('ours', ['administrator', 'manager']);
  await application.createTenant('theirs', ['administrator']);
  administrator = await application.tokenOf('ours', 'administrator');
  others = await application.tokenOf('theirs', 'administrator');
});
afterAll(() => application.stop());

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const put = (url: string, payload: object, token = administrator) =>
  send(token, { method: 'PUT', url, payload });

it('lets a tenant decide who is told, each change of the version that it was made of', async () => {
  const defaults = (await send(administrator, { url: ROUTING })).json();
  expect(defaults).toMatchObject({
    version: 0,
    routes: expect.arrayContaining([
      {
        level: 1,
        role: 'administrator',
        topics: ['limits', 'security'],
        least: 'info',
        channels: ['mail', 'push'],
      },
    ]),
  });
  const changed = await put(ROUTING, { version: 0, routes: [ROUTE] });
  expect(changed.json()).toEqual({ version: 1, routes: [ROUTE] });
  expect((await send(administrator, { url: ROUTING })).json()).toEqual({ version: 1, routes: [ROUTE] });
  expect((await send(others, { url: ROUTING })).json()).toEqual(defaults);
  const racing = await Promise.all([1, 1].map((version) => put(ROUTING, { version, routes: [] })));
  expect(racing.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
});

it('refuses a malformed route with the field and the reason', async () => {
  const { db } = application.services.database;
  const stranger = await db
    .selectFrom('users')
    .where('email', '=', 'administrator@theirs.example')
    .select('id')
    .executeTakeFirstOrThrow();
  const refused = async (route: object) => {
    const answer = await put(ROUTING, { version: null, routes: [route] });
    return [answer.statusCode, ...answer.json().errors.map(({ path }: { path: string }) => path)];
  };
  expect(await refused({ ...ROUTE, level: 4 })).toEqual([400, 'body.routes.0.level']);
  expect(await refused({ ...ROUTE, channels: ['pigeon'] })).toEqual([400, 'body.routes.0.channels.0']);
  expect(await refused({ ...ROUTE, role: undefined })).toEqual([400, 'body.routes.0.role']);
  expect(await refused({ ...ROUTE, role: 'member' })).toEqual([400, 'body.routes.0.role']);
  expect(await refused({ ...ROUTE, role: undefined, user_id: stranger.id })).toEqual([
    400,
    'body.routes.0.user_id',
  ]);
});

it('keeps what a person does not want', async () => {
  expect((await send(administrator, { url: PREFERENCES })).json()).toEqual({ channels_off: [] });
  await put(PREFERENCES, { channels_off: ['sms', 'whatsapp', 'sms'] });
  expect((await send(administrator, { url: PREFERENCES })).json()).toEqual({
    channels_off: ['sms', 'whatsapp'],
  });
  expect((await send(others, { url: PREFERENCES })).json()).toEqual({ channels_off: [] });
});
