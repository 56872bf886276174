import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requireAll } from '../testing/environment.ts';
import { silent } from '../testing/postgres.ts';
import { REDIS_MISSING, redisServerPath, startTestRedis, type TestRedis } from '../testing/redis.ts';
import type { Coordination } from './coordination.ts';
import { localCoordination } from './local.ts';
import { redisCoordination } from './redis.ts';

/** A window that ends within the test, and not between two statements of it. */
const SHORT_MS = 1_500;

interface Driver {
  readonly name: string;
  readonly skipped: boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
  open(): Promise<Coordination>;
}

let redis: TestRedis;
const drivers: readonly Driver[] = [
  {
    name: 'in this process',
    skipped: false,
    start: async () => undefined,
    stop: async () => undefined,
    open: async () => localCoordination({ logger: silent }),
  },
  {
    name: `through Redis${redisServerPath === undefined ? ` (${REDIS_MISSING})` : ''}`,
    skipped: redisServerPath === undefined && !requireAll,
    start: async () => {
      redis = await startTestRedis();
    },
    stop: async () => redis?.kill(),
    open: () => redisCoordination(redis.url, silent),
  },
];

for (const { name, skipped, start, stop, open } of drivers) {
  describe.skipIf(skipped)(`coordination ${name}`, () => {
    let opened: Coordination[] = [];
    beforeAll(start);
    afterAll(stop);
    afterEach(async () => {
      await Promise.all(opened.map((one) => one.close()));
      opened = [];
    });

    async function one(): Promise<Coordination> {
      const coordination = await open();
      opened.push(coordination);
      return coordination;
    }

    it('keeps text under a key until it is deleted or its time is over', async () => {
      const { cache } = await one();
      expect(await cache.get('unknown')).toBeUndefined();
      await cache.set('a', 'text: é € 😀 \u0000', 60);
      await cache.set('b', '', 60);
      await cache.set('c', 'short', 0.05);
      expect(await cache.get('a')).toBe('text: é € 😀 \u0000');
      expect(await cache.get('b')).toBe('');
      await cache.set('a', 'newer', 60);
      expect(await cache.get('a')).toBe('newer');
      await cache.delete('a', 'b', 'never there');
      await cache.delete();
      expect(await cache.get('a')).toBeUndefined();
      expect(await cache.get('b')).toBeUndefined();
      await expect.poll(() => cache.get('c')).toBeUndefined();
    });

    it('tells every listener of a channel, and nobody else, until it stops listening', async () => {
      const { bus } = await one();
      const heard: string[] = [];
      bus.subscribe('error', () => {
        throw new Error('a broken listener');
      });
      bus.subscribe('error', (message) => heard.push(`first ${message}`));
      const stopListening = bus.subscribe('error', (message) => heard.push(`second ${message}`));
      bus.subscribe('other', (message) => heard.push(`other ${message}`));
      bus.publish('error', '1');
      await expect.poll(() => heard).toEqual(['first 1', 'second 1']);
      stopListening();
      bus.publish('error', '2');
      bus.publish('nobody listens', '3');
      await expect.poll(() => heard).toEqual(['first 1', 'second 1', 'first 2']);
    });

    it('counts each once in its window, however many come at once', async () => {
      const { limits } = await one();
      const all = await Promise.all(Array.from({ length: 20 }, () => limits.take('many', 60_000)));
      expect(all.map(({ taken }) => taken)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      for (const { leftMs } of all) {
        expect(leftMs).toBeGreaterThan(50_000);
        expect(leftMs).toBeLessThanOrEqual(60_000);
      }
      expect(await limits.take('another', 60_000)).toMatchObject({ taken: 1 });
    });

    it('counts anew when the window is over, and does not prolong it for those who come within', async () => {
      const { limits } = await one();
      expect(await limits.take('short', SHORT_MS)).toMatchObject({ taken: 1 });
      const { taken, leftMs } = await limits.take('short', SHORT_MS);
      expect(taken).toBe(2);
      expect(leftMs).toBeGreaterThan(0);
      await expect.poll(async () => (await limits.take('short', SHORT_MS)).taken, { interval: 20 }).toBe(1);
    });
  });
}

describe('coordination in this process', () => {
  it('forgets what was not asked for the longest when its bytes are used up', async () => {
    const { cache } = localCoordination({ logger: silent, cacheBytes: 3_000 });
    await cache.set('a', 'x'.repeat(500), 60);
    await cache.set('b', 'x'.repeat(500), 60);
    await cache.get('a');
    await cache.set('c', 'x'.repeat(500), 60);
    expect(await cache.get('b')).toBeUndefined();
    expect(await cache.get('a')).toBeDefined();
    await cache.set('larger than all', 'x'.repeat(5_000), 60);
    expect(await cache.get('larger than all')).toBeUndefined();
    expect(await cache.get('a')).toBeDefined();
  });

  it('never leaves more of a window than it is long', async () => {
    // 60,000 ms later, less this instant, is 60,000.00000000001 ms.
    const { limits } = localCoordination({ logger: silent, now: () => 6_000.1 });
    expect(await limits.take('key', 60_000)).toEqual({ taken: 1, leftMs: 60_000 });
  });

  it('says that it is local', () => {
    expect(localCoordination({ logger: silent }).state()).toBe('local');
  });
});
