/*
 * What a request to ClickHouse's HTTP interface asks for.
 *
 * The statement is the parameter `query` and the body, one after the other; everything in the address that the
 * interface does not name is a setting.
 */
import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Statement } from './engine.ts';
import { exception } from './exception.ts';

/** What the address and the headers say, before a byte of the body is there. */
export interface Preamble extends Omit<Statement, 'sql'> {
  /** The beginning of the statement, or all of it. */
  readonly query: string;
  readonly queryId: string;
  /** The response's Content-Encoding. */
  readonly encoding: 'gzip' | 'deflate' | 'br' | undefined;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Parameters of the interface itself, which are not settings; and those that are not served here. */
const RESERVED = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
]);
const IGNORED = new Set(['wait_end_of_query', 'buffer_size', 'stacktrace', 'client_protocol_version']);
const UNSERVED = new Set(['session_id', 'compress', 'decompress', 'role']);

const DEFAULT_USER = 'default';
const DEFAULT_FORMAT = 'TabSeparated';
/** What a GET may do: read, and change settings. */
const READ_ONLY = '2';
const PARAMETER = 'param_';

/** @throws {Exception} NOT_IMPLEMENTED for what the interface has and this server does not */
export function preambleOf(request: IncomingMessage): Preamble {
  const address = addressOf(request);
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  for (const [name, value] of address.searchParams) {
    if (UNSERVED.has(name)) {
      throw exception('NOT_IMPLEMENTED', `The parameter ${name} is not served here`);
    }
    if (name.startsWith(PARAMETER)) {
      params.set(name.slice(PARAMETER.length), value);
    } else if (!RESERVED.has(name) && !IGNORED.has(name)) {
      settings.set(name, value);
    }
  }
  if (request.headers['content-type']?.startsWith('multipart/form-data')) {
    throw exception('NOT_IMPLEMENTED', 'Forms are not served here');
  }
  if (request.method !== 'POST') {
    settings.set('readonly', READ_ONLY);
  }
  return {
    query: address.searchParams.get('query') ?? '',
    queryId: address.searchParams.get('query_id') ?? crypto.randomUUID(),
    database: address.searchParams.get('database') ?? header(request, 'x-clickhouse-database'),
    format:
      address.searchParams.get('default_format') ?? header(request, 'x-clickhouse-format') ?? DEFAULT_FORMAT,
    settings,
    params,
    encoding: settings.get('enable_http_compression') === '1' ? encodingFor(request) : undefined,
  };
}

/** Who asks: by Basic authentication, by ClickHouse's headers, or by the address. */
export function credentialsOf(request: IncomingMessage): Credentials {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...password] = Buffer.from(basic, 'base64').toString().split(':');
    return { user, password: password.join(':') };
  }
  const { searchParams } = addressOf(request);
  return {
    user: header(request, 'x-clickhouse-user') ?? searchParams.get('user') ?? DEFAULT_USER,
    password: header(request, 'x-clickhouse-key') ?? searchParams.get('password') ?? '',
  };
}

/**
 * The body as it was before its Content-Encoding. Ends with an error when the body does.
 *
 * @throws {Exception} NOT_IMPLEMENTED for an encoding that is not known here
 */
export function bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') {
    return request;
  }
  const decoders = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const create = Object.entries(decoders).find(([name]) => name === encoding)?.[1];
  if (create === undefined) {
    throw exception('NOT_IMPLEMENTED', `Unknown compression method ${encoding}`);
  }
  const decoder = create();
  request.once('error', (error) => decoder.destroy(error));
  return request.pipe(decoder);
}

/** The path and the parameters of the request. */
export function addressOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://localhost');
}

function encodingFor(request: IncomingMessage): Preamble['encoding'] {
  const accepted = (header(request, 'accept-encoding') ?? '')
    .split(',')
    .map((one) => one.split(';')[0]?.trim());
  return (['br', 'gzip', 'deflate'] as const).find((encoding) => accepted.includes(encoding));
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
