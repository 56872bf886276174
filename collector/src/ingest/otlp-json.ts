/*
 * ExportTraceServiceRequest in OTLP's JSON: ids in hexadecimal, enumerations as numbers, 64-bit numbers as strings or
 * numbers, unknown fields passed over. Only what becomes a record is read.
 */
import { isJsonObject, type JsonObject } from './json.ts';
import { parseDocument, tooManyEvents } from './request-batch.ts';
import { type Attributes, type AttributeValue, type Span, TraceDecodeError } from './trace.ts';

const HEX = /^[0-9a-f]*$/i;
const UNSIGNED = /^\d{1,20}$/;
const INTEGER = /^-?\d{1,20}$/;

/**
 * Reads a request.
 *
 * @param maximum how many spans there may be
 * @throws {TraceDecodeError}; {IngestProblem} `malformed-json`, `too-many-events`
 */
export function readJsonTraces(body: Buffer, maximum: number): Span[] {
  const spans: Span[] = [];
  const request = objectOf(parseDocument(body), 'the request');
  for (const resourceSpans of objectsOf(request['resourceSpans'], 'resourceSpans')) {
    const { resource } = resourceSpans;
    const attributes = isSet(resource) ? attributesOf(objectOf(resource, 'resource')) : new Map();
    for (const scopeSpans of objectsOf(resourceSpans['scopeSpans'], 'scopeSpans')) {
      for (const span of objectsOf(scopeSpans['spans'], 'spans')) {
        if (spans.length === maximum) {
          throw tooManyEvents(maximum);
        }
        spans.push(spanOf(span, attributes));
      }
    }
  }
  return spans;
}

function spanOf(span: JsonObject, resource: Attributes): Span {
  return {
    traceId: idOf(span['traceId'], 'traceId'),
    spanId: idOf(span['spanId'], 'spanId'),
    kind: kindOf(span['kind']),
    startNanos: nanosOf(span['startTimeUnixNano'], 'startTimeUnixNano'),
    endNanos: nanosOf(span['endTimeUnixNano'], 'endTimeUnixNano'),
    attributes: attributesOf(span),
    resource,
  };
}

function attributesOf(holder: JsonObject): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const { key, value } of objectsOf(holder['attributes'], 'attributes')) {
    const simple = isSet(value) ? simpleValue(objectOf(value, 'value'), true) : undefined;
    if (simple !== undefined) {
      attributes.set(stringOf(key ?? '', 'key'), simple);
    }
  }
  return attributes;
}

/** A simple value; of an array its first element, when that is simple. */
function simpleValue(value: JsonObject, arrays: boolean): AttributeValue | undefined {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value;
  if (isSet(stringValue)) {
    return stringOf(stringValue, 'stringValue');
  }
  if (typeof boolValue === 'boolean') {
    return boolValue;
  }
  if (isSet(intValue)) {
    return integerOf(intValue);
  }
  if (isSet(doubleValue)) {
    return Number(doubleValue);
  }
  if (isSet(arrayValue) && arrays) {
    const [first] = objectsOf(objectOf(arrayValue, 'arrayValue')['values'], 'values');
    return first && simpleValue(first, false);
  }
  return undefined;
}

function integerOf(value: unknown): number {
  if (typeof value === 'number' || (typeof value === 'string' && INTEGER.test(value))) {
    return Number(value);
  }
  throw new TraceDecodeError('intValue is not a whole number');
}

function idOf(value: unknown, field: string): string {
  const id = stringOf(value ?? '', field);
  if (!HEX.test(id)) {
    throw new TraceDecodeError(`${field} is not hexadecimal`);
  }
  return id.toLowerCase();
}

function kindOf(value: unknown): number {
  if (!isSet(value)) {
    return 0;
  }
  if (typeof value !== 'number') {
    throw new TraceDecodeError('kind is not a number');
  }
  return value;
}

function nanosOf(value: unknown, field: string): bigint {
  if (!isSet(value)) {
    return 0n;
  }
  if (typeof value === 'string' && UNSIGNED.test(value)) {
    return BigInt(value);
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
    return BigInt(value);
  }
  throw new TraceDecodeError(`${field} is not a number of nanoseconds`);
}

function objectsOf(value: unknown, field: string): JsonObject[] {
  if (!isSet(value)) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new TraceDecodeError(`${field} is not an array`);
  }
  return value.map((inner: unknown) => objectOf(inner, field));
}

function objectOf(value: unknown, field: string): JsonObject {
  if (!isJsonObject(value)) {
    throw new TraceDecodeError(`${field} does not hold objects`);
  }
  return value;
}

function stringOf(value: unknown, field: string): string {
  if (typeof value !== 'string') {
    throw new TraceDecodeError(`${field} is not a string`);
  }
  return value;
}

/** In the JSON mapping of Protocol Buffers null is as good as absent. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
