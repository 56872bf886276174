import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, spawnServer } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Logger } from './logger.ts';
import { findPostmaster, isPostmaster, removeStalePidFile } from './postmaster.ts';

const POLL_MS = 20;
/** A server that was cut off reads its log again first; on a slow disk that takes a while. */
const START_TIMEOUT_MS = 60_000;
/** Somebody else can take a free port between our finding it and Postgres's binding it. */
const START_ATTEMPTS = 5;
const RETRY_DELAY_MS = 100;
/** A server taken over is nobody's child here, so its death is seen by looking. */
const WATCH_INTERVAL_MS = 500;
const LINES_KEPT = 20;

/** What Postgres says when a start is worth trying again: the port was taken, or its dead predecessor lingers. */
const PASSING_TROUBLE = /Address already in use|is still in use|lock file .* already exists/;

/** A running server of a cluster. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** Undefined for a server that was taken over. */
  readonly child: ChildProcess | undefined;
}

/**
 * Starts a server and waits until it takes connections.
 *
 * @param port where it must listen; a free port when left out
 */
export async function launch(cluster: Cluster, logger: Logger, port?: number): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort());
    await removeStalePidFile(cluster.directory);
    const child = spawnServer(cluster, chosen);
    const said = listen(child, logger);
    try {
      await ready(cluster, child);
      return { pid: pidOf(child), port: chosen, child };
    } catch (error) {
      const lines = await said(hasEnded(child));
      if (attempt >= START_ATTEMPTS || !PASSING_TROUBLE.test(lines.join('\n'))) {
        const reason = error instanceof EmbeddedPostgresError ? lastWords(lines) : String(error);
        throw new EmbeddedPostgresError(
          'does-not-start',
          `The embedded Postgres in ${cluster.placement.home} does not start: ${reason}`,
          error,
        );
      }
      logger.warn({ attempt }, 'Postgres did not start at once; trying again');
      await pause(RETRY_DELAY_MS * attempt);
    }
  }
}

async function ready(cluster: Cluster, child: ChildProcess): Promise<void> {
  await once(child, 'spawn');
  const pid = pidOf(child);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded(child)) {
    const found = await findPostmaster(cluster.directory);
    if (found?.pid === pid && found.ready) {
      return;
    }
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      throw new Error(`it was not ready within ${START_TIMEOUT_MS / 1000} seconds`);
    }
    await pause(POLL_MS);
  }
  throw new EmbeddedPostgresError('does-not-start', 'the server ended while it was starting');
}

/** Resolves when the server has ended, or when nobody wants to know any more. */
export async function death(server: Server, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { child, pid } = server;
  try {
    if (child !== undefined) {
      if (!hasEnded(child)) {
        await once(child, 'exit', { signal });
      }
      return;
    }
    while (await isPostmaster(pid, cluster.directory)) {
      await pause(WATCH_INTERVAL_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

/**
 * Passes the server's log on, and keeps its last lines for an error message.
 *
 * @returns gives the lines; told that the server has ended, it waits for the last of them
 */
function listen(child: ChildProcess, logger: Logger): (ended: boolean) => Promise<string[]> {
  const kept: string[] = [];
  if (child.stderr === null) {
    return async () => kept;
  }
  const reader = createInterface({ input: child.stderr });
  const complete = once(reader, 'close');
  reader.on('line', (line) => {
    kept.push(line);
    kept.splice(0, kept.length - LINES_KEPT);
    if (/\b(FATAL|PANIC):/.test(line)) {
      logger.warn({ line }, 'Postgres');
    } else {
      logger.debug({ line }, 'Postgres');
    }
  });
  return async (ended) => {
    if (ended) {
      await complete;
    }
    return kept;
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The message that explains the end: the first fatal one, with the hint or detail that follows it. */
function lastWords(lines: readonly string[]): string {
  const fatal = lines.findIndex((line) => /\b(FATAL|PANIC):/.test(line));
  const told = fatal === -1 ? lines.slice(-1) : lines.slice(fatal, fatal + 2);
  return (
    told.map((line) => line.replace(/^.*?\b(?=FATAL|PANIC|DETAIL|HINT)/, '')).join(' ') || 'it said nothing'
  );
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) {
    throw new EmbeddedPostgresError('does-not-start', 'the server could not be run');
  }
  return child.pid;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') {
    throw new EmbeddedPostgresError('does-not-start', 'no free port was found on 127.0.0.1');
  }
  return address.port;
}
