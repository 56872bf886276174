/*
 * CloudEvents over HTTP (HTTP protocol binding 1.0.2): structured, batched and binary mode.
 *
 * What always holds: there is one item for each event, in order; what breaks the specification becomes a refusal with
 * a reason.
 */
import type { EventIdentity, IngestItem } from '../intake/intake.ts';
import {
  binaryData,
  type DataOf,
  type EventContext,
  keptAttributes,
  readCloudEvent,
  readEventIdentity,
  structuredData,
} from './cloud-event.ts';
import { FieldFault } from './field.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { IngestProblem } from './problem.ts';
import { parseDocument, refusal, tooManyEvents } from './request-batch.ts';

export type EventMode = 'structured' | 'batched' | 'binary';

const ATTRIBUTE_PREFIX = 'ce-';
const CONTENT_TYPE_ATTRIBUTE = 'datacontenttype';
const PERCENT_ENCODED = /(?:%[0-9A-Fa-f]{2})+/g;
const PRINTABLE = /^[\t -~]*$/;

/**
 * Which mode a content type asks for.
 *
 * @param contentType empty when there is none, which is binary mode
 * @returns undefined for a format of CloudEvents that is not JSON
 */
export function eventMode(contentType: string): EventMode | undefined {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (mediaType === 'application/cloudevents+json') {
    return 'structured';
  }
  if (mediaType === 'application/cloudevents-batch+json') {
    return 'batched';
  }
  return mediaType.startsWith('application/cloudevents') ? undefined : 'binary';
}

/**
 * Reads one event of the JSON format.
 *
 * @throws {IngestProblem} `malformed-json`
 */
export function readStructuredEvent(body: Buffer, context: EventContext): IngestItem[] {
  return [itemOf(parseDocument(body), context)];
}

/**
 * Reads an array of events of the JSON format.
 *
 * @throws {IngestProblem} `malformed-json`, `too-many-events`
 */
export function readEventBatch(body: Buffer, context: EventContext): IngestItem[] {
  const events = parseDocument(body);
  if (!Array.isArray(events)) {
    throw new IngestProblem('malformed-json', { detail: 'A batch is a JSON array of events.' });
  }
  if (events.length > context.limits.events) {
    throw tooManyEvents(context.limits.events);
  }
  return events.map((event: unknown) => itemOf(event, context));
}

/**
 * Reads an event whose attributes are headers and whose data is the body.
 *
 * @param rawHeaders names and values in turn, as Node gives them
 */
export function readBinaryEvent(
  rawHeaders: readonly string[],
  body: Buffer,
  context: EventContext,
): IngestItem[] {
  try {
    const attributes = attributesOf(rawHeaders);
    const dataOf: DataOf = (contentType) => binaryData(body, contentType, context.limits);
    return [eventItem(attributes, dataOf, context)];
  } catch (error) {
    return [refusalFor(error, '{}')];
  }
}

function itemOf(members: unknown, context: EventContext): IngestItem {
  if (!isJsonObject(members)) {
    return refusal('the event is not a JSON object');
  }
  return eventItem(members, (contentType) => structuredData(members, contentType, context.limits), context);
}

function eventItem(attributes: JsonObject, dataOf: DataOf, context: EventContext): IngestItem {
  let identity: EventIdentity | undefined;
  try {
    identity = readEventIdentity(attributes);
    return { table: 'events', ...readCloudEvent(attributes, dataOf, context) };
  } catch (error) {
    return refusalFor(error, keptAttributes(attributes), identity);
  }
}

function refusalFor(error: unknown, line: string, identity?: EventIdentity): IngestItem {
  if (!(error instanceof FieldFault)) {
    throw error;
  }
  return refusal(error.message, line, identity);
}

/** Attributes by name, decoded (section 3.1.3). */
function attributesOf(rawHeaders: readonly string[]): JsonObject {
  const attributes = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const header = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    if (header === 'content-type') {
      attributes.set(CONTENT_TYPE_ATTRIBUTE, value);
    } else if (header.startsWith(ATTRIBUTE_PREFIX)) {
      const name = header.slice(ATTRIBUTE_PREFIX.length);
      if (name === CONTENT_TYPE_ATTRIBUTE) {
        throw new FieldFault('ce-datacontenttype', 'must not be sent: Content-Type stands for it');
      }
      if (attributes.has(name)) {
        throw new FieldFault(`ce-${name}`, 'must be sent once');
      }
      attributes.set(name, decoded(value, `ce-${name}`));
    }
  }
  return Object.fromEntries(attributes);
}

/**
 * A header's value: unquoted, then percent-decoded once (section 3.1.3.2). A percent sign that begins no code stands
 * for itself: not every SDK encodes it.
 */
function decoded(value: string, header: string): string {
  if (!PRINTABLE.test(value)) {
    throw new FieldFault(header, 'must be percent-encoded where it is not printable ASCII');
  }
  const plain = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? unquoted(value) : value;
  try {
    return plain.replace(PERCENT_ENCODED, decodeURIComponent);
  } catch {
    throw new FieldFault(header, 'must be percent-encoded UTF-8');
  }
}

function unquoted(value: string): string {
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
}
