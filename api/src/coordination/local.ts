import { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../postgres/logger.ts';
import type { Bus, Cache, Coordination, Limits } from './coordination.ts';

const MS_PER_SECOND = 1_000;
/** Of cached text, its keys counted with it. */
const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;
/** Characters of a JavaScript string that are not all Latin-1 take two bytes each. */
const BYTES_PER_CHARACTER = 2;
/** What an entry costs besides its text: its places in the cache's tables. */
const ENTRY_BYTES = 100;
/** Beyond so many, the window that was not asked for the longest is forgotten, and with it what was taken in it. */
const MOST_WINDOWS = 100_000;

/** A cache that can be emptied. */
export interface LocalCache extends Cache {
  clear(): void;
}

export interface LocalOptions {
  readonly logger: Logger;
  readonly cacheBytes?: number;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** Coordination within this process: right for one, and what remains to each of several when Redis is away. */
export function localCoordination({ logger, cacheBytes, now }: LocalOptions): Coordination {
  return {
    cache: localCache({ ...(cacheBytes !== undefined && { cacheBytes }), ...(now && { now }) }),
    bus: localBus(logger),
    limits: localLimits(now),
    state: () => 'local',
    close: async () => undefined,
  };
}

/** Bounded by bytes; what was not asked for the longest goes first. */
export function localCache({
  cacheBytes = DEFAULT_CACHE_BYTES,
  now = () => performance.now(),
}: Pick<LocalOptions, 'cacheBytes' | 'now'> = {}): LocalCache {
  const entries = new LRUCache<string, string>({
    maxSize: cacheBytes,
    sizeCalculation: (value, key) => (key.length + value.length) * BYTES_PER_CHARACTER + ENTRY_BYTES,
    perf: { now },
    ttlResolution: 0,
  });
  return {
    get: async (key) => entries.get(key),
    async set(key, value, ttlSeconds) {
      entries.set(key, value, { ttl: Math.ceil(ttlSeconds * MS_PER_SECOND) });
    },
    async delete(...keys) {
      for (const key of keys) {
        entries.delete(key);
      }
    },
    clear: () => entries.clear(),
  };
}

/** Listeners hear a message after the publisher has gone on; one that throws does not keep it from the others. */
export function localBus(logger: Logger): Bus {
  const channels = new EventEmitter().setMaxListeners(0);
  return {
    publish(channel, message) {
      queueMicrotask(() => channels.emit(named(channel), message));
    },
    subscribe(channel, listener) {
      const heard = (message: string): void => {
        try {
          listener(message);
        } catch (error) {
          logger.error({ err: error, channel }, 'a listener failed at a message');
        }
      };
      channels.on(named(channel), heard);
      return () => channels.off(named(channel), heard);
    },
  };
}

/** An emitter treats the name "error" as special: no channel has it. */
function named(channel: string): string {
  return `channel:${channel}`;
}

interface Window {
  taken: number;
  readonly endsAt: number;
}

/** Counts within this process. */
export function localLimits(now: () => number = () => performance.now()): Limits {
  const windows = new LRUCache<string, Window>({ max: MOST_WINDOWS });
  return {
    async take(key, windowMs) {
      const at = now();
      let window = windows.get(key);
      if (window === undefined || window.endsAt <= at) {
        window = { taken: 0, endsAt: at + windowMs };
        windows.set(key, window);
      }
      window.taken += 1;
      // Fractions of a millisecond are rounded on the way there and back: never more is left than the window.
      return { taken: window.taken, leftMs: Math.min(windowMs, window.endsAt - at) };
    },
  };
}
