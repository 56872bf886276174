import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SYSTEM } from '../audit/audit.ts';
import { borrowEmbeddedPostgres } from '../postgres/embedded.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { requireAll } from '../testing/environment.ts';
import { silent, temporaryDirectory } from '../testing/postgres.ts';
import { REDIS_MISSING, redisServerPath, startTestRedis, type TestRedis } from '../testing/redis.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';
import { Pages } from './pages.ts';
import type { PageAddress } from './reading.ts';

/** What is promised of a Redis that comes back. */
const RECOVERY_MS = 5_000;
const VISITORS = 8;
const TEST_TIMEOUT_MS = 60_000;
/** Of a machine that is busy with other tests. */
const PATIENT = { timeout: 15_000 };

const page = z.object({ title: z.string().optional() });
const healthBody = z.object({ status: z.string(), coordination: z.string(), failing: z.array(z.string()) });

interface Server {
  readonly url: string;
}

describe.skipIf(redisServerPath === undefined && !requireAll)(
  `two servers with one Postgres and one Redis${redisServerPath === undefined ? ` (${REDIS_MISSING})` : ''}`,
  () => {
    let redis: TestRedis;
    let here: TestApplication;
    let there: ServerProcess;
    let directory: string;
    let address: PageAddress;
    let editor: Pages;

    beforeAll(async () => {
      redis = await startTestRedis();
      const shared = { REDIS_URL: redis.url, DEFAULT_TENANT: 'shop' };
      here = await startApplication(shared);
      const dataDirectory = join(here.config.dataDirectory, 'postgres');
      const { url } = await borrowEmbeddedPostgres({ dataDirectory, logger: silent });
      directory = await temporaryDirectory();
      const env = {
        ...shared,
        DATABASE_URL: url,
        DEMO: 'off',
        RATE_LIMITS: 'off',
        SHED_EVENT_LOOP_MS: '15000',
      };
      there = await startServer({ dataDirectory: directory, env });
      address = { tenantId: await here.createTenant('shop', []), slug: 'menu' };
      editor = new Pages(here.services.database, here.services.jsonCache, () => new Date());
      await editor.create(address, { title: 'Menu 1', blocks: [] }, SYSTEM);
      await editor.publish(address, undefined, SYSTEM);
    });
    afterAll(async () => {
      await there?.stop();
      await here?.stop();
      await redis?.kill();
      await rm(directory, { recursive: true, force: true });
    });

    /** Through the server here. */
    async function publish(title: string): Promise<void> {
      await editor.save(address, 'any', { title, blocks: [] }, SYSTEM);
      await editor.publish(address, undefined, SYSTEM);
    }

    async function visit({
      url,
    }: Server): Promise<{ status: number; cache: string | null; title: string | undefined }> {
      const answer = await fetch(`${url}/api/public/halaman/menu`);
      const { title } = page.parse(await answer.json());
      return { status: answer.status, cache: answer.headers.get('x-cache'), title };
    }

    async function health({ url }: Server) {
      const answer = await fetch(`${url}/health-check`);
      return { http: answer.status, ...healthBody.parse(await answer.json()) };
    }

    const well = { http: 200, status: 'ok', coordination: 'shared', failing: [] };

    it('answer from what the other read, until it is published anew', async () => {
      expect(await visit(here)).toEqual({ status: 200, cache: 'MISS', title: 'Menu 1' });
      expect(await visit(there)).toEqual({ status: 200, cache: 'HIT', title: 'Menu 1' });
      await publish('Menu 2');
      expect(await visit(here)).toEqual({ status: 200, cache: 'MISS', title: 'Menu 2' });
      expect(await visit(there)).toEqual({ status: 200, cache: 'HIT', title: 'Menu 2' });
      expect([await health(here), await health(there)]).toEqual([well, well]);
    });

    it(
      'go on without a failure when Redis is killed under load, and are together again within five seconds',
      async () => {
        const answers: Awaited<ReturnType<typeof visit>>[] = [];
        let visiting = true;
        const visitors = Promise.all(
          Array.from({ length: VISITORS }, async (_, i) => {
            while (visiting) {
              answers.push(await visit(i % 2 === 0 ? here : there));
              await delay(1);
            }
          }),
        );
        const more = async (): Promise<void> => {
          const before = answers.length;
          await expect.poll(() => answers.length, PATIENT).toBeGreaterThan(before + 100);
        };
        await more();
        await redis.kill();
        await expect
          .poll(() => health(here), PATIENT)
          .toEqual({ http: 200, status: 'degraded', coordination: 'degraded', failing: ['coordination'] });
        await more();
        await publish('Menu 3');
        expect(await visit(here)).toMatchObject({ title: 'Menu 3' });
        await redis.start();
        await expect
          .poll(async () => [await health(here), await health(there)], { timeout: RECOVERY_MS })
          .toEqual([well, well]);
        // What was published meanwhile could not be told to the other.
        expect([await visit(here), await visit(there)]).toMatchObject([
          { title: 'Menu 3' },
          { title: 'Menu 3' },
        ]);
        await more();
        visiting = false;
        await visitors;
        expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
        expect(await visit(here)).toMatchObject({ cache: 'HIT', title: 'Menu 3' });
      },
      TEST_TIMEOUT_MS,
    );
  },
);
