import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemDocuments } from '../errors/documents.ts';
import { originCheck } from './origin.ts';

const COOKIE = 'session';
const CARRIED = { cookie: `theme=dark; ${COOKIE}=secret` };

describe('the origin of a request', () => {
  let app: FastifyInstance;

  beforeAll(async () => {
    app = Fastify();
    await app.register(problemDocuments, {});
    await app.register(cookie);
    await app.register(originCheck, { publicUrl: 'https://riwayat.example/', sessionCookie: COOKIE });
    app.route({ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], url: '/', handler: () => 'done' });
    app.post('/keys', { config: { anyOrigin: true } }, () => 'done');
  });
  afterAll(() => app.close());

  const send = (headers: Record<string, string>, method: 'GET' | 'POST' = 'POST', url = '/') =>
    app.inject({ method, url, headers: { host: 'here.example:3000', ...headers } });

  it.each([
    ['our own page', { origin: 'http://here.example:3000', 'sec-fetch-site': 'same-origin' }],
    ['our own page, in a browser that says no more', { origin: 'http://here.example:3000' }],
    ['our page under its public address, behind a proxy', { origin: 'https://riwayat.example' }],
    [
      'our page behind a proxy, by the browser’s word',
      { origin: 'https://other', 'sec-fetch-site': 'same-origin' },
    ],
    ['a person at the address bar', { 'sec-fetch-site': 'none' }],
  ])('is good: %s', async (_name, headers) => {
    expect((await send({ ...headers, ...CARRIED })).statusCode).toBe(200);
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site, in a browser that says no more', { origin: 'https://evil.example' }],
    [
      'a neighbour under the same domain',
      { origin: 'http://blog.here.example', 'sec-fetch-site': 'same-site' },
    ],
    ['another port of this host', { origin: 'http://here.example:4000' }],
    ['a name that begins like ours', { origin: 'http://here.example:3000.evil.example' }],
    ['a frame without an origin', { origin: 'null' }],
    ['nonsense', { origin: 'here.example:3000' }],
    ['no origin, but from another site', { 'sec-fetch-site': 'cross-site' }],
  ])('is refused: %s, with the cookie and without', async (_name, headers) => {
    for (const sent of [headers, { ...headers, ...CARRIED }]) {
      const answer = await send(sent);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'origin-refused' });
    }
  });

  it('need not be said by a program, unless it carries the session cookie', async () => {
    expect((await send({})).statusCode).toBe(200);
    expect((await send({ cookie: `not-${COOKIE}=1` })).statusCode).toBe(200);
    expect((await send(CARRIED)).statusCode).toBe(403);
  });

  it('matters for what changes something, and for sockets', async () => {
    const foreign = { origin: 'https://evil.example', ...CARRIED };
    expect((await send(foreign, 'GET')).statusCode).toBe(200);
    expect((await send({ ...foreign, upgrade: 'websocket', connection: 'upgrade' }, 'GET')).statusCode).toBe(
      403,
    );
  });

  it('does not matter to routes that go by keys', async () => {
    expect((await send({ origin: 'https://shop.example' }, 'POST', '/keys')).statusCode).toBe(200);
  });
});
