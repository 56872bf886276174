import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';

const URL = '/api/v1/tenant/keys';
const NOW = new Date('2026-03-01T00:00:00Z');

let application: TestApplication;
let authorization: string;

beforeAll(async () => {
  application = await startApplication({}, () => NOW);
  await application.createTenant('ours', ['it_staff']);
  authorization = `Bearer ${await application.tokenOf('ours', 'it_staff')}`;
});
afterAll(() => application.stop());

const send = (request: InjectOptions) => application.app.inject({ ...request, headers: { authorization } });
const make = (payload: object) => send({ method: 'POST', url: URL, payload });

it('shows a key’s secret once, and by its beginning ever after', async () => {
  const made = await make({ name: ' shop ', scopes: ['ingest:traces'], events_per_second: 10, burst: 20 });
  expect(made.statusCode).toBe(201);
  expect(made.headers['cache-control']).toBe('no-store');
  const { secret, ...key } = made.json();
  expect(key).toMatchObject({
    name: 'shop',
    scopes: ['ingest:traces'],
    events_per_second: 10,
    burst: 20,
    created_by: expect.stringMatching(/^usr_/),
    last_used_at: null,
    expires_at: null,
    revoked_at: null,
    previous_valid_until: null,
  });
  expect((await send({ url: URL })).json()).toEqual({ keys: [key] });
  expect(secret.startsWith(key.prefix)).toBe(true);
});

it('rotates with a day of overlap unless told otherwise, with or without a body', async () => {
  const { id, secret } = (await make({ name: 'k', scopes: ['ingest:events'] })).json();
  const rotate = async (payload?: object) => {
    const answer = await send({ method: 'POST', url: `${URL}/${id}/rotate`, ...(payload && { payload }) });
    return { status: answer.statusCode, ...answer.json() };
  };
  const rotated = await rotate();
  expect(rotated).toMatchObject({ status: 200, id });
  const overlap = Date.parse(rotated.previous_valid_until) - Date.now();
  expect(overlap).toBeGreaterThan(23 * 3_600_000);
  expect(overlap).toBeLessThanOrEqual(24 * 3_600_000);
  expect((await application.services.keyring.judge(secret)).status).toBe('valid');
  expect(await rotate({ overlap_seconds: 0 })).toMatchObject({ status: 200, previous_valid_until: null });
  expect((await application.services.keyring.judge(secret)).status).toBe('expired');
});

it('answers a conflict to whoever renews a key that is over', async () => {
  const { id } = (await make({ name: 'k', scopes: ['ingest:events'] })).json();
  expect((await send({ method: 'DELETE', url: `${URL}/${id}` })).statusCode).toBe(204);
  expect((await send({ method: 'DELETE', url: `${URL}/${id}` })).statusCode).toBe(204);
  const answer = await send({ method: 'POST', url: `${URL}/${id}/rotate` });
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({ code: 'conflict', detail: expect.stringContaining('Make another') });
});

it.each([
  { name: '', scopes: ['ingest:events'] },
  { name: 'k', scopes: [] },
  { name: 'k', scopes: ['admin'] },
  { name: 'k', scopes: ['ingest:events'], events_per_second: 0 },
  { name: 'k', scopes: ['ingest:events'], burst: 1e9 },
  { name: 'k\u0000', scopes: ['ingest:events'] },
  { name: 'k', scopes: ['ingest:events'], expires_at: '2026-02-28T23:59:59Z' },
  { name: 'k', scopes: ['ingest:events'], expires_at: 'soon' },
])('refuses to make %j', async (payload) => {
  const answer = await make(payload);
  expect(answer.statusCode).toBe(400);
  expect(answer.json().code).toBe('invalid-request');
});
