/*
 * A batch of requests: one JSON object a line, or one JSON array of them.
 *
 * What always holds: there is one item for each event in the body, in order; what cannot become a record becomes a
 * refusal with a reason.
 */
import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventIdentity, IngestItem } from '../intake/intake.ts';
import { FieldFault } from './field.ts';
import { isJsonObject } from './json.ts';
import type { IngestLimits } from './limits.ts';
import { linesOf } from './ndjson.ts';
import { IngestProblem } from './problem.ts';
import { keptFields, type RequestContext, readIdentity, readRequest } from './request-fields.ts';

/** Events read before others get their turn: about 2 ms of work. */
const EVENTS_A_TURN = 500;

/**
 * Reads newline-delimited JSON.
 *
 * @throws {IngestProblem} `too-many-events`
 */
export async function readRequestLines(
  body: Buffer,
  context: RequestContext,
  limits: IngestLimits,
): Promise<IngestItem[]> {
  const items: IngestItem[] = [];
  for (const line of linesOf(body)) {
    if (items.length === limits.events) {
      throw tooManyEvents(limits.events);
    }
    items.push(itemOfLine(line, context, limits.lineLength));
    if (items.length % EVENTS_A_TURN === 0) {
      await nextTurn();
    }
  }
  return items;
}

/**
 * Reads a JSON array of requests, or a single one.
 *
 * @throws {IngestProblem} `malformed-json`, `too-many-events`
 */
export async function readRequestArray(
  body: Buffer,
  context: RequestContext,
  limits: IngestLimits,
): Promise<IngestItem[]> {
  const document = parseDocument(body);
  const events: readonly unknown[] = Array.isArray(document) ? document : [document];
  if (events.length > limits.events) {
    throw tooManyEvents(limits.events);
  }
  const items: IngestItem[] = [];
  for (const event of events) {
    items.push(itemOf(event, context));
    if (items.length % EVENTS_A_TURN === 0) {
      await nextTurn();
    }
  }
  return items;
}

/**
 * A whole body as JSON.
 *
 * @throws {IngestProblem} `malformed-json`
 */
export function parseDocument(body: Buffer): unknown {
  if (!isUtf8(body)) {
    throw new IngestProblem('malformed-json', { detail: 'The body is not UTF-8.' });
  }
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new IngestProblem('malformed-json', { cause });
  }
}

export function tooManyEvents(limit: number): IngestProblem {
  return new IngestProblem('too-many-events', {
    detail: `There are more than ${limit} events in the body. Send smaller batches.`,
  });
}

function itemOfLine(line: string | undefined, context: RequestContext, maximumLength: number): IngestItem {
  if (line === undefined) {
    return refusal('the line is not UTF-8');
  }
  if (line.length > maximumLength) {
    return refusal(`the line is longer than ${maximumLength} characters`);
  }
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return refusal('the line is not JSON');
  }
  return itemOf(event, context);
}

function itemOf(event: unknown, context: RequestContext): IngestItem {
  if (!isJsonObject(event)) {
    return refusal('the event is not a JSON object');
  }
  let identity: EventIdentity | undefined;
  try {
    identity = readIdentity(event);
    const record = readRequest(event, context);
    return identity === undefined ? { table: 'requests', record } : { table: 'requests', record, identity };
  } catch (error) {
    if (!(error instanceof FieldFault)) {
      throw error;
    }
    return refusal(error.message, keptFields(event), identity);
  }
}

/** What could not become a record or an event. */
export function refusal(reason: string, line = '', identity?: EventIdentity): IngestItem {
  return { table: 'rejected', reason, line, ...(identity && { identity }) };
}
