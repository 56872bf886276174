import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { permissionsOf, type Role } from '../identity/permissions.ts';
import type { Documented, DocumentedRoute } from './documented.ts';
import { hostile, nearly } from './schema-arbitrary.ts';

/** Who sends a request. */
export type Sender = (typeof PEOPLE)[number] | 'stranger' | 'key';

/** Between them they may use every route. Those who may do most come first. */
const PEOPLE = ['administrator', 'mentor', 'operator', 'member'] as const satisfies readonly Role[];

export interface FuzzedRequest {
  readonly sender: Sender;
  readonly request: InjectOptions & { readonly url: string };
}

const BOUNDARY = 'riwayat-fuzz';
/** A whole, if empty, document. */
const SMALL_PDF = '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n';
/** Headers that mean something to some route, with values that a client library would let through. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'x-tenant': ['ours', 'theirs', 'platform', '_platform', 'no-such', '../..', 'x'.repeat(300)],
  'if-match': ['"1"', 'W/"1"', '*', '1', '"', 'x'.repeat(300)],
  'if-none-match': ['"1"', '*', '", "'],
  range: ['bytes=0-1', 'bytes=5-1', 'bytes=-', 'lines=1-2', `bytes=${'0-1,'.repeat(100)}`],
  accept: ['text/csv', 'application/json', '*/*', 'x'],
  'accept-language': ['id', 'en;q=0.1', '*', ',,,'],
  'user-agent': ['', 'x'.repeat(2_000), '<script>alert(1)</script>'],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'nonsense'],
  origin: ['http://localhost:80', 'https://evil.example', 'null'],
};

/** Requests to a route: what its schemas allow, and what they nearly allow. */
export function requestsTo(
  documented: Documented,
  { method, path, operation }: DocumentedRoute,
  knownIds: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const inPath = names.map((name) => {
    const schema = operation.parameters.find(
      (parameter) => parameter.in === 'path' && parameter.name === name,
    )?.schema;
    const ids = knownIds.length === 0 ? [] : [fc.constantFrom(...knownIds)];
    return fc.oneof(nearly(documented, schema ?? {}), ...ids).map(segment);
  });
  const query = operation.parameters.filter((parameter) => parameter.in === 'query');
  const inQuery = fc.record(
    Object.fromEntries(query.map(({ name, schema }) => [name, nearly(documented, schema)])),
    { requiredKeys: query.filter(({ required }) => required).map(({ name }) => name), noNullPrototype: true },
  );
  const more = fc.option(fc.tuple(fc.string({ maxLength: 10 }), hostile), { freq: 8, nil: undefined });
  return fc
    .record({
      sender: senderOf(operation),
      segments: fc.tuple(...inPath),
      query: inQuery,
      more,
      headers: headers(),
      body: body(documented, operation),
      address: fc.ipV4(),
    })
    .map(({ sender, segments, query: asked, more: extra, headers: sent, body: carried, address }) => {
      const search = new URLSearchParams();
      for (const [name, value] of [...Object.entries(asked), ...(extra === undefined ? [] : [extra])]) {
        search.append(name, String(textOf(value)));
      }
      const filled = names.reduce(
        (url, name, at) => url.replace(`{${name}}`, () => segments[at] ?? ''),
        path,
      );
      const url = search.size === 0 ? filled : `${filled}?${search}`;
      return {
        sender,
        request: {
          method: method as 'POST',
          url,
          remoteAddress: address,
          headers: { ...sent, ...carried.headers },
          ...(carried.payload !== undefined && { payload: carried.payload }),
        },
      };
    });
}

/** Most come from somebody who may use the route. */
function senderOf(operation: DocumentedRoute['operation']): fc.Arbitrary<Sender> {
  const { security, 'x-permission': permissions = [] } = operation;
  if (security.some((scheme) => 'apiKey' in scheme)) {
    return fc.constantFrom<Sender>('key', 'key', 'key', 'stranger', 'member');
  }
  const may = (person: Role): boolean =>
    permissions.length === 0 || permissionsOf(person).some((one) => permissions.includes(one));
  const somebody = PEOPLE.find(may) ?? 'member';
  return fc.constantFrom<Sender>(somebody, somebody, somebody, 'administrator', 'member', 'stranger');
}

function headers(): fc.Arbitrary<Record<string, string>> {
  const known = Object.entries(HEADERS).map(([name, values]) => [name, fc.constantFrom(...values)] as const);
  // One in eight has any of them: most requests are to get past the door.
  return fc.oneof(
    { weight: 7, arbitrary: fc.constant<Record<string, string>>({}) },
    {
      weight: 1,
      arbitrary: fc
        .record(Object.fromEntries(known), { requiredKeys: [] })
        .map((found) =>
          Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)])),
        ),
    },
  );
}

interface Carried {
  readonly headers: Record<string, string>;
  readonly payload?: string | Buffer;
}

function body(documented: Documented, { requestBody }: DocumentedRoute['operation']): fc.Arbitrary<Carried> {
  const kinds = Object.entries(requestBody?.content ?? {});
  if (kinds.length === 0) {
    return fc.constantFrom<Carried>({ headers: {} }, { headers: {} }, json('{}'), json(''));
  }
  const fitting = kinds.map(([type, { schema }]) => {
    const value = nearly(documented, schema);
    return type.startsWith('multipart/')
      ? fc
          .tuple(value, fc.constantFrom(SMALL_PDF, '', 'MZ\u0000', '%PDF-1.4'))
          .map(([fields, file]) => multipart(fields, file))
      : value.map((sent) => ({ headers: { 'content-type': type }, payload: JSON.stringify(sent) ?? '' }));
  });
  const broken = fc.constantFrom<Carried>(
    json('{'),
    json(''),
    json('{"__proto__":{"polluted":true}}'),
    json(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
    { headers: { 'content-type': 'text/plain' }, payload: 'text' },
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=1' },
    {
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      payload: `--${BOUNDARY}\r\n`,
    },
    { headers: {}, payload: Buffer.from([0xff, 0xfe, 0x00]) },
  );
  return fc.oneof({ weight: 9, arbitrary: fc.oneof(...fitting) }, { weight: 1, arbitrary: broken });
}

function json(payload: string): Carried {
  return { headers: { 'content-type': 'application/json' }, payload };
}

function multipart(fields: unknown, file: string): Carried {
  const parts = Object.entries(fields ?? {}).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name.replaceAll(/[\r\n"]/g, '')}"\r\n\r\n${textOf(value)}\r\n`,
  );
  const upload = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="../a\u202e.pdf"\r\ncontent-type: application/pdf\r\n\r\n${file}\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    payload: `${parts.join('')}${upload}--${BOUNDARY}--\r\n`,
  };
}

/**
 * A value as a place in an address, where nothing, one dot and two would be another address. Halves of characters
 * cannot be sent at all: they go as the replacement character.
 */
function segment(value: unknown): string {
  const text = Buffer.from(textOf(value)).toString();
  return /^\.{0,2}$/.test(text) ? 'nothing' : encodeURIComponent(text);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
