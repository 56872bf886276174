// A server that was left behind by a process that was killed, seen from outside.
//
// What always holds: a process is only ever signalled after the operating system said that it is a Postgres on our
// own data directory. A process number in a file proves nothing: numbers are used again.

import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { kill, platform } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Logger } from './logger.ts';

const run = promisify(execFile);

const POLL_MS = 20;
/** Fast shutdown ends every session and writes a checkpoint; a slow disk may take its time. */
const FAST_SHUTDOWN_MS = 12_000;
/** Immediate shutdown leaves the work to the next start; Postgres itself kills stragglers after five seconds. */
const IMMEDIATE_SHUTDOWN_MS = 7_000;

/** Lines of `postmaster.pid` (PostgreSQL, miscadmin.h, LOCK_FILE_LINE_*), counted from nought. */
const LINE = { pid: 0, port: 3, status: 7 } as const;

/** A running server, as its pid file tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** True once it takes connections. */
  readonly ready: boolean;
}

/** The server running on a data directory, or undefined. */
export async function findPostmaster(directory: string): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(directory), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[LINE.pid] ?? '', 10);
  if (!(pid > 0) || !(await isPostmaster(pid, directory))) {
    return undefined;
  }
  return {
    pid,
    port: Number.parseInt(lines[LINE.port] ?? '', 10) || 0,
    ready: lines[LINE.status]?.trim() === 'ready',
  };
}

/**
 * Removes the pid file of a server that is gone: Postgres refuses to start beside it when another process has got
 * its number since. Not to be called while a server of ours is starting: it may not be recognisable yet.
 */
export async function removeStalePidFile(directory: string): Promise<void> {
  if ((await findPostmaster(directory)) === undefined) {
    await rm(pidFile(directory), { force: true });
  }
}

function pidFile(directory: string): string {
  return join(directory, 'postmaster.pid');
}

/** True when `pid` lives and is the Postgres server of this data directory. */
export async function isPostmaster(pid: number, directory: string): Promise<boolean> {
  if (platform === 'linux') {
    // Empty for a process that has ended and was not yet waited for.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const words = command.split('\0');
    return words[0]?.endsWith('postgres') === true && words[words.indexOf('-D') + 1] === directory;
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') && stdout.includes(`-D ${directory} `);
}

/**
 * Ends a server: fast shutdown, and when that takes too long, immediate shutdown. Resolves once it is gone.
 *
 * @throws {EmbeddedPostgresError} `does-not-stop` when it is still there after that
 */
export async function endPostmaster(pid: number, directory: string, logger: Logger): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (!(await isPostmaster(pid, directory))) {
      return;
    }
    send(pid, signal);
    if (await gone(pid, directory, patience)) {
      return;
    }
    logger.warn({ pid, signal }, 'Postgres did not stop in time');
  }
  throw new EmbeddedPostgresError(
    'does-not-stop',
    `The Postgres on ${directory} (process ${pid}) does not stop. End it by hand, then start again.`,
  );
}

async function gone(pid: number, directory: string, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (await isPostmaster(pid, directory)) {
    if (Date.now() > deadline) {
      return false;
    }
    await pause(POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}
