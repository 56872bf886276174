import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DatabaseUnavailableError, isUnavailability } from './availability.ts';

const COMMANDS_WITH_ROW_COUNT = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/**
 * Kysely's Postgres dialect over a pool, with two differences from the one it brings: a failure to reach Postgres
 * is a {@link DatabaseUnavailableError}, whichever way it shows; and a connection that failed so is closed instead
 * of going back to the pool, where the next request would meet it.
 */
export function postgresDialect(pool: Pool): Dialect {
  return {
    createDriver: () => new PoolDriver(pool),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class PoolConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const result = await this.#client.query<R & QueryResultRow>(sql, [...parameters]);
      const { rows, rowCount, command } = result;
      return COMMANDS_WITH_ROW_COUNT.has(command) && rowCount !== null
        ? { rows, numAffectedRows: BigInt(rowCount) }
        : { rows };
    } catch (error) {
      if (isUnavailability(error)) {
        this.#broken = true;
        throw new DatabaseUnavailableError(error);
      }
      throw error;
    }
  }

  // biome-ignore lint/correctness/useYield: the interface wants it; nothing here reads by cursor
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are not streamed from Postgres here. Page by key instead.');
  }

  release(): void {
    this.#client.release(this.#broken);
  }
}

class PoolDriver implements Driver {
  readonly #pool: Pool;
  readonly #connections = new WeakMap<DatabaseConnection, PoolConnection>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {
    // The pool connects when it is first asked to.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw isUnavailability(error) ? new DatabaseUnavailableError(error) : error;
    }
    const connection = new PoolConnection(client);
    this.#connections.set(connection, connection);
    return connection;
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : '';
    const access = settings.accessMode ? ` ${settings.accessMode}` : '';
    await connection.executeQuery(CompiledQuery.raw(`start transaction${isolation}${access}`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#connections.get(connection)?.release();
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}
