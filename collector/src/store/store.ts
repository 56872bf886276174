/*
 * ClickHouse, embedded or a server, behind the same few calls.
 *
 * What always holds: settings stand in the SQL, never in the client's `clickhouse_settings` (on the embedded engine
 * those stay on the connection for later queries); an INSERT carries a token and is applied once per token, in the
 * raw table and in both rollups; every SELECT carries limits and a label.
 */
import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { fillIn, insertSettings, type Layout, readSettings } from './cluster.ts';
import { connectEmbedded } from './embedded.ts';
import { runMigrations } from './migrations.ts';
import { StoreError } from './store-error.ts';

export type StoreAddress =
  /** The engine inside this process, its data in a directory that no other process may use. */
  | { readonly kind: 'embedded'; readonly path: string }
  /**
   * A ClickHouse server, `http://user:password@host:8123`. With the name of a cluster in the server's configuration,
   * tables are replicated and distributed over it.
   */
  | { readonly kind: 'server'; readonly url: string; readonly cluster?: string };

export interface StoreOptions {
  readonly address: StoreAddress;
  readonly logger: Logger;
}

export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  /** Makes the insert happen once, however often it is sent. Never used for other rows. */
  readonly token: string;
  /** JSONCompactEachRow lines. */
  readonly lines: string;
  /** Ends waiting for a server's answer. What becomes of the insert is then not known: send it again. */
  readonly signal?: AbortSignal;
}

/** An insert whose lines are a file's. */
export interface FileInsert extends Omit<Insert, 'lines'> {
  readonly path: string;
}

/** A statement that changes what is stored, and is not an insert of lines. */
export interface Change {
  /** Tables as cluster.ts names them; its own SETTINGS included. */
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface Select<T> {
  /** Ends before SETTINGS and FORMAT, which are added. Tables are `{{database}}.…`. */
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  /** What a row must look like. */
  readonly row: z.ZodType<T>;
  /** Kept in ClickHouse's query log as `log_comment`. */
  readonly label: string;
  /** Nobody waits for it: it may take longer and read more. */
  readonly inBackground?: boolean;
}

const DATABASE = 'riwayat';

/** A read that takes longer has lost its reader. */
const READ_SECONDS = 20;
const READ_MEMORY_BYTES = 2_000_000_000;
const READ_ROWS = 500_000_000;

/** What looks at all tenants' rows of a day. */
const BACKGROUND_SECONDS = 300;
const BACKGROUND_ROWS = 20_000_000_000;

/** One block an insert, whatever the server's profile says: only then does a refused insert leave nothing behind. */
const INSERT_BLOCK_ROWS = 1_048_576;
const INSERT_BLOCK_BYTES = 268_435_456;
/** Of a file that is streamed to a server. With a quarter of it, sending takes half as much CPU time again. */
const FILE_CHUNK_BYTES = 1_048_576;

/** ClickHouse's own codes for "these rows cannot be read as these columns". All else is worth trying again. */
const ROW_ERRORS: ReadonlySet<string> = new Set([
  '6', // CANNOT_PARSE_TEXT
  '25', // CANNOT_PARSE_ESCAPE_SEQUENCE
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '32', // ATTEMPT_TO_READ_AFTER_EOF
  '33', // CANNOT_READ_ALL_DATA
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '69', // ARGUMENT_OUT_OF_BOUND
  '70', // CANNOT_CONVERT_TYPE
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '130', // CANNOT_READ_ARRAY_FROM_TEXT
  '131', // TOO_LARGE_STRING_SIZE
  '349', // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  '376', // CANNOT_PARSE_UUID
  '467', // CANNOT_PARSE_BOOL
  '469', // VIOLATED_CONSTRAINT
]);

/** What the engine takes for a pattern, or an archive, in the name of a file: it would find nothing and say nothing. */
const HAS_PATTERN = /[*?{}[\]]|::/;
const FILE_DOESNT_EXIST = '107';

const columnRow = z.object({ name: z.string(), type: z.string() });

/** Whether an insert failed because of its rows, so that sending the same rows again cannot help. */
export function isRefusedRows(error: unknown): boolean {
  // Told by its code, not its class: the engine and the HTTP client each throw a class of their own.
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && ROW_ERRORS.has(error.code)
  );
}

/** Whether an insert failed because its file is not there. */
export function isMissingFile(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === FILE_DOESNT_EXIST)
  );
}

/**
 * Opens the store. The embedded engine is up on return; a server is not asked anything yet.
 *
 * @throws {StoreError} `store-in-use` or `store-not-writable` for an embedded store
 */
export function openStore({ address, logger }: StoreOptions): Store {
  // The client would write to the standard error stream; what fails is logged here, where it is known what it means.
  const log = { level: ClickHouseLogLevel.OFF };
  const client =
    address.kind === 'embedded'
      ? createClient({ connection: connectEmbedded(address.path), log })
      : createClient({ url: address.url, log });
  const cluster = address.kind === 'server' ? address.cluster : undefined;
  return new Store(client, address.kind, logger, { database: DATABASE, ...(cluster && { cluster }) });
}

/** An open store. Made by {@link openStore}. */
export class Store {
  readonly #client: ClickHouseClient;
  readonly #kind: StoreAddress['kind'];
  readonly #logger: Logger;
  readonly #layout: Layout;
  /** Of each table, the types of its columns as text gives them. */
  readonly #types = new Map<string, ReadonlyMap<string, string>>();

  constructor(client: ClickHouseClient, kind: StoreAddress['kind'], logger: Logger, layout: Layout) {
    this.#client = client;
    this.#kind = kind;
    this.#logger = logger;
    this.#layout = layout;
  }

  /** Whether the engine is this process's own: nobody else writes, and a read sees everything that is stored. */
  get ownsEngine(): boolean {
    return this.#kind === 'embedded';
  }

  /** Creates what is missing of the database. Harmless when repeated. */
  async migrate(): Promise<void> {
    this.#types.clear();
    await runMigrations(this, { layout: this.#layout, logger: this.#logger });
  }

  /**
   * Inserts lines in one block: all of them, or none.
   *
   * @throws ClickHouse's own error; {@link isRefusedRows} tells whether the rows are to blame
   */
  async insert({ lines, signal, ...insert }: Insert): Promise<void> {
    await this.#command(`${into(insert, this.#layout)} FORMAT JSONCompactEachRow\n${lines}`, signal);
  }

  /**
   * Inserts a file's lines in one block: all of them, or none. The lines do not pass through this process's heap: the
   * embedded engine reads the file itself, which is three times as fast as lines in a statement; to a server the
   * file is streamed.
   *
   * @throws as {@link insert}; {@link isMissingFile} tells whether there is no such file
   */
  async insertFile({ path, signal, ...insert }: FileInsert): Promise<void> {
    if (this.#kind === 'embedded') {
      if (HAS_PATTERN.test(path)) {
        await this.insert({ ...insert, lines: await readFile(path, 'utf8') });
        return;
      }
      const names = insert.columns.join(', ');
      const source = [resolve(path), 'JSONCompactEachRow', await this.#structure(insert), 'none'].map(
        literal,
      );
      await this.#command(
        `${into(insert, this.#layout)}, max_threads = 1, max_insert_threads = 1, max_block_size = ${INSERT_BLOCK_ROWS}` +
          ` SELECT ${names} FROM file(${source.join(', ')})`,
      );
      return;
    }
    const file = await open(path);
    const values = file.createReadStream({ highWaterMark: FILE_CHUNK_BYTES });
    // Whoever reads it hears of a failure too; but nobody reads it before a connection is there.
    values.on('error', () => undefined);
    try {
      const { stream } = await this.#client.exec({
        query: `${into(insert, this.#layout)} FORMAT JSONCompactEachRow`,
        values,
        ...(signal && { abort_signal: signal }),
      });
      // The answer's end is the insert's end.
      await finished(stream.resume());
    } finally {
      values.destroy();
    }
  }

  /**
   * Reads rows.
   *
   * @throws {StoreError} `store-unavailable`, `query-failed`, or `unexpected-answer` when a row is not as promised
   */
  async select<T>({ sql, params, row, label, inBackground = false }: Select<T>): Promise<T[]> {
    const limits = inBackground
      ? `max_execution_time = ${BACKGROUND_SECONDS}, max_rows_to_read = ${BACKGROUND_ROWS}`
      : `max_execution_time = ${READ_SECONDS}, max_rows_to_read = ${READ_ROWS}`;
    const rows = await this.#rows({
      query:
        `${fillIn(sql, this.#layout)}\nSETTINGS ${limits}, max_memory_usage = ${READ_MEMORY_BYTES}` +
        `, output_format_json_quote_64bit_integers = 1${readSettings(this.#layout)}, log_comment = ${literal(label)}`,
      query_params: params,
    }).catch((error: unknown) => {
      throw readError(label, error);
    });
    const parsed = z.array(row).safeParse(rows);
    if (!parsed.success) {
      throw new StoreError('unexpected-answer', `The answer to ${label} is not as expected: ${parsed.error}`);
    }
    return parsed.data;
  }

  /**
   * Changes what is stored; on a cluster, on every node that the statement names.
   *
   * @throws ClickHouse's own error
   */
  async change({ sql, params }: Change): Promise<void> {
    await this.#client.command({ query: fillIn(sql, this.#layout), query_params: { ...params } });
  }

  /** Resolves when the store answers a query. */
  async ping(): Promise<void> {
    const answer = await this.#client.ping({ select: true });
    if (!answer.success) {
      throw new StoreError('store-unavailable', `ClickHouse does not answer: ${answer.error.message}`, {
        cause: answer.error,
      });
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #rows(question: { query: string; query_params: Record<string, unknown> }): Promise<unknown> {
    const answer = await this.#client.query({ ...question, format: 'JSONEachRow' });
    return answer.json();
  }

  /** Names and types of an insert's columns as a file has them: what the table makes of a text, a file's text becomes. */
  async #structure({ table, columns }: Omit<Insert, 'lines'>): Promise<string> {
    let types = this.#types.get(table);
    if (types === undefined) {
      const rows = await this.select({
        sql: `SELECT name, type FROM system.columns WHERE database = '${DATABASE}' AND table = {table:String}`,
        params: { table },
        row: columnRow,
        label: 'store.columns',
      });
      // Read as plain strings, dictionaries are made once, for the block; that takes half the time.
      types = new Map(rows.map(({ name, type }) => [name, type.replace(/^LowCardinality\((.*)\)$/, '$1')]));
      this.#types.set(table, types);
    }
    return columns.map((name) => `${name} ${types.get(name) ?? 'String'}`).join(', ');
  }

  async #command(query: string, signal?: AbortSignal): Promise<void> {
    await this.#client.command({ query, ...(signal && { abort_signal: signal }) });
  }
}

/** Up to its settings: what makes an insert one block, applied once. */
function into({ table, columns, token }: Omit<Insert, 'lines'>, layout: Layout): string {
  return (
    `INSERT INTO ${DATABASE}.${table} (${columns.join(', ')}) SETTINGS async_insert = 0, input_format_parallel_parsing = 0` +
    `, insert_deduplicate = 1, insert_deduplication_token = ${literal(token)}` +
    ', deduplicate_blocks_in_dependent_materialized_views = 1' +
    `, max_insert_block_size = ${INSERT_BLOCK_ROWS}, min_insert_block_size_rows = ${INSERT_BLOCK_ROWS}` +
    `, min_insert_block_size_bytes = ${INSERT_BLOCK_BYTES}${insertSettings(layout)}`
  );
}

/** ClickHouse's errors carry its own numeric code; everything else says that it was not reached. */
function readError(label: string, error: unknown): StoreError {
  const reason = error instanceof Error ? error.message : String(error);
  const refused =
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^\d+$/.test(error.code);
  return refused
    ? new StoreError('query-failed', `ClickHouse refused ${label}: ${reason}`, { cause: error })
    : new StoreError('store-unavailable', `ClickHouse does not answer ${label}: ${reason}`, { cause: error });
}

/** A string literal of ClickHouse's SQL. */
function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
