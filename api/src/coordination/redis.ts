/*
 * Coordination through Redis, for several replicas. Nothing here fails a request: while Redis is away, each replica
 * goes on with a state of its own, and says so.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from '../postgres/logger.ts';
import type { Coordination, Limits } from './coordination.ts';
import { localLimits } from './local.ts';
import { redisBus } from './redis-bus.ts';
import { redisCache } from './redis-cache.ts';
import { RedisLink } from './redis-link.ts';

/** A start waits this long for Redis, then goes on without. */
const START_WAIT_MS = 1_000;
const START_LOOK_MS = 10;

/** KEYS: counter. ARGV: milliseconds of a window. Gives how many were taken, and the milliseconds left of the window. */
const TAKE = `
local taken = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  left = tonumber(ARGV[1])
  redis.call('PEXPIRE', KEYS[1], left)
end
return {taken, left}`;

const takeReply = z.tuple([z.number(), z.number()]);

/**
 * Coordination by a Redis that is there, or will be: a start does not wait for it long.
 *
 * @param url `redis://` or `rediss://`
 */
export async function redisCoordination(url: string, logger: Logger): Promise<Coordination> {
  const link = new RedisLink(url, logger);
  const cache = redisCache(link);
  const bus = redisBus(url, link, logger);
  const state = () => (link.up && bus.listening() ? 'shared' : 'degraded');
  const until = performance.now() + START_WAIT_MS;
  while (state() !== 'shared' && performance.now() < until) {
    await delay(START_LOOK_MS);
  }
  if (state() !== 'shared') {
    logger.warn('Redis is away: starting without it, trying on');
  }
  return {
    cache,
    bus,
    limits: redisLimits(link),
    state,
    async close() {
      bus.close();
      link.close();
    },
  };
}

function redisLimits(link: RedisLink): Limits {
  const alone = localLimits();
  return {
    take: (key, windowMs) =>
      link.ask(
        async (redis) => {
          const [taken, leftMs] = takeReply.parse(await redis.eval(TAKE, 1, `limit:${key}`, windowMs));
          return { taken, leftMs: Math.max(1, leftMs) };
        },
        () => alone.take(key, windowMs),
      ),
  };
}
