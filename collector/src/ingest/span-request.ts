/*
 * A request record from the span of an HTTP server, by the stable HTTP semantic conventions (1.23 and later), with the
 * names that went before them as a fallback.
 *
 * What always holds: the endpoint is `http.route` or nothing: a span without a route is recorded as unmatched, for
 * the conventions forbid a path in its place; neither `url.path` nor `url.query` is ever read.
 */
import { isIP } from 'node:net';
import type { IngestItem } from '../intake/intake.ts';
import { UNMATCHED_ENDPOINT } from '../record/request-record.ts';
import { FieldFault } from './field.ts';
import type { JsonObject } from './json.ts';
import { refusal } from './request-batch.ts';
import { keptFields, type RequestContext, readRequest } from './request-fields.ts';
import type { Attributes, AttributeValue, Span } from './trace.ts';

const SPAN_KIND_SERVER = 2;
const NANOS_PER_US = 1_000n;
const US_PER_MS = 1_000;
const NANOS_PER_MS = 1_000_000;
const MAXIMUM_SOURCE_LENGTH = 512;
const MAXIMUM_ID_LENGTH = 64;
const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const ALL_ZERO = /^0*$/;
/** The status of a request whose client went away before there was a response, after nginx. */
const CLIENT_CLOSED_REQUEST = 499;
const SWITCHING_PROTOCOLS = 101;
const TIMEOUT = /time_?d?_?-?out/i;

/** An attribute under its present name, then under those it had before. */
const NAMES = {
  method: ['http.request.method', 'http.method'],
  status: ['http.response.status_code', 'http.status_code'],
  bytesIn: ['http.request.body.size', 'http.request_content_length'],
  bytesOut: ['http.response.body.size', 'http.response_content_length'],
  clientAddress: [
    'client.address',
    'http.client_ip',
    'network.peer.address',
    'net.sock.peer.addr',
    'net.peer.ip',
  ],
  userId: ['user.id', 'enduser.id'],
  userRole: ['user.roles', 'enduser.role'],
  sessionId: ['session.id'],
  protocol: ['network.protocol.name'],
  error: ['error.type'],
  instance: ['service.instance.id', 'host.name'],
  service: ['service.name'],
} as const;

/** Whether a span tells of a request that an HTTP server answered. */
export function isHttpServerSpan({ kind, attributes }: Span): boolean {
  return kind === SPAN_KIND_SERVER && attribute(attributes, NAMES.method) !== undefined;
}

/** The item of a span of an HTTP server: known again by its service, trace id and span id. */
export function spanItem(span: Span, context: RequestContext): IngestItem {
  const fields = requestFields(span);
  // Cut, for ids of any length come here; those of a sound span are shorter.
  const id = `${span.traceId}-${span.spanId}`.slice(0, MAXIMUM_ID_LENGTH);
  const identity = { source: sourceOf(span.resource), id };
  try {
    checkSpan(span);
    return { table: 'requests', record: readRequest(fields, context), identity };
  } catch (error) {
    if (!(error instanceof FieldFault)) {
      throw error;
    }
    return refusal(error.message, keptFields(fields), identity);
  }
}

function checkSpan({ traceId, spanId, startNanos, endNanos }: Span): void {
  if (!TRACE_ID.test(traceId)) {
    throw new FieldFault('trace_id', 'must be 16 bytes');
  }
  if (!SPAN_ID.test(spanId) || ALL_ZERO.test(spanId)) {
    throw new FieldFault('span_id', 'must be 8 bytes, not all of them 0');
  }
  if (endNanos < startNanos) {
    throw new FieldFault('end_time_unix_nano', 'must not be before start_time_unix_nano');
  }
}

function requestFields({ attributes, resource, traceId, startNanos, endNanos }: Span): JsonObject {
  const status = numberOf(attribute(attributes, NAMES.status));
  const upgraded = status === SWITCHING_PROTOCOLS || attribute(attributes, NAMES.protocol) === 'websocket';
  return {
    ts: Number(startNanos / NANOS_PER_US) / US_PER_MS,
    endpoint: endpointOf(attributes),
    method: attribute(attributes, NAMES.method),
    status: status ?? CLIENT_CLOSED_REQUEST,
    duration_ms: Number(endNanos - startNanos) / NANOS_PER_MS,
    bytes_in: numberOf(attribute(attributes, NAMES.bytesIn)),
    bytes_out: numberOf(attribute(attributes, NAMES.bytesOut)),
    user_id: textOf(attribute(attributes, NAMES.userId)),
    user_role: textOf(attribute(attributes, NAMES.userRole)),
    session_id: textOf(attribute(attributes, NAMES.sessionId)),
    kind: upgraded ? 'websocket' : 'api',
    trace_id: traceId,
    instance: textOf(attribute(resource, NAMES.instance) ?? attribute(resource, NAMES.service)),
    outcome: outcomeOf(status, attribute(attributes, NAMES.error)),
    client_address: addressOf(attributes),
  };
}

/** Some frameworks leave out the first slash. */
function endpointOf(attributes: Attributes): string {
  const route = textOf(attributes.get('http.route')) ?? '';
  if (route === '') {
    return UNMATCHED_ENDPOINT;
  }
  return route.startsWith('/') ? route : `/${route}`;
}

/** A server that sent no status sent no response: its client went away, or it took too long. */
function outcomeOf(status: number | undefined, error: AttributeValue | undefined): string {
  if (status !== undefined) {
    return 'completed';
  }
  return typeof error === 'string' && TIMEOUT.test(error) ? 'timed-out' : 'aborted';
}

function addressOf(attributes: Attributes): string {
  for (const name of NAMES.clientAddress) {
    const address = attributes.get(name);
    if (typeof address === 'string' && isIP(address) !== 0) {
      return address;
    }
  }
  return '';
}

function sourceOf(resource: Attributes): string {
  const service = textOf(attribute(resource, NAMES.service)) ?? '';
  const instance = textOf(resource.get('service.instance.id')) ?? '';
  return `${service}/${instance}`.slice(0, MAXIMUM_SOURCE_LENGTH);
}

function attribute(attributes: Attributes, names: readonly string[]): AttributeValue | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined) {
      return value;
    }
  }
  return undefined;
}

/** Older instrumentations send numbers as strings. */
function numberOf(value: AttributeValue | undefined): number | undefined {
  return typeof value === 'string' && /^\d+$/.test(value)
    ? Number(value)
    : typeof value === 'number'
      ? value
      : undefined;
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
