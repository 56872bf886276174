/*
 * ClickHouse's HTTP interface in front of the embedded engine, with faults on command.
 *
 * What always holds: a statement is run once, when all of its request is there, and answered when it is done, as a
 * server does under `wait_end_of_query`; what a fault says was stored is stored, and nothing else is. Not served, and
 * said so by NOT_IMPLEMENTED: sessions, roles, forms, ClickHouse's own compression, binary formats in a body. Rows
 * written count those of the statement, not what materialized views add.
 */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { Engine, type Result } from './engine.ts';
import { Exception, exception, onCommand, statusOf } from './exception.ts';
import { type Fault, Faults, type Struck } from './faults.ts';
import { addressOf, bodyOf, credentialsOf, type Preamble, preambleOf } from './request.ts';

export interface ServerOptions {
  /** The engine's data directory. */
  readonly path: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Passwords by user; `default` without one unless given. */
  readonly users?: Readonly<Record<string, string>>;
  /** Numbers from 0 to 1 that decide whether a fault with a probability strikes. */
  readonly random?: () => number;
}

const HOST = '127.0.0.1';
/** As ClickHouse's `http_max_uri_size`. */
const MAX_HEADER_BYTES = 1_048_576;
/** Longer than the client keeps an idle connection. */
const KEEP_ALIVE_MS = 10_000;
const CHUNK_BYTES = 65_536;
const NANOSECONDS = 1e9;
const MS = 1000;

const ENCODERS = { gzip: createGzip, deflate: createDeflate, br: createBrotliCompress };
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  JSON: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
};

/** A running server. Made by {@link startClickHouse}. */
export class ClickHouseServer {
  /** What went wrong so far, and what goes wrong next. */
  readonly #faults: Faults;
  readonly #engine: Engine;
  readonly #users: Readonly<Record<string, string>>;
  readonly #version: string;
  readonly #hanging = new Set<ServerResponse>();
  #server: Server | undefined;
  #port: number;

  constructor({ path, port = 0, users = { default: '' }, random = Math.random }: ServerOptions) {
    this.#faults = new Faults(random);
    this.#engine = new Engine(path);
    this.#version = this.#engine.version();
    this.#users = users;
    this.#port = port;
  }

  /** The address for a client, the same for as long as the server lives. */
  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** How many statements faults have struck. */
  get struck(): number {
    return this.#faults.struck;
  }

  /** Lets something go wrong, from the next statement on. Resolves when it is so. */
  async inflict(fault: Fault): Promise<void> {
    if (fault.kind === 'refuse') {
      await this.#unlisten();
    } else {
      this.#faults.add(fault, fault);
    }
  }

  /** Ends all faults. Statements that hang are cut off: they are never answered. */
  async clear(): Promise<void> {
    this.#faults.clear();
    for (const response of this.#hanging) {
      response.destroy();
    }
    await this.listen();
  }

  async listen(): Promise<void> {
    if (this.#server !== undefined) {
      return;
    }
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS });
    server.on('request', (request, response) => void this.#serve(request, response));
    server.listen(this.#port, HOST);
    await once(server, 'listening');
    const address = server.address();
    this.#port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    this.#server = server;
  }

  /** Ends the server and its engine; open connections are cut. */
  async close(): Promise<void> {
    await this.#unlisten();
    this.#engine.close();
  }

  async #unlisten(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname, search } = addressOf(request);
      if (pathname === '/ping' || (pathname === '/' && search === '' && request.method === 'GET')) {
        response.end('Ok.\n');
      } else if (pathname === '/') {
        await this.#answer(request, response);
      } else {
        response.writeHead(404).end(`There is no handle ${request.url}\n`);
      }
    } catch (error) {
      if (error instanceof Exception) {
        this.#refuse(request, response, error);
      } else {
        // The client went away, or a fault cut it off: nobody is there to be told.
        response.destroy();
      }
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#authenticate(request);
    const preamble = preambleOf(request);
    response.setHeader('X-ClickHouse-Query-Id', preamble.queryId);
    const { sql, struck } = await this.#receive(request, response, preamble);
    if (struck !== undefined && 'stored' in struck && struck.stored === true) {
      await this.#engine.run({ ...preamble, sql });
    }
    if (struck?.kind === 'exception') {
      throw onCommand(struck.exception);
    }
    if (struck?.kind !== 'hang') {
      const result = await this.#engine.run({ ...preamble, sql });
      await this.#send(response, { preamble, sql, result, struck });
    }
  }

  #authenticate(request: IncomingMessage): void {
    const { user, password } = credentialsOf(request);
    if (this.#users[user] !== password) {
      throw exception(
        'AUTHENTICATION_FAILED',
        `${user}: Authentication failed: password is incorrect, or there is no user with such name`,
      );
    }
  }

  /** All of a statement, and the fault that strikes it: known by the statement's beginning. */
  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    { query }: Preamble,
  ): Promise<{ sql: string; struck: Struck | undefined }> {
    let struck = query === '' ? undefined : this.#strike(response, query);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of bodyOf(request)) {
        if (query === '' && chunks.length === 0) {
          struck = this.#strike(response, chunk.toString());
        }
        chunks.push(chunk);
        await passing(chunk, struck);
        if (struck?.kind === 'reset' && struck.during === 'request') {
          cut(request);
        }
      }
    } catch (error) {
      throw isCodecError(error)
        ? exception('ZLIB_INFLATE_FAILED', `inflate failed: ${error.message}`)
        : error;
    }
    const body = Buffer.concat(chunks);
    if (!isUtf8(body)) {
      throw exception('NOT_IMPLEMENTED', 'A body that is not UTF-8 is not served here');
    }
    return { sql: [query, body.toString()].filter((part) => part !== '').join('\n'), struck };
  }

  #strike(response: ServerResponse, statement: string): Struck | undefined {
    const struck = this.#faults.take(statement);
    if (struck?.kind === 'hang') {
      this.#hanging.add(response);
      response.once('close', () => this.#hanging.delete(response));
    }
    return struck;
  }

  async #send(response: ServerResponse, { preamble, sql, result, struck }: Answer): Promise<void> {
    const format = formatOf(sql) ?? preamble.format;
    response.setHeader('X-ClickHouse-Format', format);
    response.setHeader('X-ClickHouse-Summary', JSON.stringify(summaryOf(sql, result)));
    response.setHeader('Content-Type', CONTENT_TYPES[format] ?? 'text/plain; charset=UTF-8');
    if (preamble.encoding !== undefined) {
      response.setHeader('Content-Encoding', preamble.encoding);
    }
    if (struck?.kind === 'reset') {
      response.write(result.bytes.subarray(0, Math.ceil(result.bytes.length / 2)));
      response.flushHeaders();
      cut(response);
    }
    const source = Readable.from(chunksOf(result.bytes, struck));
    await (preamble.encoding === undefined
      ? pipeline(source, response)
      : pipeline(source, ENCODERS[preamble.encoding](), response));
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: Exception): void {
    request.resume();
    const version = error.message.includes('(version ') ? '' : ` (version ${this.#version})`;
    response.writeHead(statusOf(error), {
      'Content-Type': 'text/plain; charset=UTF-8',
      'X-ClickHouse-Exception-Code': error.code,
    });
    response.end(`${error.message}${version}\n`);
  }
}

interface Answer {
  readonly preamble: Preamble;
  readonly sql: string;
  readonly result: Result;
  readonly struck: Struck | undefined;
}

/** Starts a server on a free port. Throws when another process uses the data directory. */
export async function startClickHouse(options: ServerOptions): Promise<ClickHouseServer> {
  const server = new ClickHouseServer(options);
  await server.listen();
  return server;
}

/** The time that a fault makes some bytes take. */
async function passing(chunk: Buffer, struck: Struck | undefined): Promise<void> {
  if (struck?.kind === 'slow') {
    await delay((chunk.length / struck.bytesPerSecond) * MS);
  }
}

async function* chunksOf(bytes: Buffer, struck: Struck | undefined): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    const chunk = bytes.subarray(start, start + CHUNK_BYTES);
    await passing(chunk, struck);
    yield chunk;
  }
}

/** Resets the connection, and ends the serving of its statement. */
function cut({ socket }: IncomingMessage | ServerResponse): never {
  socket?.resetAndDestroy();
  throw new Error('The connection was reset on command');
}

function summaryOf(sql: string, { rowsRead, bytesRead, elapsed, bytes }: Result): Record<string, string> {
  const writes = isInsert(sql);
  return {
    read_rows: `${rowsRead}`,
    read_bytes: `${bytesRead}`,
    written_rows: writes ? `${rowsRead}` : '0',
    written_bytes: writes ? `${bytesRead}` : '0',
    total_rows_to_read: '0',
    result_rows: writes ? `${rowsRead}` : '0',
    result_bytes: `${bytes.length}`,
    elapsed_ns: `${Math.round(elapsed * NANOSECONDS)}`,
  };
}

/** The format that a statement asks its result in. */
function formatOf(sql: string): string | undefined {
  return isInsert(sql) ? undefined : /\bFORMAT\s+(\w+)(?:\s+SETTINGS\s[^\n]*)?\s*;?\s*$/i.exec(sql)?.[1];
}

function isInsert(sql: string): boolean {
  return /^\s*INSERT\b/i.test(sql);
}

function isCodecError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(?:Z_|ERR_BROTLI|ERR__)/.test(String(error.code));
}
