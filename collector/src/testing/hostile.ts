/*
 * Hostile requests to the ingest routes, for fuzzing.
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bytesField, varintField } from '../ingest/protobuf.ts';

/** A request as bytes on the wire. */
export interface Payload {
  readonly path: string;
  /** Lines of the head, as they are sent, without their ends. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const NEWLINE_BOMB = gzipSync(Buffer.alloc(4 * 1024 * 1024, '\n'));
const DEEP = '['.repeat(100_000);

const hostileString = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\u0000',
    'a\r\nx-injected: 1',
    '\ud800',
    '\uffff',
    '../../etc/passwd',
    "'; DROP TABLE requests; --",
  ),
  fc.constantFrom(
    'x'.repeat(300),
    'é'.repeat(600),
    '/x?secret=1',
    '{{database}}',
    '%00',
    '$(id)',
    '\\',
    '"',
    '[]',
  ),
);

/** JSON text of a value that is not what is asked for. */
const hostileJson = fc.oneof(
  hostileString.map((text) => JSON.stringify(text)),
  fc.constantFrom('1e999', '-1', '-0', '1.5', '9007199254740993', '123456789012345678901234567890', '1e-400'),
  fc.constantFrom(
    'null',
    'true',
    '[]',
    '{}',
    '{"__proto__":{"status":200}}',
    '[[[[[1]]]]]',
    'NaN',
    '',
    '{',
    '"',
  ),
  fc.json({ maxDepth: 4 }),
  fc.integer({ min: 1, max: 3_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
);

const soundRequest = {
  ts: () => String(Date.now()),
  endpoint: () => '"/orders/:id"',
  method: () => '"GET"',
  status: () => '200',
  duration_ms: () => '12.5',
};
const OTHER_FIELDS = [
  'id',
  'source',
  'user_id',
  'user_role',
  'session_id',
  'bytes_in',
  'cpu_us',
  'memory_kb_ms',
  'cache',
  'kind',
  'trace_id',
  'instance',
  'outcome',
  'messages',
  'client_address',
  'tenant_id',
  '__proto__',
  'constructor',
  'toString',
];

/** Members of an object, some of them hostile, twice, or not there. */
function objectText(
  sound: Readonly<Record<string, () => string>>,
  others: readonly string[],
): fc.Arbitrary<string> {
  const names = [...Object.keys(sound), ...others];
  const change = fc.tuple(fc.constantFrom(...names), fc.oneof(hostileJson, fc.constant(undefined)));
  return fc.tuple(fc.array(change, { maxLength: 3 }), fc.boolean()).map(([changes, twice]) => {
    const members = new Map(Object.entries(sound).map(([name, value]) => [name, value()]));
    for (const [name, value] of changes) {
      if (value === undefined) {
        members.delete(name);
      } else {
        members.set(name, value);
      }
    }
    const texts = [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    return `{${(twice ? [...texts, ...texts] : texts).join(',')}}`;
  });
}

const requestText = objectText(soundRequest, OTHER_FIELDS);
const eventText = objectText(
  { specversion: () => '"1.0"', id: () => `"${Math.random()}"`, source: () => '"/fuzz"', type: () => '"t"' },
  ['subject', 'time', 'datacontenttype', 'dataschema', 'data', 'data_base64', 'userid', 'Ext', '__proto__'],
);
const spanText = objectText(
  {
    traceId: () => '"5b8efff798038103d269b633813fc60c"',
    spanId: () => `"${Math.random().toString(16).slice(2, 18).padEnd(16, '1')}"`,
    kind: () => '2',
    startTimeUnixNano: () => `"${Date.now()}000000"`,
    endTimeUnixNano: () => `"${Date.now()}000000"`,
    attributes: () =>
      '[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"http.response.status_code","value":{"intValue":200}}]',
  },
  ['name', 'events', 'links', '__proto__'],
).map((span) => `{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":[${span}]}]}]}`);

/** A span of an HTTP server in Protocol Buffers, with attributes of a generated kind. */
const protobufSpan = fc
  .tuple(hostileString, fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.constantFrom(200, 404, 70_000))
  .map(([text, ids, status]) => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const times = Buffer.alloc(18);
    times[0] = 0x39;
    times.writeBigUInt64LE(now - 1_000_000n, 1);
    times[9] = 0x41;
    times.writeBigUInt64LE(now, 10);
    const pair = (key: string, value: Buffer): Buffer =>
      bytesField(9, Buffer.concat([bytesField(1, key), bytesField(2, value)]));
    const span = Buffer.concat([
      bytesField(1, Buffer.from(ids)),
      bytesField(2, Buffer.from(ids.subarray(0, 8))),
      varintField(6, 2),
      times,
      pair('http.request.method', bytesField(1, 'GET')),
      pair('http.response.status_code', varintField(3, status)),
      pair('user.id', bytesField(1, text)),
    ]);
    return bytesField(1, bytesField(2, bytesField(2, span)));
  });

/** Protocol Buffers: any fields at all, and spans that are nearly right. */
const protobufBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(
        Uint8Array.of(0x0a, 0x02, 0x12, 0x00),
        Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f),
        Uint8Array.of(0x0a, 0x0a, 0x12, 0x08, 0x12, 0x06, 0x30, 0x02, 0x0a, 0x02, 0x01, 0x02),
        Uint8Array.of(0x0b, 0x0c, 0x00),
        Uint8Array.from({ length: 11 }, () => 0xff),
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts));

/** A body, and what was done to its bytes. */
function mangled(body: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      body,
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.constantFrom('keep', 'keep', 'set', 'cut', 'insert', 'repeat'),
    )
    .map(([bytes, position, byte, how]) => {
      const at = bytes.length === 0 ? 0 : position % bytes.length;
      const before = bytes.subarray(0, at);
      const after = bytes.subarray(at);
      switch (how) {
        case 'set':
          return Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
        case 'cut':
          return before;
        case 'insert':
          return Buffer.concat([before, Buffer.of(byte, 0xff, byte), after]);
        case 'repeat':
          return Buffer.concat([bytes, after]);
        default:
          return bytes;
      }
    });
}

/** A body as it is sent, with the header that says so; or says something else. */
function encoded(body: fc.Arbitrary<Buffer>): fc.Arbitrary<{ body: Buffer; headers: string[] }> {
  return fc.oneof(
    { weight: 6, arbitrary: body.map((plain) => ({ body: plain, headers: [] })) },
    {
      weight: 3,
      arbitrary: body.map((plain) => ({
        body: gzipSync(plain, { level: 1 }),
        headers: ['content-encoding: gzip'],
      })),
    },
    {
      weight: 1,
      arbitrary: mangled(body.map((plain) => gzipSync(plain, { level: 1 }))).map((bytes) => ({
        body: bytes,
        headers: ['content-encoding: gzip'],
      })),
    },
    {
      weight: 1,
      arbitrary: body.map((plain) => ({ body: deflateSync(plain), headers: ['content-encoding: deflate'] })),
    },
    {
      weight: 1,
      arbitrary: body.map((plain) => ({
        body: brotliCompressSync(plain),
        headers: ['content-encoding: br'],
      })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('gzip', 'br', 'zstd', 'gzip, gzip', '\u0001', '')
        .chain((name) => body.map((plain) => ({ body: plain, headers: [`content-encoding: ${name}`] }))),
    },
  );
}

const lines = fc
  .array(fc.oneof({ weight: 5, arbitrary: requestText }, hostileJson, fc.constant('')), { maxLength: 12 })
  .map((all) => Buffer.from(all.join('\n')));

function payload(path: string, contentType: string, body: fc.Arbitrary<Buffer>): fc.Arbitrary<Payload> {
  return encoded(mangled(body)).map(({ body: bytes, headers }) => ({
    path,
    headers: [`content-type: ${contentType}`, ...headers],
    body: bytes,
  }));
}

const text = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  arbitrary.map((value) => Buffer.from(value));
const array = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc.array(arbitrary, { maxLength: 5 }).map((all) => Buffer.from(`[${all.join(',')}]`));

/** Attributes as headers, some of them no header at all. */
const binaryEvent: fc.Arbitrary<Payload> = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.constantFrom(
          'ce-subject',
          'ce-time',
          'ce-id',
          'CE-Source',
          'ce-type',
          'ce-a b',
          'ce-',
          'ce-__proto__',
          'host',
        ),
        fc.oneof(hostileString, fc.constantFrom('%C0%A0', '"\\"', '%', '%2', 'caf\u00e9')),
      ),
      { maxLength: 4 },
    ),
    fc.constantFrom('application/json', 'text/plain', 'x', 'a/b; c="', 'application/octet-stream'),
    fc.uint8Array({ maxLength: 60 }),
  )
  .map(([headers, contentType, body]) => ({
    path: '/v1/events',
    headers: [
      'ce-specversion: 1.0',
      `ce-id: ${Math.random()}`,
      'ce-source: /fuzz',
      'ce-type: t',
      `content-type: ${contentType}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ],
    body: Buffer.from(body),
  }));

const fixed: fc.Arbitrary<Payload> = fc
  .tuple(
    fc.constantFrom(
      '/v1/requests',
      '/v1/events',
      '/v1/traces',
      '/v1/requests?results=all',
      '/v1/requests?%ff',
    ),
    fc.constantFrom(
      'application/json',
      'application/x-ndjson',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/x-protobuf',
    ),
    fc.constantFrom(
      { body: BOMB, headers: ['content-encoding: gzip'] },
      { body: NEWLINE_BOMB, headers: ['content-encoding: gzip'] },
      { body: Buffer.from(DEEP), headers: [] },
      { body: Buffer.from(DEEP + ']'.repeat(DEEP.length)), headers: [] },
      { body: Buffer.from(`{"data":${DEEP}${']'.repeat(DEEP.length)}}`), headers: [] },
      { body: Buffer.alloc(0), headers: [] },
      { body: Buffer.from('null'), headers: [] },
    ),
  )
  .map(([path, contentType, { body, headers }]) => ({
    path,
    headers: [`content-type: ${contentType}`, ...headers],
    body,
  }));

/** Any of them; bombs and the like are rare, for they are slow. */
export const hostilePayload: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 60, arbitrary: payload('/v1/requests', 'application/x-ndjson', lines) },
  { weight: 20, arbitrary: payload('/v1/requests', 'application/json', array(requestText)) },
  { weight: 30, arbitrary: payload('/v1/events', 'application/cloudevents+json', text(eventText)) },
  { weight: 20, arbitrary: payload('/v1/events', 'application/cloudevents-batch+json', array(eventText)) },
  { weight: 20, arbitrary: binaryEvent },
  { weight: 30, arbitrary: payload('/v1/traces', 'application/json', text(spanText)) },
  { weight: 10, arbitrary: payload('/v1/traces', 'application/x-protobuf', protobufBytes) },
  { weight: 20, arbitrary: payload('/v1/traces', 'application/x-protobuf', protobufSpan) },
  { weight: 1, arbitrary: fixed },
);
