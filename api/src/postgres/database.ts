import { Kysely, sql } from 'kysely';
import { type CustomTypesConfig, Pool, type PoolConfig, types } from 'pg';
import { postgresDialect } from './driver.ts';
import type { Logger } from './logger.ts';
import { migrate } from './migrate.ts';
import { migrateJobs } from './migrate-jobs.ts';
import type { Schema } from './schema.ts';

const DEFAULT_MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server gives up on a statement after this long… */
const STATEMENT_TIMEOUT_MS = 15_000;
/** …and we on the server a little later, when it does not even say so. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 3_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
const IDLE_CONNECTION_MS = 60_000;
/** Another replica may be migrating at the same moment: wait for it this long. */
const MIGRATION_LOCK_TIMEOUT_MS = 60_000;

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
}

/** Connections to the database. */
interface PoolUse {
  readonly open: number;
  /** Of those open, the ones in use. */
  readonly busy: number;
  /** How many there may be. */
  readonly most: number;
  /** Queries that wait for one. */
  readonly waiting: number;
}

/** The application's Postgres. */
export interface Database {
  /** Queries. They reject with DatabaseUnavailableError while Postgres cannot be reached. */
  readonly db: Kysely<Schema>;
  /** Resolves when Postgres answers; rejects with DatabaseUnavailableError when it does not. */
  ping(): Promise<void>;
  connections(): PoolUse;
  /** Waits for running queries, then closes every connection. */
  close(): Promise<void>;
}

/**
 * Connects to Postgres and brings the schema up to date. Several processes may do so at once: one migrates, the
 * others wait for it.
 *
 * @throws {DatabaseUnavailableError} when Postgres cannot be reached
 * @throws {MigrationError} when the schema cannot be brought up to date
 */
export async function openDatabase({ url, logger, maxConnections }: DatabaseOptions): Promise<Database> {
  const connection: PoolConfig = {
    connectionString: url,
    application_name: 'riwayat',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };

  // Apart from the rest: a migration may take longer than any query may.
  const migrating = new Kysely<Schema>({
    dialect: postgresDialect(
      quietPool({ ...connection, max: 1, lock_timeout: MIGRATION_LOCK_TIMEOUT_MS }, logger),
    ),
  });
  try {
    await migrate(migrating, logger);
    await migrateJobs(url, logger);
  } finally {
    await migrating.destroy();
  }

  const most = maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const pool = quietPool(
    {
      ...connection,
      max: most,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
    logger,
  );
  const db = new Kysely<Schema>({ dialect: postgresDialect(pool) });
  return {
    db,
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    connections: () => ({
      open: pool.totalCount,
      busy: pool.totalCount - pool.idleCount,
      most,
      waiting: pool.waitingCount,
    }),
    close: () => db.destroy(),
  };
}

/** A date is a day on a calendar, `YYYY-MM-DD`; an instant, as the driver makes of it, is another day elsewhere. */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.DATE ? String : types.getTypeParser(oid, format ?? 'text'),
};

/**
 * A pool that survives the death of its connections. Without listeners a lost connection ends the process: the pool
 * looks after those that are idle, and nobody after those in use, whose statement fails besides.
 */
export function quietPool(config: PoolConfig, logger: Logger): Pool {
  const pool = new Pool({ ...config, types: TYPES });
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      logger.warn({ err: error }, 'a database connection was lost');
    });
  });
  pool.on('error', (error) => {
    logger.debug({ err: error }, 'an idle database connection was removed');
  });
  return pool;
}
