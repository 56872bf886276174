// A real Postgres server beside this process, from binaries that npm brings.
//
// What always holds:
//   - at most one server runs on a data directory. One that a killed process left behind is taken over when it
//     answers with our password, and ended otherwise;
//   - a server that dies is started again, on the same port, until stop() is called;
//   - after stop() no server runs, whether it was started or taken over here.

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { sqlState } from './availability.ts';
import {
  CLUSTER_DATABASE,
  type Cluster,
  clusterUrl,
  ensureCluster,
  MAINTENANCE_DATABASE,
} from './cluster.ts';
import type { Logger } from './logger.ts';
import { noRights, place } from './placement.ts';
import { endPostmaster, findPostmaster } from './postmaster.ts';
import { death, launch, type Server } from './server.ts';

export { EmbeddedPostgresError } from './embedded-error.ts';

const POLL_MS = 20;
/** How long a server that was found starting or stopping is given to come to an end of it. */
const ADOPT_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_REVIVAL_DELAY_MS = 100;
const LONGEST_REVIVAL_DELAY_MS = 5_000;
const DUPLICATE_DATABASE = '42P04';

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

/**
 * For a command beside the application: uses the server that the application runs on a data directory, and leaves it
 * running; where none runs, starts one that ends with `stop()`.
 *
 * @throws {EmbeddedPostgresError} with one line that says what to do
 */
export async function borrowEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDirectory, logger } = options;
  try {
    const cluster = await ensureCluster(await place(dataDirectory, logger));
    const running = await findPostmaster(cluster.directory);
    if (running?.ready && (await answers(cluster, running.port))) {
      await ensureDatabase(cluster, running.port);
      return { url: clusterUrl(cluster, running.port, CLUSTER_DATABASE), stop: async () => undefined };
    }
  } catch (error) {
    throw noRights(dataDirectory, error);
  }
  return startEmbeddedPostgres(options);
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
