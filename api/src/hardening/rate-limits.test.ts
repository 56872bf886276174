import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localLimits } from '../coordination/local.ts';
import { problemDocuments } from '../errors/documents.ts';
import { problem } from '../errors/problem.ts';
import type { Principal } from '../identity/principal.ts';
import { rateLimits } from './rate-limits.ts';

const RATES = { credentials: 2, writes: 3, reads: 4, anonymousReads: 6 };
const WINDOW_MS = 60_000;

let clock = 0;
const limits = () => localLimits(() => clock);
let app: FastifyInstance;
let shared: ReturnType<typeof limits>;

/** A replica: its people are known by their names alone. */
async function replica(): Promise<FastifyInstance> {
  const made = Fastify({ trustProxy: true });
  await made.register(problemDocuments, {});
  await made.register(
    fastifyPlugin(
      async (scope) => {
        scope.decorateRequest('principal', null);
        scope.addHook('onRequest', async (request) => {
          const name = request.headers['x-person'];
          request.principal = typeof name === 'string' ? person(name) : null;
        });
      },
      { name: 'identity' },
    ),
  );
  await made.register(rateLimits, { rates: RATES, limits: shared });
  made.get('/list', () => 'done');
  made.post('/book', () => 'done');
  made.post('/login', { config: { rate: 'credentials' } }, () => 'done');
  made.get('/forbidden', { onRequest: forbid }, () => 'never');
  made.get('/health', { config: { rate: 'unlimited' } }, () => 'done');
  return made;
}

async function forbid(): Promise<void> {
  throw problem('forbidden');
}

function person(userId: string): Principal {
  return Object.assign(Object.create(null), { userId });
}

beforeEach(async () => {
  clock = 0;
  shared = limits();
  app = await replica();
});
afterEach(() => app.close());

const ask = (url: string, headers: Record<string, string> = {}, on = app): Promise<LightMyRequestResponse> =>
  on.inject({ method: url === '/list' || url === '/health' ? 'GET' : 'POST', url, headers });

/** How many of so many requests were let in. */
async function letIn(times: number, ...request: Parameters<typeof ask>): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i += 1) {
    count += (await ask(...request)).statusCode === 200 ? 1 : 0;
  }
  return count;
}

describe('rate limits', () => {
  it('are told with every answer, and with a refusal how long to wait', async () => {
    const first = await ask('/book', { 'x-person': 'ani' });
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '3',
      'ratelimit-remaining': '2',
      'ratelimit-reset': '60',
    });
    await letIn(2, '/book', { 'x-person': 'ani' });
    clock = 10_000;
    const refused = await ask('/book', { 'x-person': 'ani' });
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'too-many-requests' });
    expect(refused.headers).toMatchObject({
      'retry-after': '50',
      'ratelimit-limit': '3',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '50',
    });
    clock = WINDOW_MS;
    expect(await letIn(1, '/book', { 'x-person': 'ani' })).toBe(1);
  });

  it('count a person by the account, wherever from, and strangers by the address', async () => {
    expect(await letIn(9, '/list', { 'x-person': 'ani', 'x-forwarded-for': '192.0.2.1' })).toBe(4);
    expect(await letIn(1, '/list', { 'x-person': 'ani', 'x-forwarded-for': '192.0.2.2' })).toBe(0);
    expect(await letIn(9, '/list', { 'x-person': 'budi', 'x-forwarded-for': '192.0.2.1' })).toBe(4);
    expect(await letIn(9, '/list', { 'x-forwarded-for': '192.0.2.1' })).toBe(6);
    expect(await letIn(9, '/list', { 'x-forwarded-for': '192.0.2.2' })).toBe(6);
    expect(await letIn(3, '/list', { 'x-forwarded-for': '2001:db8:1:2::1' })).toBe(3);
    expect(await letIn(9, '/list', { 'x-forwarded-for': '2001:db8:1:2:ffff::9' })).toBe(3);
  });

  it('count log-ins by the address, also of who is logged in', async () => {
    expect(await letIn(5, '/login')).toBe(2);
    expect(await letIn(5, '/login', { 'x-person': 'ani' })).toBe(0);
  });

  it('leave each kind its own allowance', async () => {
    expect(await letIn(5, '/login')).toBe(2);
    expect(await letIn(5, '/book')).toBe(3);
    expect(await letIn(9, '/list')).toBe(6);
    expect(await letIn(50, '/health')).toBe(50);
  });

  it('count what is refused for other reasons, and what is not there', async () => {
    const statuses = async (url: string, from: string): Promise<number[]> => {
      const headers = { 'x-forwarded-for': from };
      const answers = Array.from({ length: 7 }, async () => app.inject({ url, headers }));
      return (await Promise.all(answers)).map(({ statusCode }) => statusCode);
    };
    expect(await statuses('/forbidden', '192.0.2.1')).toEqual([403, 403, 403, 403, 403, 403, 429]);
    expect(await statuses('/nowhere', '192.0.2.2')).toEqual([404, 404, 404, 404, 404, 404, 429]);
  });

  it('hold over replicas for what guards accounts and data', async () => {
    const other = await replica();
    expect(await letIn(2, '/login')).toBe(2);
    expect(await letIn(1, '/login', {}, other)).toBe(0);
    expect(await letIn(2, '/book')).toBe(2);
    expect(await letIn(5, '/book', {}, other)).toBe(1);
    await other.close();
  });
});
