import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireAll } from '../testing/environment.ts';
import { silent } from '../testing/postgres.ts';
import { REDIS_MISSING, redisServerPath, startTestRedis, type TestRedis } from '../testing/redis.ts';
import type { Coordination } from './coordination.ts';
import { redisCoordination } from './redis.ts';

/** What is promised of a Redis that comes back. */
const RECOVERY_MS = 5_000;
/** More than the machine's own hiccups… */
const WAITED_MS = 60;
/** …and much less than a connection is waited for. */
const NOT_LONG_MS = 500;
const WINDOW_MS = 60_000;
const NS_PER_MS = 1e6;

describe.skipIf(redisServerPath === undefined && !requireAll)(
  `replicas and their Redis${redisServerPath === undefined ? ` (${REDIS_MISSING})` : ''}`,
  () => {
    let redis: TestRedis;
    let opened: Coordination[] = [];

    beforeAll(async () => {
      redis = await startTestRedis();
    });
    afterAll(() => redis?.kill());
    beforeEach(async () => {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
    });
    afterEach(async () => {
      await Promise.all(opened.map((one) => one.close()));
      opened = [];
    });

    async function replica(): Promise<Coordination> {
      const coordination = await redisCoordination(redis.url, silent);
      opened.push(coordination);
      return coordination;
    }

    function back(coordination: Coordination): Promise<void> {
      return expect.poll(() => coordination.state(), { timeout: RECOVERY_MS, interval: 20 }).toBe('shared');
    }

    it('share what is cached, what is deleted, and what is taken', async () => {
      const [a, b] = [await replica(), await replica()];
      expect([a.state(), b.state()]).toEqual(['shared', 'shared']);
      await a.cache.set('key', 'text', 60);
      expect(await b.cache.get('key')).toBe('text');
      await b.cache.delete('key');
      expect(await a.cache.get('key')).toBeUndefined();

      const all = await Promise.all(
        Array.from({ length: 10 }, (_, i) => [a, b][i % 2]?.limits.take('key', WINDOW_MS)),
      );
      const taken = all.map((one) => one?.taken ?? 0).toSorted((one, other) => one - other);
      expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('hear each other, and themselves once', async () => {
      const [a, b] = [await replica(), await replica()];
      const heard: string[] = [];
      a.bus.subscribe('news', (message) => heard.push(`a ${message}`));
      b.bus.subscribe('news', (message) => heard.push(`b ${message}`));
      a.bus.publish('news', '1');
      await expect.poll(() => heard.toSorted()).toEqual(['a 1', 'b 1']);
      b.bus.publish('news', '2');
      await expect.poll(() => heard.toSorted()).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
    });

    it('keep to their own beginning of keys, and leave nothing there for ever but the epoch', async () => {
      const one = await replica();
      await one.cache.set('key', 'text', 60);
      await one.limits.take('key', WINDOW_MS);
      const client = new Redis(redis.url);
      const keys = (await client.keys('*')).toSorted();
      expect(keys).toEqual(['riwayat:cache-epoch', 'riwayat:cache:key', 'riwayat:limit:key']);
      const lives = await Promise.all(keys.map((key) => client.pttl(key)));
      expect(lives.map((ms) => ms > 0)).toEqual([false, true, true]);
      await one.close();
      await expect.poll(async () => String(await client.client('LIST')).match(/name=riwayat/g)).toBeNull();
      client.disconnect();
    });

    it('start without it, go on alone, and come together when it is there', async () => {
      await redis.kill();
      const began = performance.now();
      const one = await replica();
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(one.state()).toBe('degraded');
      await one.cache.set('key', 'alone', 60);
      expect(await one.cache.get('key')).toBe('alone');
      const heard: string[] = [];
      one.bus.subscribe('news', (message) => heard.push(message));
      one.bus.publish('news', 'still heard');
      await expect.poll(() => heard).toEqual(['still heard']);
      await redis.start();
      await back(one);
      // What was kept alone nobody could delete.
      expect(await one.cache.get('key')).toBeUndefined();
    });

    it('answer without a failure and without a wait while it is killed and started again under load', async () => {
      const one = await replica();
      const heldUp = monitorEventLoopDelay({ resolution: 1 });
      heldUp.enable();
      const slowest = { ms: 0 };
      let asked = 0;
      let loading = true;
      const load = Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          for (let count = 0; loading; count += 1) {
            const began = performance.now();
            await one.cache.set(`key ${i}`, String(count), 60);
            const found = await one.cache.get(`key ${i}`);
            await one.limits.take(`key ${i}`, WINDOW_MS);
            one.bus.publish('news', 'more');
            slowest.ms = Math.max(slowest.ms, performance.now() - began);
            expect([undefined, String(count)]).toContain(found);
            asked += 1;
            await delay(1);
          }
        }),
      );
      await expect.poll(() => asked).toBeGreaterThan(500);
      await redis.kill();
      await expect.poll(() => one.state()).toBe('degraded');
      const before = asked;
      await expect.poll(() => asked).toBeGreaterThan(before + 500);
      await redis.start();
      await back(one);
      const after = asked;
      await expect.poll(() => asked).toBeGreaterThan(after + 500);
      loading = false;
      await load;
      heldUp.disable();
      // What the machine kept from this process, nobody waited for Redis.
      expect(slowest.ms - heldUp.max / NS_PER_MS).toBeLessThan(NOT_LONG_MS);
    });

    it('wait for one that is held up once, not each time', async () => {
      const one = await replica();
      redis.pause();
      const waits: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        const began = performance.now();
        await one.cache.get('key');
        waits.push(performance.now() - began);
      }
      redis.resume();
      expect(waits[0]).toBeGreaterThan(WAITED_MS);
      expect(waits[0]).toBeLessThan(NOT_LONG_MS);
      // The machine may hold up one or the other of the rest, not most.
      expect(waits.filter((ms) => ms > WAITED_MS).length).toBeLessThan(waits.length / 2);
      await back(one);
    });

    it('forget everywhere what one of them deleted while it was cut off', async () => {
      const [a, b] = [await replica(), await replica()];
      await b.cache.set('page', 'old', 3600);
      redis.pause();
      await a.cache.delete('page');
      expect(a.state()).toBe('degraded');
      redis.resume();
      await back(a);
      await back(b);
      expect(await b.cache.get('page')).toBeUndefined();
      await b.cache.set('page', 'new', 3600);
      expect(await a.cache.get('page')).toBe('new');
    });
  },
);
