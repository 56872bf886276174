import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { SCOPES, type Scope } from './key.ts';

const HOUR_MS = 3_600_000;
const EVENT = { specversion: '1.0', id: 'e1', source: '/shop', type: 'order.placed' };

/** A batch for each route that a key opens. */
const ROUTES: Readonly<Record<Scope, { request: InjectOptions; taken: number }>> = {
  'ingest:requests': {
    taken: 202,
    request: {
      method: 'POST',
      url: '/v1/requests',
      headers: { 'content-type': 'application/x-ndjson' },
      payload: '',
    },
  },
  'ingest:events': {
    taken: 202,
    request: {
      method: 'POST',
      url: '/v1/events',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      payload: JSON.stringify([EVENT]),
    },
  },
  'ingest:traces': {
    taken: 200,
    request: {
      method: 'POST',
      url: '/v1/traces',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ resourceSpans: [] }),
    },
  },
};

describe('ingest by API key', () => {
  let application: TestApplication;
  let wall: number;

  beforeAll(async () => {
    wall = Date.now();
    application = await startApplication();
    await application.createTenant('ours', ['it_staff']);
    await application.createTenant('theirs', ['it_staff']);
  });
  afterAll(() => application.stop());

  async function makeKey(scopes: readonly Scope[], tenant = 'ours', expiresAt?: Date) {
    const found = await application.services.tenants.find(tenant);
    if (found === undefined) {
      throw new Error(`there is no tenant ${tenant}`);
    }
    return application.services.keys.create(found.id, {
      name: 'test',
      scopes,
      createdBy: null,
      expiresAt,
    });
  }

  const send = (request: InjectOptions, headers: Record<string, string>) =>
    application.app.inject({ ...request, headers: { ...request.headers, ...headers } });

  it.each(SCOPES)('opens what %s is for, and nothing else', async (scope) => {
    const { secret } = await makeKey([scope]);
    for (const other of SCOPES) {
      const { request, taken } = ROUTES[other];
      const answer = await send(request, { authorization: `Bearer ${secret}` });
      expect({ other, status: answer.statusCode }).toEqual({ other, status: other === scope ? taken : 403 });
    }
  });

  it('takes the key by X-API-Key as well', async () => {
    const { secret } = await makeKey(SCOPES);
    const { request, taken } = ROUTES['ingest:requests'];
    expect((await send(request, { 'x-api-key': secret })).statusCode).toBe(taken);
  });

  it.each(SCOPES)('%s: takes nothing without a key that is good, and says why', async (scope) => {
    const { request } = ROUTES[scope];
    const expired = await makeKey(SCOPES, 'ours', new Date(wall - HOUR_MS));
    const revoked = await makeKey(SCOPES);
    await application.services.keys.revoke(revoked.key.tenantId, revoked.key.id);
    const person = await application.tokenOf('ours', 'it_staff');
    const refused: [headers: Record<string, string>, why: RegExp][] = [
      [{}, /valid API key/],
      [{ authorization: 'Bearer nonsense' }, /no API key/],
      [{ authorization: `Bearer ${person}` }, /no API key/],
      [{ authorization: `Basic ${revoked.secret}` }, /no API key/],
      [{ authorization: `Bearer ${expired.secret}` }, /past its time/],
      [{ authorization: `Bearer ${revoked.secret}` }, /was revoked/],
      [{ 'x-tenant': 'ours', 'x-api-key': 'rwy_' }, /no API key/],
    ];
    for (const [headers, why] of refused) {
      const answer = await send(request, headers);
      expect({ headers, status: answer.statusCode }).toEqual({ headers, status: 401 });
      expect(answer.headers['www-authenticate']).toContain('Bearer');
      expect(answer.json().detail ?? answer.json().message).toMatch(why);
    }
  });

  it('counts for the key’s tenant whatever else a request names, and shows them alone what was refused', async () => {
    const { secret } = await makeKey(SCOPES, 'theirs');
    const answer = await send(
      {
        method: 'POST',
        url: '/v1/requests?tenant=ours',
        headers: { 'content-type': 'application/x-ndjson' },
        payload: '{"tenant_id":"ours","nonsense":true}\n',
      },
      { authorization: `Bearer ${secret}`, 'x-tenant': 'ours' },
    );
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ accepted: 0, rejected: 1 });
    const { reason } = answer.json().results[0];
    await application.services.collector.drain();
    const rejected = async (tenant: string) =>
      (
        await application.app.inject({
          url: '/api/v1/tenant/rejected?tenant=theirs',
          headers: { authorization: `Bearer ${await application.tokenOf(tenant, 'it_staff')}` },
        })
      ).json();
    await expect
      .poll(() => rejected('theirs'))
      .toMatchObject({
        rejected: [{ reason }],
        next: null,
      });
    expect(await rejected('ours')).toEqual({ rejected: [], next: null });
  });

  it('refuses a cursor that is none', async () => {
    const answer = await application.app.inject({
      url: '/api/v1/tenant/rejected?after=nonsense',
      headers: { authorization: `Bearer ${await application.tokenOf('ours', 'it_staff')}` },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].path).toBe('query.after');
  });

  it('takes a batch larger than what people may send to the API', async () => {
    const { secret } = await makeKey(SCOPES);
    const line = `${JSON.stringify({ nonsense: 'x'.repeat(1_000) })}\n`;
    const answer = await send(
      { ...ROUTES['ingest:requests'].request, payload: line.repeat(2_000) },
      { authorization: `Bearer ${secret}` },
    );
    expect(answer.statusCode).toBe(202);
    expect(answer.json().rejected).toBe(2_000);
  });
});

it('has no ingest routes where ingest is off', async () => {
  const application = await startApplication({ INGEST: 'off' });
  for (const scope of SCOPES) {
    const { request } = ROUTES[scope];
    expect((await application.app.inject(request)).statusCode).toBe(404);
  }
  await application.stop();
});
