/*
 * Traces from the OpenTelemetry SDK's own exporters, over a socket, into the store.
 */
import { type Attributes, SpanKind, type TimeInput } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  openTestCollector,
  startIngest,
  TEST_KEY,
  type TestCollector,
  type TestIngest,
} from '../testing/ingest.ts';
import { bytesField, ProtobufReader } from './protobuf.ts';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };

const row = z.record(z.string(), z.unknown());

let collector: TestCollector;
let ingest: TestIngest;
beforeAll(async () => {
  collector = await openTestCollector();
  ingest = await startIngest({ collector });
});
afterAll(async () => {
  await ingest.close();
  await collector.close();
});

/** A tracer whose spans go to the ingest server; `failures` collects what the exporter says. */
function tracerFor(make: (config: { url: string; headers: Record<string, string> }) => SpanExporter) {
  const exporter = make({ url: `${ingest.url}/v1/traces`, headers: { authorization: `Bearer ${TEST_KEY}` } });
  const failures: unknown[] = [];
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'checkout', 'service.instance.id': 'checkout-7' }),
    spanProcessors: [
      new SimpleSpanProcessor({
        export: (spans, done) =>
          exporter.export(spans, (result) => {
            if (result.error !== undefined) {
              failures.push(result.error);
            }
            done(result);
          }),
        shutdown: () => exporter.shutdown(),
      }),
    ],
  });
  return { tracer: provider.getTracer('test'), provider, failures };
}

const EXPORTERS = {
  protobuf: (config: { url: string; headers: Record<string, string> }) => new ProtobufExporter(config),
  'gzipped protobuf': (config: { url: string; headers: Record<string, string> }) => {
    const gzip: NonNullable<ConstructorParameters<typeof ProtobufExporter>[0]> = { ...config };
    Object.assign(gzip, { compression: 'gzip' });
    return new ProtobufExporter(gzip);
  },
  JSON: (config: { url: string; headers: Record<string, string> }) => new JsonExporter(config),
};

describe.each(Object.entries(EXPORTERS))('the SDK exporter for %s', (encoding, make) => {
  it('stores spans of HTTP servers as requests, and takes all others without keeping them', async () => {
    const { tracer, provider, failures } = tracerFor(make);
    const route = `/${encoding.replaceAll(' ', '-')}/:id`;
    const start = Date.now() - 5_000;
    const span = (kind: SpanKind, attributes: Attributes, end: TimeInput = start + 250) =>
      tracer.startSpan('any', { kind, startTime: start, attributes }).end(end);
    span(SpanKind.SERVER, {
      'http.request.method': 'POST',
      'http.route': route,
      'url.path': '/secret/42',
      'url.query': 'token=secret',
      'http.response.status_code': 201,
      'http.request.body.size': 11,
      'http.response.body.size': 2_222,
      'client.address': '203.0.113.9',
      'user.id': 'ana',
      'user.roles': ['cashier', 'admin'],
      'session.id': 's-9',
    });
    span(SpanKind.SERVER, {
      'http.method': 'GET',
      'http.target': '/old/42?token=secret',
      'http.route': `${route}/old`,
      'http.status_code': 404,
    });
    span(SpanKind.SERVER, {
      'http.request.method': 'GET',
      'http.route': `${route}/cut`,
      'error.type': 'timeout',
    });
    span(SpanKind.SERVER, {
      'http.request.method': 'GET',
      'user.id': route,
      'http.response.status_code': 404,
    });
    span(SpanKind.INTERNAL, { 'http.route': route });
    span(SpanKind.CLIENT, {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': route,
    });
    span(SpanKind.SERVER, { 'rpc.system': 'grpc', 'http.route': route });
    await provider.forceFlush();
    await provider.shutdown();
    expect(failures).toEqual([]);

    const rows = await collector.stored(
      `SELECT endpoint, method, status, toString(duration) AS duration, toString(bytes_in) AS bytes_in,
         toString(bytes_out) AS bytes_out, user_id, user_role, session_id, instance, outcome, length(trace_id) AS trace
       FROM {{database}}.requests WHERE startsWith(endpoint, '${route}') OR user_id = '${route}'
       ORDER BY endpoint, bytes_out`,
      row,
    );
    const common = { duration: '250000', instance: 'checkout-7', trace: '32' };
    const empty = { bytes_in: '0', bytes_out: '0', user_id: '', user_role: '', session_id: '' };
    expect(rows.map((found) => ({ ...found, trace: String(found['trace']) }))).toEqual([
      {
        ...common,
        ...empty,
        endpoint: '(unmatched)',
        method: 'GET',
        status: 404,
        outcome: 'completed',
        user_id: route,
      },
      {
        ...common,
        endpoint: route,
        method: 'POST',
        status: 201,
        bytes_in: '11',
        bytes_out: '2222',
        user_id: 'ana',
        user_role: 'cashier',
        session_id: 's-9',
        outcome: 'completed',
      },
      { ...common, ...empty, endpoint: `${route}/cut`, method: 'GET', status: 499, outcome: 'timed-out' },
      { ...common, ...empty, endpoint: `${route}/old`, method: 'GET', status: 404, outcome: 'completed' },
    ]);
  });
});

/** A JSON request with one span of an HTTP server. */
function request(span: object): string {
  const attributes = [
    { key: 'http.request.method', value: { stringValue: 'GET' } },
    { key: 'http.route', value: { stringValue: '/json' } },
    { key: 'http.response.status_code', value: { intValue: '200' } },
  ];
  const now = BigInt(Date.now()) * 1_000_000n;
  const whole = {
    traceId: '5B8EFFF798038103D269B633813FC60C',
    spanId: 'EEE19B7EC3C1B174',
    kind: 2,
    startTimeUnixNano: String(now - 5_000_000n),
    endTimeUnixNano: String(now),
    attributes,
    ...span,
  };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [whole] }] }] });
}

describe('POST /v1/traces', () => {
  it('answers in the encoding it is asked in: nothing to say on success, also for a span sent twice', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const response = await ingest.send('/v1/traces', request({}), JSON_TYPE);
      expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
        200,
        'application/json',
        '{}',
      ]);
    }
    const [stored] = await collector.stored(
      "SELECT toString(count()) AS rows FROM {{database}}.requests WHERE endpoint = '/json'",
      row,
    );
    expect(stored).toEqual({ rows: '1' });
    const nothing = await ingest.send('/v1/traces', '', PROTOBUF);
    expect([
      nothing.status,
      nothing.headers.get('content-type'),
      (await nothing.arrayBuffer()).byteLength,
    ]).toEqual([200, 'application/x-protobuf', 0]);
  });

  it('tells how many spans were rejected, and why', async () => {
    const late = { spanId: '0000000000000001', startTimeUnixNano: '1', endTimeUnixNano: '2' };
    const response = await ingest.send('/v1/traces', request(late), JSON_TYPE);
    expect(response.status).toBe(200);
    const { partialSuccess } = z
      .object({ partialSuccess: z.object({ rejectedSpans: z.literal('1'), errorMessage: z.string() }) })
      .parse(await response.json());
    expect(partialSuccess.errorMessage).toContain('older than 30 days');
    const zeroId = await ingest.send('/v1/traces', request({ spanId: '0000000000000000' }), JSON_TYPE);
    expect(await zeroId.text()).toContain('span_id must be 8 bytes');
  });

  it('answers failures with a google.rpc.Status in the encoding it is asked in', async () => {
    const json = await ingest.send('/v1/traces', request({ kind: 'SPAN_KIND_SERVER' }), JSON_TYPE);
    expect(json.status).toBe(400);
    expect(await json.json()).toEqual({ code: 3, message: expect.stringContaining('kind is not a number') });
    const truncated = await ingest.send('/v1/traces', bytesField(1, 'abc').subarray(0, 4), PROTOBUF);
    expect([truncated.status, truncated.headers.get('content-type')]).toEqual([
      400,
      'application/x-protobuf',
    ]);
    const status = new ProtobufReader(Buffer.from(await truncated.arrayBuffer()));
    expect([status.field(), status.int64()]).toEqual([1, 3n]);
    expect([status.field(), status.string()]).toEqual([2, expect.stringContaining('ends early')]);
    const nobody = await ingest.send('/v1/traces', '', { ...PROTOBUF, authorization: 'Bearer other' });
    expect([nobody.status, nobody.headers.get('content-type')]).toEqual([401, 'application/x-protobuf']);
    const text = await ingest.send('/v1/traces', 'x', { 'content-type': 'text/plain' });
    expect([text.status, text.headers.get('content-type')]).toEqual([415, 'application/json']);
  });

  it('asks to try again by Retry-After', async () => {
    const slow = await startIngest({ collector, credential: { eventsPerSecond: 1, burst: 1 } });
    await slow.send('/v1/traces', request({ spanId: '00000000000000a1' }), JSON_TYPE);
    const refused = await slow.send('/v1/traces', request({ spanId: '00000000000000a2' }), JSON_TYPE);
    await slow.close();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ code: 8 });
  });
});
