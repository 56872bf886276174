import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { health } from './health.ts';

const up = async (): Promise<void> => undefined;
const down = async (): Promise<void> => {
  throw new Error('connection refused');
};
const silent = (): Promise<void> => new Promise(() => undefined);

async function check(database: () => Promise<void>, usageStore: () => Promise<void>) {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(health, { probes: { database, usageStore } });
  const answer = await app.inject('/health-check');
  await app.close();
  return { status: answer.statusCode, body: answer.json() };
}

describe('GET /health-check', () => {
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

  it('takes a part that does not answer for one that is down, in time for a load balancer', async () => {
    const started = performance.now();
    expect(await check(silent, up)).toMatchObject({ status: 503, body: { failing: ['database'] } });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
