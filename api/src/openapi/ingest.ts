import { type IngestRoutesOptions, ingestRoutes } from '@riwayat/collector';
import type { FastifyInstance } from 'fastify';
import { PROBLEM_CONTENT_TYPE } from '../errors/problem.ts';
import { operationId } from './operation.ts';

interface RouteText {
  readonly summary: string;
  readonly description: string;
}

const RESULTS =
  'Answers once all that was taken is on disk. Tells what became of each that was not accepted, or of all with ' +
  '`?results=all`. What has an id may be sent again: it does not count twice.';

/** What the OpenAPI document says of the collector's routes, which know nothing of it. */
const TEXTS: Readonly<Record<string, RouteText>> = {
  '/v1/requests': {
    summary: 'Send request records: NDJSON, one a line, or a JSON array',
    description: `Scope ingest:requests. ${RESULTS}`,
  },
  '/v1/events': {
    summary: 'Send business events: CloudEvents 1.0 over HTTP, structured, batched or binary',
    description: `Scope ingest:events. ${RESULTS}`,
  },
  '/v1/traces': {
    summary: 'Send traces: OTLP/HTTP, JSON or protobuf; spans of HTTP servers become request records',
    description:
      'Scope ingest:traces. Answers as OTLP says, with a partial success when spans were rejected.',
  },
};

const problemSchemaOf = (description: string) => ({
  description,
  content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** What any of the routes answers that takes nothing. */
const REFUSALS = {
  400: problemSchemaOf('The body cannot be read as its headers say'),
  401: problemSchemaOf('There is no key, or none that is valid'),
  402: problemSchemaOf('The tenant is suspended until an overdue invoice is paid'),
  403: problemSchemaOf('The key lacks the scope'),
  408: problemSchemaOf('The body did not come in time'),
  413: problemSchemaOf('The body is too large, or has too many events'),
  415: problemSchemaOf('A content type or encoding that is not accepted'),
  429: problemSchemaOf('The key sends more than it may, or too much waits to be stored'),
  500: problemSchemaOf('Something went wrong on our side'),
  503: problemSchemaOf('Nothing can be taken right now'),
};

const BINARY = { type: 'string', format: 'binary' };

/** What OTLP asks for instead of a problem document. */
const RPC_STATUS = {
  type: 'object',
  description: 'google.rpc.Status',
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
};

const BATCH_RESULT = {
  type: 'object',
  required: ['accepted', 'duplicates', 'rejected', 'results'],
  properties: {
    accepted: { type: 'integer' },
    duplicates: { type: 'integer' },
    rejected: { type: 'integer' },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['index', 'status'],
        properties: {
          index: { type: 'integer', description: 'Place in the batch, from 0' },
          status: { type: 'string', enum: ['accepted', 'duplicate', 'rejected'] },
          reason: { type: 'string' },
        },
      },
    },
  },
};
const TAKEN = {
  description: 'All that was taken is on disk',
  content: { 'application/json': { schema: BATCH_RESULT } },
};

const REQUEST = {
  type: 'object',
  required: ['ts', 'endpoint', 'method', 'status', 'duration_ms'],
  properties: {
    ts: { description: 'RFC 3339, or a number: epoch milliseconds', type: ['string', 'number'] },
    endpoint: { type: 'string', description: 'Template of the route' },
    method: { type: 'string' },
    status: { type: 'integer' },
    duration_ms: { type: 'number' },
    id: { type: 'string', description: 'Sent again under the same id, it does not count twice' },
    source: { type: 'string' },
    user_id: { type: 'string' },
    bytes_in: { type: 'integer' },
    bytes_out: { type: 'integer' },
  },
};
const ONE_REQUEST = {
  ts: '2026-11-21T09:30:00.125Z',
  endpoint: '/orders/:id',
  method: 'GET',
  status: 200,
  duration_ms: 12.5,
  id: '7f1c2a',
  user_id: 'u-42',
};
const ONE_EVENT = {
  specversion: '1.0',
  id: 'a7',
  source: '/orders',
  type: 'order.paid',
  time: '2026-11-21T09:30:00Z',
  datacontenttype: 'application/json',
  data: { amount: 150_000 },
};
const CLOUD_EVENT = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type'],
  properties: {
    specversion: { type: 'string', enum: ['1.0'] },
    id: { type: 'string' },
    source: { type: 'string' },
    type: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    data: {},
  },
};

/** Bodies and answers of the collector's routes, by path. */
export const INGEST_OPERATIONS: Readonly<Record<string, object>> = {
  '/v1/requests': {
    requestBody: {
      required: true,
      content: {
        'application/x-ndjson': { schema: { type: 'string' }, example: JSON.stringify(ONE_REQUEST) },
        'application/json': { schema: { type: 'array', items: REQUEST, examples: [[ONE_REQUEST]] } },
      },
    },
    responses: { 202: TAKEN, ...REFUSALS },
  },
  '/v1/events': {
    requestBody: {
      required: true,
      content: {
        'application/cloudevents+json': { schema: { ...CLOUD_EVENT, examples: [ONE_EVENT] } },
        'application/cloudevents-batch+json': {
          schema: { type: 'array', items: CLOUD_EVENT, examples: [[ONE_EVENT]] },
        },
      },
    },
    responses: {
      202: TAKEN,
      ...REFUSALS,
      400: {
        description: 'The event breaks a rule: a problem document with the counts and results of a 202',
        content: { [PROBLEM_CONTENT_TYPE]: { schema: { type: 'object' } } },
      },
    },
  },
  '/v1/traces': {
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { type: 'object', examples: [{ resourceSpans: [] }] } },
        'application/x-protobuf': { schema: BINARY },
      },
    },
    responses: {
      200: {
        description: 'Taken; partialSuccess names what was rejected',
        content: {
          'application/json': { schema: { type: 'object' } },
          'application/x-protobuf': { schema: BINARY },
        },
      },
      ...Object.fromEntries(
        Object.entries(REFUSALS).map(([status, { description }]) => [
          status,
          {
            description,
            content: {
              'application/json': { schema: RPC_STATUS },
              'application/x-protobuf': { schema: BINARY },
            },
          },
        ]),
      ),
    },
  },
};

/** The collector's ingest routes, described in the OpenAPI document. */
export async function documentedIngest(app: FastifyInstance, options: IngestRoutesOptions): Promise<void> {
  app.addHook('onRoute', function describe(route) {
    const text = TEXTS[route.url];
    if (text !== undefined) {
      // Whoever has a key may send from wherever it is, as fast as the key allows: no cookie counts here.
      route.config = { ...route.config, anyOrigin: true, rate: 'unlimited' };
      route.schema = {
        ...route.schema,
        ...text,
        operationId: operationId(route),
        tags: ['ingest'],
        security: [{ apiKey: [] }],
      };
    }
  });
  await app.register(ingestRoutes, options);
}
