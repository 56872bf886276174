/*
 * What always holds:
 *   - a deletion that Redis did not take is made up for: whoever comes back to Redis makes every replica forget the whole
 *     cache before it is asked again. That takes one write: each entry begins with the epoch it was stored in, and only
 *     the present one counts;
 *   - what a replica keeps while Redis is away, where no deletion of another reaches it, it keeps for LONGEST_ALONE_SECONDS
 *     at most.
 */
import { randomBytes } from 'node:crypto';
import type { Cache } from './coordination.ts';
import { localCache } from './local.ts';
import type { RedisLink } from './redis-link.ts';

const MS_PER_SECOND = 1_000;
const LONGEST_ALONE_SECONDS = 30;
const EPOCH_BYTES = 9;
const EPOCH = 'cache-epoch';

/** KEYS: epoch, entry. ARGV: text, milliseconds. */
const SET_IN_EPOCH = `
redis.call('SET', KEYS[2], (redis.call('GET', KEYS[1]) or '') .. ' ' .. ARGV[1], 'PX', ARGV[2])
return 1`;

/** A cache that replicas share. */
export function redisCache(link: RedisLink): Cache {
  const alone = localCache();
  const entry = (key: string): string => `cache:${key}`;
  let missedDeletions = 0;
  link.beforeUse(async (redis) => {
    let before: number;
    do {
      before = missedDeletions;
      await redis.set(EPOCH, randomBytes(EPOCH_BYTES).toString('base64url'));
      // One that was missed meanwhile may have come after the epoch began, when another replica already stored in it.
    } while (missedDeletions !== before);
    alone.clear();
  });
  return {
    get: (key) =>
      link.ask(
        async (redis) => {
          const [epoch, text] = await redis.mget(EPOCH, entry(key));
          const beginning = `${epoch ?? ''} `;
          return text?.startsWith(beginning) ? text.slice(beginning.length) : undefined;
        },
        () => alone.get(key),
      ),
    async set(key, value, ttlSeconds) {
      const ttlMs = Math.ceil(ttlSeconds * MS_PER_SECOND);
      await link.ask(
        async (redis) => void (await redis.eval(SET_IN_EPOCH, 2, EPOCH, entry(key), value, ttlMs)),
        () => alone.set(key, value, Math.min(ttlSeconds, LONGEST_ALONE_SECONDS)),
      );
    },
    async delete(...keys) {
      if (keys.length > 0) {
        await link.ask(
          async (redis) => void (await redis.unlink(...keys.map(entry))),
          async () => {
            missedDeletions += 1;
            await alone.delete(...keys);
          },
        );
      }
    },
  };
}
