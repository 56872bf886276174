/*
 * One CloudEvent (specification 1.0.2), whichever way it came.
 *
 * What always holds: attributes obey the specification's rules; the data is kept as JSON text. Extension attributes
 * are checked and not kept, but for `userid`, which says whom the event is about.
 */
import { isUtf8 } from 'node:buffer';
import type { EventIdentity } from '../intake/intake.ts';
import type { BusinessEvent } from '../record/business-event.ts';
import type { TenantId } from '../record/request-record.ts';
import { FieldFault, optionalText, requiredText } from './field.ts';
import { parseInstant, readInstant, wholeMicroseconds } from './instant.ts';
import { type JsonObject, nestsDeeper } from './json.ts';
import type { IngestLimits } from './limits.ts';
import { checkedReading } from './meter-reading.ts';

const SPECIFICATION = '1.0';
const MAXIMUM_NAME_LENGTH = 256;
const MAXIMUM_REFERENCE_LENGTH = 1_024;
const MAXIMUM_INTEGER = 2 ** 31 - 1;
const MINIMUM_INTEGER = -(2 ** 31);
/** RFC 3986, section 2: the characters of a URI; a percent sign begins two hexadecimal digits. */
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:./;
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;.*)?$/;
const JSON_MEDIA_TYPE = /^[^/;]+\/(?:json|[^/;]+\+json)\s*(?:;|$)/i;
const TEXT_MEDIA_TYPE =
  /^(?:text\/|application\/(?:xml|javascript|x-www-form-urlencoded)|[^/;]+\/[^/;]+\+xml)/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** The specification advises 20 characters at most; some send more. */
const ATTRIBUTE_NAME = /^[a-z0-9]{1,64}$/;
const CORE_ATTRIBUTES = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
]);
const DATA_MEMBERS = new Set(['data', 'data_base64']);

/** Whom the events of one request are from, and when they came. */
export interface EventContext {
  readonly tenantId: TenantId;
  /** Epoch microseconds. */
  readonly now: number;
  readonly limits: IngestLimits;
}

export interface ReadEvent {
  readonly event: BusinessEvent;
  readonly identity: EventIdentity;
}

/** Data as JSON text, once the attributes are known to be right. */
export type DataOf = (contentType: string) => string;

/**
 * Reads an event.
 *
 * @param attributes by name; members named `data` and `data_base64` are passed over
 * @throws {FieldFault} for what the specification forbids, or what is larger, older or newer than is accepted
 */
export function readCloudEvent(attributes: JsonObject, dataOf: DataOf, context: EventContext): ReadEvent {
  if (attributes['specversion'] !== SPECIFICATION) {
    throw new FieldFault('specversion', `must be "${SPECIFICATION}"`);
  }
  const identity = readEventIdentity(attributes);
  const contentType = readContentType(attributes['datacontenttype']);
  checkSchema(attributes['dataschema']);
  checkExtensions(attributes);
  const data = dataOf(contentType);
  if (Buffer.byteLength(data) > context.limits.dataBytes) {
    throw new FieldFault('data', `must be at most ${context.limits.dataBytes} bytes as JSON`);
  }
  const type = requiredText(attributes['type'], 'type', MAXIMUM_NAME_LENGTH);
  const event: BusinessEvent = {
    ts: readTime(attributes['time'], context.now),
    tenantId: context.tenantId,
    id: identity.id,
    source: identity.source,
    type,
    subject: readSubject(attributes['subject']),
    data: checkedReading(type, data),
    userId: optionalText(attributes['userid'], 'userid', MAXIMUM_NAME_LENGTH),
  };
  return { event, identity };
}

/** @throws {FieldFault} */
export function readEventIdentity(attributes: JsonObject): EventIdentity {
  const id = requiredText(attributes['id'], 'id', MAXIMUM_NAME_LENGTH);
  const source = requiredText(attributes['source'], 'source', MAXIMUM_REFERENCE_LENGTH);
  if (!URI_REFERENCE.test(source)) {
    throw new FieldFault('source', 'must be a URI reference: percent-encode other characters');
  }
  return { source, id };
}

/** What is kept of a refused event: the attributes that name its kind, with strings cut short, and none of its data. */
export function keptAttributes(attributes: JsonObject): string {
  const kept: Record<string, string> = {};
  for (const name of ['specversion', 'id', 'source', 'type', 'time', 'datacontenttype']) {
    const value = attributes[name];
    if (typeof value === 'string') {
      kept[name] = value.slice(0, MAXIMUM_NAME_LENGTH);
    }
  }
  return JSON.stringify(kept);
}

/**
 * Data of an event in the JSON format (specification of the format, section 3.1).
 *
 * @throws {FieldFault}
 */
export function structuredData(members: JsonObject, contentType: string, limits: IngestLimits): string {
  const { data, data_base64: base64 } = members;
  if (base64 !== undefined && base64 !== null) {
    if (data !== undefined) {
      throw new FieldFault('data_base64', 'must not come together with data');
    }
    if (typeof base64 !== 'string' || !BASE64.test(base64)) {
      throw new FieldFault('data_base64', 'must be a string of base64 with its padding');
    }
    return binaryData(Buffer.from(base64, 'base64'), contentType, limits);
  }
  if (data === undefined) {
    return '';
  }
  if (contentType !== '' && !JSON_MEDIA_TYPE.test(contentType)) {
    if (typeof data !== 'string') {
      throw new FieldFault('data', 'must be a string, as datacontenttype is not JSON');
    }
    return JSON.stringify(data);
  }
  if (nestsDeeper(data, limits.dataDepth)) {
    throw new FieldFault('data', `must not nest deeper than ${limits.dataDepth} levels`);
  }
  return JSON.stringify(data);
}

/**
 * Data that came as bytes: JSON as it is, text as a JSON string, anything else as `{"data_base64": …}`.
 *
 * @throws {FieldFault}
 */
export function binaryData(bytes: Buffer, contentType: string, limits: IngestLimits): string {
  if (bytes.length === 0) {
    return '';
  }
  if (bytes.length > limits.dataBytes) {
    throw new FieldFault('data', `must be at most ${limits.dataBytes} bytes`);
  }
  if (JSON_MEDIA_TYPE.test(contentType)) {
    return jsonData(bytes, limits);
  }
  if (TEXT_MEDIA_TYPE.test(contentType) && isUtf8(bytes)) {
    return JSON.stringify(bytes.toString());
  }
  return JSON.stringify({ data_base64: bytes.toString('base64') });
}

function jsonData(bytes: Buffer, limits: IngestLimits): string {
  const text = bytes.toString();
  let data: unknown;
  try {
    data = isUtf8(bytes) ? JSON.parse(text) : undefined;
  } catch {
    data = undefined;
  }
  if (data === undefined) {
    throw new FieldFault('data', 'must be JSON, as its content type says');
  }
  if (nestsDeeper(data, limits.dataDepth)) {
    throw new FieldFault('data', `must not nest deeper than ${limits.dataDepth} levels`);
  }
  return text;
}

function readContentType(value: unknown): string {
  const contentType = optionalText(value, 'datacontenttype', MAXIMUM_NAME_LENGTH);
  if (contentType !== '' && !MEDIA_TYPE.test(contentType)) {
    throw new FieldFault('datacontenttype', 'must be a media type (application/json)');
  }
  return contentType;
}

function checkSchema(value: unknown): void {
  if (value === undefined || value === null) {
    return;
  }
  const schema = requiredText(value, 'dataschema', MAXIMUM_REFERENCE_LENGTH);
  if (!URI.test(schema) || !URI_REFERENCE.test(schema)) {
    throw new FieldFault('dataschema', 'must be an absolute URI');
  }
}

function readSubject(value: unknown): string {
  return value === undefined || value === null
    ? ''
    : requiredText(value, 'subject', MAXIMUM_REFERENCE_LENGTH);
}

function readTime(value: unknown, now: number): BusinessEvent['ts'] {
  if (value === undefined || value === null) {
    return wholeMicroseconds(Math.floor(now));
  }
  if (typeof value !== 'string' || parseInstant(value) === undefined) {
    throw new FieldFault('time', 'must be a date and time by RFC 3339 (2026-01-31T08:30:00Z)');
  }
  return readInstant(value, 'time', now);
}

function checkExtensions(attributes: JsonObject): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (CORE_ATTRIBUTES.has(name) || DATA_MEMBERS.has(name)) {
      continue;
    }
    if (!ATTRIBUTE_NAME.test(name)) {
      throw new FieldFault('an extension', 'must have a name of at most 64 lower-case letters and digits');
    }
    if (value === null || typeof value === 'boolean') {
      continue;
    }
    if (typeof value === 'number') {
      if (!Number.isInteger(value) || value < MINIMUM_INTEGER || value > MAXIMUM_INTEGER) {
        throw new FieldFault(name, 'must be a whole number of 32 bits');
      }
      continue;
    }
    optionalText(value, name, MAXIMUM_REFERENCE_LENGTH);
  }
}
