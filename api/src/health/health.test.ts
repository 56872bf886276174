import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { type HealthOptions, health } from './health.ts';

const up = async (): Promise<void> => undefined;
const down = async (): Promise<void> => {
  throw new Error('connection refused');
};
const silent = (): Promise<void> => new Promise(() => undefined);

async function check(
  database: () => Promise<void>,
  usageStore: () => Promise<void>,
  options: Partial<HealthOptions> = {},
) {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(health, {
    probes: { database, usageStore },
    spool: () => 'ok',
    essential: ['database', 'usage_store'],
    ...options,
  });
  const answer = await app.inject('/health-check');
  await app.close();
  return { status: answer.statusCode, body: answer.json() };
}

describe('GET /health-check', () => {
  it('goes on, degraded, while files cannot be kept', async () => {
    const probes = { database: up, usageStore: up, files: down };
    expect(await check(up, up, { probes })).toMatchObject({
      status: 200,
      body: { status: 'degraded', files: 'down', failing: ['files'] },
    });
  });

  it('is 200 when every part answers', async () => {
    const { status, body } = await check(up, up);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', database: 'up', usage_store: 'up', failing: [] });
    expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(5_000);
  });

  it('is 503 and names the part that is down', async () => {
    expect(await check(down, up)).toMatchObject({
      status: 503,
      body: { status: 'unavailable', database: 'down', usage_store: 'up', failing: ['database'] },
    });
    expect(await check(up, down)).toMatchObject({ status: 503, body: { failing: ['usage_store'] } });
    expect(await check(down, down)).toMatchObject({
      status: 503,
      body: { failing: ['database', 'usage_store'] },
    });
  });

  it('stays 200, and says so, while a part is not well that requests can do without', async () => {
    for (const spool of ['failing', 'full'] as const) {
      expect(await check(up, up, { spool: () => spool })).toMatchObject({
        status: 200,
        body: { status: 'degraded', spool, failing: ['spool'] },
      });
    }
    expect(await check(down, down, { spool: () => 'full' })).toMatchObject({
      status: 503,
      body: { status: 'unavailable', failing: ['database', 'usage_store', 'spool'] },
    });
  });

  it('names the shared state among its parts, and goes on without it', async () => {
    for (const coordination of ['local', 'shared'] as const) {
      expect(await check(up, up, { coordination: () => coordination })).toMatchObject({
        status: 200,
        body: { status: 'ok', coordination, failing: [] },
      });
    }
    expect(await check(up, up, { coordination: () => 'degraded' })).toMatchObject({
      status: 200,
      body: { status: 'degraded', coordination: 'degraded', failing: ['coordination'] },
    });
  });

  it('is 503 for a full spool, and for nothing else, where taking records is all there is', async () => {
    const essential = ['spool'] as const;
    expect(await check(down, down, { essential })).toMatchObject({
      status: 200,
      body: { status: 'degraded', failing: ['database', 'usage_store'] },
    });
    expect(await check(up, up, { essential, spool: () => 'full' })).toMatchObject({
      status: 503,
      body: { status: 'unavailable', failing: ['spool'] },
    });
  });

  it('takes a part that does not answer for one that is down, in time for a load balancer', async () => {
    const started = performance.now();
    expect(await check(silent, up)).toMatchObject({ status: 503, body: { failing: ['database'] } });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
