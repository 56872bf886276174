import { Writable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import { PROBLEMS } from './catalogue.ts';
import { problemDocuments, refuseAddress } from './documents.ts';
import {
  PROBLEM_CONTENT_TYPE,
  type ProblemOccurrence,
  problem,
  problemResponses,
  problemSchema,
} from './problem.ts';

class StoreError extends Error {}

let app: FastifyInstance;
let log: string;

beforeEach(async () => {
  log = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  app = Fastify({ logger: { stream }, bodyLimit: 100, frameworkErrors: refuseAddress });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(problemDocuments, {
    translate: (error) => (error instanceof StoreError ? problem('usage-store-unavailable') : undefined),
  });
});

afterEach(() => app.close());

function failing(error: unknown): void {
  app.get('/', { schema: { response: problemResponses(400, 401, 503) } }, () => {
    throw error;
  });
}

describe('a problem document', () => {
  it.each(Object.entries(PROBLEMS))(
    '%s is answered as the catalogue says',
    async (code, { status, title, detail }) => {
      for (const known of Object.keys(PROBLEMS)) {
        if (known === code) {
          failing(problem(known as keyof typeof PROBLEMS));
        }
      }
      const response = await app.inject('/');
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toContain(PROBLEM_CONTENT_TYPE);
      expect(response.headers['cache-control']).toBe('no-store');
      expect(problemSchema.parse(response.json())).toEqual({
        type: `urn:riwayat:problem:${code}`,
        title,
        status,
        detail,
        code,
        instance: expect.stringMatching(/^urn:riwayat:request:./),
      });
    },
  );

  it('carries what is said about the occurrence, and its headers', async () => {
    const occurrence: ProblemOccurrence = {
      detail: 'Five times wrong.',
      retryAfterSeconds: 30,
      challenge: 'Bearer error="invalid_token"',
      errors: [{ path: 'body.password', message: 'wrong' }],
    };
    failing(problem('too-many-requests', occurrence));
    const response = await app.inject('/');
    expect(response.json()).toMatchObject({ detail: occurrence.detail, errors: occurrence.errors });
    expect(response.headers['retry-after']).toBe('30');
    expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it('names every field that broke a rule, and the rule', async () => {
    app.withTypeProvider<ZodTypeProvider>().post(
      '/courses/:id',
      {
        schema: {
          params: z.object({ id: z.string() }),
          querystring: z.object({ limit: z.coerce.number().max(100) }),
          body: z.object({ email: z.email(), name: z.object({ first: z.string().min(1) }) }),
        },
      },
      () => 'fine',
    );
    const body = { email: 'nobody', name: { first: '' } };
    const wrongBody = await app.inject({ method: 'POST', url: '/courses/1?limit=1', body });
    expect(wrongBody.statusCode).toBe(400);
    expect(wrongBody.json()).toMatchObject({
      code: 'invalid-request',
      errors: [
        { path: 'body.email', rule: 'invalid_format', message: expect.any(String) },
        { path: 'body.name.first', rule: 'too_small', message: expect.any(String) },
      ],
    });
    const right = { email: 'a@b.id', name: { first: 'A' } };
    const wrongQuery = await app.inject({ method: 'POST', url: '/courses/1?limit=101', body: right });
    expect(wrongQuery.json()).toMatchObject({ errors: [{ path: 'query.limit', rule: 'too_big' }] });
  });

  it.each([
    ['malformed-json', 400, { payload: '{"a":', headers: { 'content-type': 'application/json' } }],
    ['malformed-json', 400, { payload: '', headers: { 'content-type': 'application/json' } }],
    ['unsupported-media-type', 415, { payload: 'a,b', headers: { 'content-type': 'text/csv' } }],
    ['body-too-large', 413, { payload: { text: 'x'.repeat(200) } }],
    [
      'invalid-request',
      400,
      { payload: '{}', headers: { 'content-type': 'application/json', 'content-length': '7' } },
    ],
  ] as const)('%s (%i) for a body that cannot be read', async (code, status, request) => {
    app.post('/', () => 'fine');
    const response = await app.inject({ method: 'POST', url: '/', ...request });
    expect(response.json()).toMatchObject({ code, status });
    expect(response.statusCode).toBe(status);
  });

  it('answers an address without a route', async () => {
    const response = await app.inject('/nowhere?secret=1');
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: 'not-found' });
    expect(response.payload).not.toContain('secret');
  });

  it.each([
    ['that cannot be decoded', '/%c0<script>', 400, 'invalid-request'],
    ['that is longer than any', `/one/<script>${'x'.repeat(200)}`, 404, 'not-found'],
  ])('does not repeat an address %s', async (_what, url, status, code) => {
    app.get('/one/:id', () => 'fine');
    const response = await app.inject(url);
    expect(response.statusCode).toBe(status);
    expect(response.headers).toMatchObject({
      'content-type': PROBLEM_CONTENT_TYPE,
      'x-content-type-options': 'nosniff',
    });
    expect(problemSchema.parse(response.json())).toMatchObject({ code });
    expect(response.payload).not.toContain('script');
  });

  it('takes a character that Postgres cannot keep for the client’s mistake', async () => {
    failing(
      Object.assign(new Error('invalid byte sequence for encoding "UTF8": 0x00'), {
        severity: 'ERROR',
        code: '22021',
      }),
    );
    const response = await app.inject('/');
    expect(response.statusCode).toBe(400);
    expect(response.payload).not.toContain('encoding');
  });

  it.each([
    ['database-unavailable', new DatabaseUnavailableError(new Error('connect ECONNREFUSED'))],
    ['usage-store-unavailable', new StoreError('ClickHouse went away')],
  ])('%s when a part is away', async (code, error) => {
    failing(error);
    const response = await app.inject('/');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code });
  });

  it.each([
    ['an error', new Error('select secret from users')],
    ['a thrown word', 'select secret from users'],
    [
      'an error with a misleading status',
      Object.assign(new Error('select secret'), { statusCode: 200, code: 'X' }),
    ],
  ])('tells the log about %s, and the client only under which id', async (_what, thrown) => {
    failing(thrown);
    const response = await app.inject('/');
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'internal-error' });
    expect(response.payload).not.toContain('secret');
    expect(log).toContain('secret');
    const id = problemSchema.parse(response.json()).instance?.split(':').at(-1);
    expect(log).toContain(`"requestId":"${id}"`);
  });

  it('does not send an answer that breaks its own schema', async () => {
    app
      .withTypeProvider<ZodTypeProvider>()
      .get('/', { schema: { response: { 200: z.object({ answer: z.int() }) } } }, () => ({ answer: 0.5 }));
    const response = await app.inject('/');
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'internal-error' });
  });
});
