import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../postgres/logger.ts';
import type { Bus } from './coordination.ts';
import { localBus } from './local.ts';
import { type RedisLink, redisClient } from './redis-link.ts';

const ORIGIN_BYTES = 9;
/** One for all: which replica listens to which of ours is its own affair. */
const CHANNEL = 'riwayat:bus';

/** Who said it, our channel, the message. */
const envelope = z.tuple([z.string(), z.string(), z.string()]);

interface RedisBus extends Bus {
  /** Whether others are heard. */
  listening(): boolean;
  close(): void;
}

/** A bus between replicas. Listeners of the replica that publishes hear it whether or not Redis is there. */
export function redisBus(url: string, link: RedisLink, logger: Logger): RedisBus {
  const here = localBus(logger);
  const origin = randomBytes(ORIGIN_BYTES).toString('base64url');
  // A connection that listens can ask nothing else.
  const client = redisClient(url, logger);
  let listening = false;
  client.on('ready', () => {
    client.subscribe(CHANNEL).then(
      () => {
        listening = true;
      },
      // It breaks when the connection does, and the next one subscribes again.
      (error: unknown) => logger.debug({ err: error }, 'not subscribed to Redis'),
    );
  });
  client.on('close', () => {
    listening = false;
  });
  client.on('message', (_channel, text) => {
    const said = read(text);
    if (said === undefined) {
      logger.warn('a message on the bus is none of ours');
    } else if (said[0] !== origin) {
      here.publish(said[1], said[2]);
    }
  });
  return {
    publish(channel, message) {
      here.publish(channel, message);
      void link.ask(
        (redis) => redis.publish(CHANNEL, JSON.stringify([origin, channel, message])),
        () => 0,
      );
    },
    subscribe: here.subscribe,
    listening: () => listening,
    close() {
      client.removeAllListeners('ready').removeAllListeners('close');
      client.disconnect();
      listening = false;
    },
  };
}

function read(text: string): z.infer<typeof envelope> | undefined {
  try {
    return envelope.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      return undefined;
    }
    throw error;
  }
}
