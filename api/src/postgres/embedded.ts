// A real Postgres server beside this process, from binaries that npm brings.
//
// What always holds:
//   - at most one server runs on a data directory. One that a killed process left behind is taken over when it
//     answers with our password, and ended otherwise;
//   - a server that dies is started again, on the same port, until stop() is called;
//   - after stop() no server runs, whether it was started or taken over here.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { sqlState } from './availability.ts';
import {
  CLUSTER_DATABASE,
  type Cluster,
  clusterUrl,
  ensureCluster,
  MAINTENANCE_DATABASE,
  spawnServer,
} from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Logger } from './logger.ts';
import { noRights, place } from './placement.ts';
import { endPostmaster, findPostmaster, isPostmaster, removeStalePidFile } from './postmaster.ts';

export { EmbeddedPostgresError } from './embedded-error.ts';

const POLL_MS = 20;
/** A server that was cut off reads its log again first; on a slow disk that takes a while. */
const START_TIMEOUT_MS = 60_000;
/** How long a server that was found starting or stopping is given to come to an end of it. */
const ADOPT_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Somebody else can take a free port between our finding it and Postgres's binding it. */
const START_ATTEMPTS = 5;
const FIRST_REVIVAL_DELAY_MS = 100;
const LONGEST_REVIVAL_DELAY_MS = 5_000;
/** A server taken over is nobody's child here, so its death is seen by looking. */
const WATCH_INTERVAL_MS = 500;
const LINES_KEPT = 20;
const DUPLICATE_DATABASE = '42P04';

/** What Postgres says when a start is worth trying again: the port was taken, or its dead predecessor lingers. */
const PASSING_TROUBLE = /Address already in use|is still in use|lock file .* already exists/;

export interface EmbeddedPostgresOptions {
  /** Holds the data and the password; made when missing. */
  readonly dataDirectory: string;
  readonly logger: Logger;
}

export interface EmbeddedPostgres {
  /** `postgres://…`, the same for as long as this is not stopped. */
  readonly url: string;
  /** Ends the server. Resolves once it is gone; again and again if wanted. */
  stop(): Promise<void>;
}

/**
 * Starts Postgres on a data directory, or takes over the server that is running there, and waits until it answers.
 *
 * @throws {EmbeddedPostgresError} with one line that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDirectory, logger } = options;
  try {
    const cluster = await ensureCluster(await place(dataDirectory, logger));
    const server = (await adopt(cluster, logger)) ?? (await launch(cluster, logger));
    try {
      await ensureDatabase(cluster, server.port);
    } catch (error) {
      await endPostmaster(server.pid, cluster.directory, logger);
      throw error;
    }
    return new Supervisor(cluster, server, logger);
  } catch (error) {
    throw noRights(dataDirectory, error);
  }
}

interface Server {
  readonly pid: number;
  readonly port: number;
  /** Undefined for a server that was taken over. */
  readonly child: ChildProcess | undefined;
}

class Supervisor implements EmbeddedPostgres {
  readonly url: string;
  readonly #cluster: Cluster;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  #server: Server;
  #stopped: Promise<void> | undefined;

  constructor(cluster: Cluster, server: Server, logger: Logger) {
    this.url = clusterUrl(cluster, server.port, CLUSTER_DATABASE);
    this.#cluster = cluster;
    this.#server = server;
    this.#logger = logger;
    this.#watching = this.#watch();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    await endPostmaster(this.#server.pid, this.#cluster.directory, this.#logger);
  }

  async #watch(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await death(this.#server, this.#cluster, this.#stopping.signal);
      if (!this.#stopping.signal.aborted) {
        this.#logger.error({ pid: this.#server.pid }, 'Postgres died; starting it again');
        await this.#revive();
      }
    }
  }

  async #revive(): Promise<void> {
    const { port } = this.#server;
    let delay = FIRST_REVIVAL_DELAY_MS;
    while (!this.#stopping.signal.aborted) {
      try {
        this.#server = await launch(this.#cluster, this.#logger, port);
        this.#logger.info({ pid: this.#server.pid, port }, 'Postgres runs again');
        return;
      } catch (error) {
        this.#logger.error({ err: error }, `Postgres did not start again; next try in ${delay} ms`);
      }
      await pause(delay, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      delay = Math.min(delay * 2, LONGEST_REVIVAL_DELAY_MS);
    }
  }
}

/** Resolves when the server has ended, or when nobody wants to know any more. */
async function death(server: Server, cluster: Cluster, signal: AbortSignal): Promise<void> {
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

/** The server already running on the cluster when it is ours and answers; otherwise it is ended. */
async function adopt(cluster: Cluster, logger: Logger): Promise<Server | undefined> {
  const deadline = Date.now() + ADOPT_TIMEOUT_MS;
  let found = await findPostmaster(cluster.directory);
  while (found !== undefined) {
    const { pid, port } = found;
    if (found.ready && (await answers(cluster, port))) {
      logger.info({ pid, port }, 'took over the Postgres that an earlier process left running');
      return { pid, port, child: undefined };
    }
    if (found.ready || Date.now() > deadline) {
      logger.warn({ pid }, 'a Postgres left running does not answer; ending it');
      await endPostmaster(pid, cluster.directory, logger);
      return undefined;
    }
    await pause(POLL_MS);
    found = await findPostmaster(cluster.directory);
  }
  return undefined;
}

/**
 * Starts a server and waits until it takes connections.
 *
 * @param port where it must listen; a free port when left out
 */
async function launch(cluster: Cluster, logger: Logger, port?: number): Promise<Server> {
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
      await pause(FIRST_REVIVAL_DELAY_MS * attempt);
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

async function answers(cluster: Cluster, port: number): Promise<boolean> {
  try {
    await withClient(cluster, port, (client) => client.query('select 1'));
    return true;
  } catch {
    // Whatever the reason, it is not a server to rely on yet.
    return false;
  }
}

async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  await withClient(cluster, port, async (client) => {
    const known = await client.query('select from pg_database where datname = $1', [CLUSTER_DATABASE]);
    if (known.rowCount === 0) {
      await client.query(`create database ${CLUSTER_DATABASE}`).catch((error: unknown) => {
        if (sqlState(error) !== DUPLICATE_DATABASE) {
          throw error;
        }
      });
    }
  });
}

async function withClient<T>(
  cluster: Cluster,
  port: number,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: clusterUrl(cluster, port, MAINTENANCE_DATABASE),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // The failure is told by the call that meets it; without a listener it would end the process as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
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
