/*
 * The way to Redis, which may be gone at any time.
 *
 * What always holds:
 *   - asking never fails and never waits for a connection: while Redis is away the answer is the other one, at once;
 *   - a Redis that stops answering without closing its connections costs those who ask at that moment
 *     LONGEST_ANSWER_MS, once; from then on it counts as away;
 *   - it is tried again in the background, and asked by requests only when it has taken a write.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from '../postgres/logger.ts';

/** What everything of ours begins with, beside whatever else a Redis is used for. */
const KEY_PREFIX = 'riwayat:';
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 500;
const LONGEST_ANSWER_MS = 100;
/** How often a Redis that is connected and does not answer is tried again. */
const PROBE_EVERY_MS = 250;

/** A client that reconnects for ever, and never makes a command wait for that. */
export function redisClient(url: string, logger: Logger): Redis {
  return new Redis(url, {
    keyPrefix: KEY_PREFIX,
    connectionName: 'riwayat',
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // Spread, so that replicas do not all come back in the same millisecond.
    retryStrategy: (tries) =>
      Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS) * (1 - Math.random() / 2),
  }).on('error', (error) => {
    logger.debug({ err: error }, 'no connection to Redis');
  });
}

export class RedisLink {
  readonly #client: Redis;
  readonly #logger: Logger;
  #prepare = async (_redis: Redis): Promise<void> => undefined;
  readonly #probe: NodeJS.Timeout;
  #up = false;
  #preparing = false;

  constructor(url: string, logger: Logger) {
    this.#logger = logger;
    this.#client = redisClient(url, logger);
    this.#client.on('ready', () => this.#reach());
    this.#client.on('close', () => this.#lost());
    this.#probe = setInterval(() => this.#reach(), PROBE_EVERY_MS).unref();
  }

  /** Whether Redis is asked at all. */
  get up(): boolean {
    return this.#up;
  }

  /** Sets what is done in Redis each time it is reached, before anything is asked of it. */
  beforeUse(prepare: (redis: Redis) => Promise<void>): void {
    this.#prepare = prepare;
  }

  /**
   * @param command what Redis is asked
   * @param otherwise the answer while Redis is away, or when it fails
   */
  async ask<T>(command: (redis: Redis) => Promise<T>, otherwise: () => T | Promise<T>): Promise<T> {
    if (!this.#up) {
      return otherwise();
    }
    try {
      return await inTime(command(this.#client));
    } catch (error) {
      this.#lost(error);
      return otherwise();
    }
  }

  close(): void {
    clearInterval(this.#probe);
    this.#client.removeAllListeners('ready').removeAllListeners('close');
    this.#client.disconnect();
    this.#up = false;
  }

  #reach(): void {
    if (this.#up || this.#preparing || this.#client.status !== 'ready') {
      return;
    }
    this.#preparing = true;
    inTime(this.#prepare(this.#client))
      .then(
        () => {
          this.#up = this.#client.status === 'ready';
          this.#logger.info('Redis is reached');
        },
        (error: unknown) => this.#logger.debug({ err: error }, 'Redis does not answer'),
      )
      .finally(() => {
        this.#preparing = false;
      });
  }

  #lost(error?: unknown): void {
    if (this.#up) {
      this.#up = false;
      this.#logger.warn({ err: error }, 'Redis is away: this process goes on with a state of its own');
    }
  }
}

/** @throws {Error} when there is no answer in time */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(LONGEST_ANSWER_MS, undefined, { signal: stop.signal }).then(
    // Whatever held this process up also kept it from reading: an answer that is there by now is in time.
    () =>
      new Promise<never>((_resolve, reject) => setImmediate(() => reject(new Error('no answer in time')))),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    late.catch(() => undefined);
    answer.catch(() => undefined);
    stop.abort();
  }
}
