import { accessSync, constants, mkdirSync } from 'node:fs';
import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { StoreError } from './store-error.ts';

export type ClientConnection = NonNullable<ClickHouseClientConfigOptions['connection']>;

type Engine = ReturnType<typeof createChdbConnection>;

/**
 * A connection runs one statement at a time: two inserts are under way, and a read waits for neither. More would not
 * help: statements with parameters, which is what reads are, take turns in the whole process.
 */
const CONNECTIONS = 3;

/**
 * The engine inside this process as a connection of the ClickHouse client.
 *
 * Settings that the client would send beside a statement are dropped: the engine would keep them on the connection
 * for later statements. Ours stand in the SQL.
 *
 * @param path the data directory; created if need be
 * @throws {StoreError} `store-in-use` or `store-not-writable`
 */
export function connectEmbedded(path: string): ClientConnection {
  // All in this process share one engine; each costs next to no memory.
  const connections = Array.from({ length: CONNECTIONS }, () => ({ engine: openEngine(path), busy: 0 }));
  async function onFree<T>(run: (engine: Engine) => Promise<T>): Promise<T> {
    const free = connections.reduce((least, other) => (other.busy < least.busy ? other : least));
    free.busy += 1;
    try {
      return await run(free.engine);
    } finally {
      free.busy -= 1;
    }
  }
  return {
    ping: () => onFree((engine) => engine.ping({ select: true })),
    query: ({ query, query_params }) =>
      onFree((engine) => engine.query({ query, ...(query_params && { query_params }) })),
    command: ({ query, query_params }) =>
      onFree((engine) => engine.command({ query, ...(query_params && { query_params }) })),
    insert: ({ query, values }) => onFree((engine) => engine.insert({ query, values })),
    exec: ({ query, values }) => onFree((engine) => engine.exec({ query, ...(values && { values }) })),
    close: async () => {
      await Promise.all(connections.map(({ engine }) => engine.close()));
    },
  };
}

function openEngine(path: string): Engine {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StoreError(
      'store-not-writable',
      `The data directory ${path} cannot be written: ${messageOf(error)}. ` +
        'Give this user the right to it, or choose another.',
      { cause: error },
    );
  }
  try {
    return createChdbConnection({ path });
  } catch (error) {
    // The engine says why on the standard error stream only; a taken lock is by far the likeliest.
    throw new StoreError(
      'store-in-use',
      `The embedded ClickHouse cannot open ${path}: ${messageOf(error)}. Most likely another process uses this ` +
        'directory, which one process at a time may do: stop that one, or choose another directory.',
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
