import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { findOnPath } from './environment.ts';
import { freePort } from './server.ts';

const START_TIMEOUT_MS = 5_000;
const RETRY_MS = 20;

/** Where redis-server is; undefined: nowhere. */
export const redisServerPath = findOnPath('redis-server');
/** Why tests of Redis are skipped. */
export const REDIS_MISSING = 'needs redis-server on the PATH: install Redis';

/** A Redis in a process of its own, on a port of this machine that stays the same. It keeps nothing on disk. */
export interface TestRedis {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Holds it up: connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
}

/** @throws {Error} when there is no redis-server */
export async function startTestRedis(): Promise<TestRedis> {
  if (redisServerPath === undefined) {
    throw new Error(REDIS_MISSING);
  }
  const path = redisServerPath;
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const redis: TestRedis = {
    url,
    async start() {
      child = spawn(
        path,
        ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
        {
          stdio: 'ignore',
        },
      );
      await answers(url);
    },
    async kill() {
      if (child?.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
  await redis.start();
  return redis;
}

/** @throws {Error} when it does not within the time of a start */
async function answers(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => RETRY_MS });
  // Refused while it starts.
  client.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve);
      timer = setTimeout(() => reject(new Error('redis-server does not answer')), START_TIMEOUT_MS);
    });
  } finally {
    clearTimeout(timer);
    client.disconnect();
  }
}
