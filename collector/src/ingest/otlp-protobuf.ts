/*
 * ExportTraceServiceRequest in Protocol Buffers (opentelemetry-proto 1.x). Only what becomes a record is read.
 */
import { ProtobufReader } from './protobuf.ts';
import { tooManyEvents } from './request-batch.ts';
import type { Attributes, AttributeValue, Span } from './trace.ts';

const REQUEST_RESOURCE_SPANS = 1;
const RESOURCE_SPANS_RESOURCE = 1;
const RESOURCE_SPANS_SCOPE_SPANS = 2;
const RESOURCE_ATTRIBUTES = 1;
const SCOPE_SPANS_SPANS = 2;
const SPAN_TRACE_ID = 1;
const SPAN_SPAN_ID = 2;
const SPAN_KIND = 6;
const SPAN_START = 7;
const SPAN_END = 8;
const SPAN_ATTRIBUTES = 9;
const PAIR_KEY = 1;
const PAIR_VALUE = 2;
const VALUE_STRING = 1;
const VALUE_BOOL = 2;
const VALUE_INT = 3;
const VALUE_DOUBLE = 4;
const VALUE_ARRAY = 5;
const ARRAY_VALUES = 1;

/**
 * Reads a request.
 *
 * @param maximum how many spans there may be
 * @throws {TraceDecodeError}; {IngestProblem} `too-many-events`
 */
export function readProtobufTraces(body: Buffer, maximum: number): Span[] {
  const spans: Span[] = [];
  eachField(body, REQUEST_RESOURCE_SPANS, (bytes) => readResourceSpans(bytes, spans, maximum));
  return spans;
}

function eachField(bytes: Buffer, wanted: number, take: (inner: Buffer) => void): void {
  const reader = new ProtobufReader(bytes);
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === wanted) {
      take(reader.bytes());
    } else {
      reader.skip();
    }
  }
}

function readResourceSpans(bytes: Buffer, spans: Span[], maximum: number): void {
  const resource = new Map<string, AttributeValue>();
  eachField(bytes, RESOURCE_SPANS_RESOURCE, (inner) =>
    eachField(inner, RESOURCE_ATTRIBUTES, (pair) => readPair(pair, resource)),
  );
  eachField(bytes, RESOURCE_SPANS_SCOPE_SPANS, (scope) =>
    eachField(scope, SCOPE_SPANS_SPANS, (span) => {
      if (spans.length === maximum) {
        throw tooManyEvents(maximum);
      }
      spans.push(readSpan(span, resource));
    }),
  );
}

function readSpan(bytes: Buffer, resource: Attributes): Span {
  const attributes = new Map<string, AttributeValue>();
  let traceId = '';
  let spanId = '';
  let kind = 0;
  let startNanos = 0n;
  let endNanos = 0n;
  const reader = new ProtobufReader(bytes);
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    switch (field) {
      case SPAN_TRACE_ID:
        traceId = reader.bytes().toString('hex');
        break;
      case SPAN_SPAN_ID:
        spanId = reader.bytes().toString('hex');
        break;
      case SPAN_KIND:
        kind = Number(reader.int64());
        break;
      case SPAN_START:
        startNanos = reader.fixed64();
        break;
      case SPAN_END:
        endNanos = reader.fixed64();
        break;
      case SPAN_ATTRIBUTES:
        readPair(reader.bytes(), attributes);
        break;
      default:
        reader.skip();
    }
  }
  return { traceId, spanId, kind, startNanos, endNanos, attributes, resource };
}

function readPair(bytes: Buffer, attributes: Map<string, AttributeValue>): void {
  let key = '';
  let value: AttributeValue | undefined;
  const reader = new ProtobufReader(bytes);
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === PAIR_KEY) {
      key = reader.string();
    } else if (field === PAIR_VALUE) {
      value = readValue(reader.bytes(), true);
    } else {
      reader.skip();
    }
  }
  if (value !== undefined) {
    attributes.set(key, value);
  }
}

/** A simple value; of an array its first element, when that is simple. */
function readValue(bytes: Buffer, arrays: boolean): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  const reader = new ProtobufReader(bytes);
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === VALUE_STRING) {
      value = reader.string();
    } else if (field === VALUE_BOOL) {
      value = reader.int64() !== 0n;
    } else if (field === VALUE_INT) {
      value = Number(reader.int64());
    } else if (field === VALUE_DOUBLE) {
      value = reader.double();
    } else if (field === VALUE_ARRAY && arrays) {
      const elements: (AttributeValue | undefined)[] = [];
      eachField(reader.bytes(), ARRAY_VALUES, (element) => {
        if (elements.length === 0) {
          elements.push(readValue(element, false));
        }
      });
      value = elements[0];
    } else {
      reader.skip();
    }
  }
  return value;
}
