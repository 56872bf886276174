import { Writable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { problemDocuments } from '../errors/documents.ts';
import { startApplication } from '../testing/application.ts';
import { type PressureLimits, shedding } from './shedding.ts';

const CALM: PressureLimits = { eventLoopDelayMs: 1_000, heapShare: 1, memoryShare: 1, databaseWaiting: 10 };
/** A sample of memory is taken each second, like that of the delay. */
const WITHIN_SAMPLES = { timeout: 5_000 };
const GIGABYTE = 2 ** 30;

let app: FastifyInstance;
let log = '';
let waiting = 0;

afterEach(async () => {
  vi.restoreAllMocks();
  await app.close();
});

async function serve(limits: Partial<PressureLimits>): Promise<string> {
  log = '';
  letWait(0);
  app = Fastify();
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  await app.register(problemDocuments, {});
  await app.register(shedding, {
    limits: { ...CALM, ...limits },
    databaseWaiting: () => waiting,
    logger: pino(stream),
  });
  app.get('/', () => 'done');
  app.get('/health', { config: { neverShed: true } }, () => 'well');
  return app.listen({ host: '127.0.0.1', port: 0 });
}

function useMemory(used: Partial<NodeJS.MemoryUsage>): void {
  const usage = { ...process.memoryUsage(), ...used };
  vi.spyOn(process, 'memoryUsage').mockImplementation(Object.assign(() => usage, { rss: () => usage.rss }));
}

function letWait(queries: number): void {
  waiting = queries;
}

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    // That is what a blocked loop does: nothing else.
  }
}

describe('shedding', () => {
  it('turns away what comes while the loop is blocked at each turn, answers health, and takes requests again', async () => {
    const url = await serve({ eventLoopDelayMs: 200 });
    expect((await fetch(url)).status).toBe(200);
    const blocking = setInterval(block, 1, 300);
    await expect.poll(async () => (await fetch(url)).status, WITHIN_SAMPLES).toBe(503);
    const [first, second, health] = await Promise.all([fetch(url), fetch(url), fetch(`${url}/health`)]);
    clearInterval(blocking);
    expect([first?.status, second?.status, health?.status]).toEqual([503, 503, 200]);
    expect(first?.headers.get('retry-after')).toBe('2');
    expect(await first?.json()).toMatchObject({
      code: 'overloaded',
      detail: expect.stringContaining('in time'),
    });
    await expect.poll(async () => (await fetch(url)).status).toBe(200);
    expect(log.match(/turned away/g)).toHaveLength(1);
  });

  it('lets requests in while the loop is late by less than the limit', async () => {
    const url = await serve({ eventLoopDelayMs: 1_000 });
    const blocking = setInterval(block, 1, 200);
    const statuses = new Set<number>();
    const until = performance.now() + 3_000;
    while (performance.now() < until) {
      statuses.add((await fetch(url)).status);
    }
    clearInterval(blocking);
    expect([...statuses]).toEqual([200]);
  });

  it.each([
    ['the heap', () => useMemory({ heapUsed: 64 * GIGABYTE })],
    ['memory', () => useMemory({ rss: 2 ** 60 })],
    ['database connections', () => letWait(11)],
  ])('turns requests away while %s is short, and no longer', async (_name, shorten) => {
    const url = await serve({});
    shorten();
    await expect.poll(async () => (await fetch(url)).status, WITHIN_SAMPLES).toBe(503);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    vi.restoreAllMocks();
    letWait(0);
    await expect.poll(async () => (await fetch(url)).status, WITHIN_SAMPLES).toBe(200);
  });
});

describe('the application with every connection to Postgres taken', () => {
  it('says 503 at once instead of queueing without end, and says how it is', async () => {
    const application = await startApplication({ SHED_DATABASE_WAITING: '5', DEFAULT_TENANT: 'ours' });
    app = application.app;
    try {
      await application.createTenant('ours', ['administrator']);
      const slow = Array.from({ length: 20 }, () =>
        sql`select pg_sleep(1)`.execute(application.services.database.db),
      );
      await expect.poll(() => application.services.database.connections().waiting).toBeGreaterThan(5);
      const answer = await fetch(`${application.url}/api/public/kursus`);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).not.toBeNull();
      expect(await answer.json()).toMatchObject({ code: 'overloaded' });
      expect((await fetch(`${application.url}/metrics`)).status).toBe(200);
      await Promise.all(slow);
      expect((await fetch(`${application.url}/api/public/kursus`)).status).toBe(200);
    } finally {
      await application.stop();
    }
  });
});
