/*
 * A record as one line of ClickHouse's JSONCompactEachRow format.
 *
 * What always holds: a line is one JSON array in the order of its table's columns, ends with its only "\n", and is
 * well-formed Unicode; no line holds an address, and none holds a query string. It is built by hand because that costs half of what JSON.stringify of the whole array
 * does, and encoding is on every request's path.
 */
import type { BusinessEvent } from './business-event.ts';
import { type Line, type Place, PlainLine } from './plain-line.ts';
import { digitsOf } from './request-id.ts';
import type { RequestRecord } from './request-record.ts';
import type { ResourceSample } from './resource-sample.ts';

/** The columns of a request's line as the first version wrote them: such lines may still wait in a spool. */
export const REQUEST_COLUMNS_V1 = [
  'ts',
  'request_id',
  'tenant_id',
  'day',
  'user_id',
  'user_role',
  'session_id',
  'endpoint',
  'method',
  'status',
  'duration',
  'bytes_in',
  'bytes_out',
  'cpu',
  'memory',
  'cache',
  'kind',
  'trace_id',
  'instance',
  'source',
] as const;

/**
 * The columns of a line, in order. An INSERT of lines names them, so a table may have more. `event_key` is not kept
 * by the table: it stands in the line so that what came twice is known again after a crash.
 */
export const REQUEST_COLUMNS = [
  ...REQUEST_COLUMNS_V1,
  'outcome',
  'messages',
  'client_network',
  'retention',
  'event_key',
] as const;

export const EVENT_COLUMNS = [
  'ts',
  'tenant_id',
  'id',
  'source',
  'type',
  'subject',
  'data',
  'user_id',
  'retention',
  'event_key',
] as const;

export const REJECTED_COLUMNS = [
  'tenant_id',
  'segment',
  'line',
  'reason',
  'source',
  'event_id',
  'retention',
] as const;

/** Of samples that an earlier version took. */
export const SAMPLE_COLUMNS_V1 = [
  'ts',
  'instance',
  'cpu',
  'host_cpu',
  'rss',
  'heap_used',
  'heap_total',
  'external',
  'memory_limit',
  'host_memory_used',
  'host_memory_total',
  'event_loop_lag_p99',
  'event_loop_lag_max',
  'open_sockets',
  'database_connections',
  'database_waiting',
  'queue_depth',
  'cache_hits',
  'cache_misses',
  'disk_free',
  'disk_total',
  'spool_bytes',
] as const;

export const SAMPLE_COLUMNS = [...SAMPLE_COLUMNS_V1, 'database_busy', 'database_pool', 'ended'] as const;

const MAXIMUM_STATUS = 999;

/** A record that cannot be encoded: a number in it is not a whole number in range. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly field: string;

  constructor(field: string, value: unknown, wanted: string) {
    super(`The record's ${field} is ${String(value)}; it must be ${wanted}.`);
    this.field = field;
  }
}

/** What of a person may be stored, by the tenant's policy. */
export interface StoredIdentity {
  readonly userId: string;
  readonly sessionId: string;
  /** Empty when addresses are dropped. */
  readonly clientNetwork: string;
  /** Months. */
  readonly retention: number;
}

/** Something that was refused, and why. */
export interface Refusal {
  readonly tenantId: string;
  /** The segment whose row the store refused; empty for what never came so far. */
  readonly segment: string;
  /** As it came, cut to a bearable length. */
  readonly line: string;
  readonly reason: string;
  /** Who sent it, and under which id, as far as it says. */
  readonly source: string;
  readonly eventId: string;
  /** Months. */
  readonly retention: number;
}

/**
 * Encodes a record. `ts` becomes integer ticks of DateTime64(6), microseconds; a lone surrogate, which no UTF-8
 * can carry, becomes U+FFFD.
 *
 * @param eventKey the identity of an event that came from outside, made of hex digits; empty for all else
 * @param place where the line is going to lie
 * @returns a line that is good until the next record is encoded
 * @throws {RecordError} for a number that is negative, fractional, not finite, or a status above 999: ClickHouse
 *   would wrap some of them around silently
 */
export function encodeLine(
  record: RequestRecord,
  stored: StoredIdentity,
  eventKey = '',
  place?: Place,
): Line {
  const status = record.status;
  if (!(status <= MAXIMUM_STATUS)) {
    throw new RecordError('status', status, `a whole number from 0 to ${MAXIMUM_STATUS}`);
  }
  whole(record.ts, 'ts');
  whole(status, 'status');
  whole(record.duration, 'duration');
  whole(record.bytesIn, 'bytesIn');
  whole(record.bytesOut, 'bytesOut');
  whole(record.cpu, 'cpu');
  whole(record.memory, 'memory');
  whole(record.messages, 'messages');
  line.begin(place);
  return writePlain(record, stored, eventKey) ? line : anyLine(record, stored, eventKey);
}

const line = new PlainLine();

/** @returns false when a text in it needs care */
function writePlain(record: RequestRecord, stored: StoredIdentity, eventKey: string): boolean {
  line.whole(record.ts);
  line.billions(record.requestId.billions, record.requestId.rest);
  line.text(record.tenantId);
  line.text(record.day);
  line.text(stored.userId);
  line.text(record.userRole);
  line.text(stored.sessionId);
  line.text(record.endpoint);
  line.text(record.method);
  line.whole(record.status);
  line.whole(record.duration);
  line.whole(record.bytesIn);
  line.whole(record.bytesOut);
  line.whole(record.cpu);
  line.whole(record.memory);
  line.text(record.cache);
  line.text(record.kind);
  line.text(record.traceId);
  line.text(record.instance);
  line.text(record.source);
  line.text(record.outcome);
  line.whole(record.messages);
  line.text(stored.clientNetwork);
  line.whole(stored.retention);
  line.text(eventKey);
  return line.end();
}

function anyLine(record: RequestRecord, stored: StoredIdentity, eventKey: string): string {
  return (
    `[${record.ts},${digitsOf(record.requestId)},${text(record.tenantId)},${text(record.day)}` +
    `,${text(stored.userId)},${text(record.userRole)},${text(stored.sessionId)},${text(record.endpoint)}` +
    `,${text(record.method)},${record.status},${record.duration}` +
    `,${record.bytesIn},${record.bytesOut},${record.cpu}` +
    `,${record.memory},${text(record.cache)},${text(record.kind)},${text(record.traceId)}` +
    `,${text(record.instance)},${text(record.source)},"${record.outcome}",${record.messages}` +
    `,${text(stored.clientNetwork)},${stored.retention},"${eventKey}"]\n`
  );
}

/**
 * Encodes a business event.
 *
 * @throws {RecordError} when its time is not a whole number of microseconds
 */
export function encodeEvent(
  event: BusinessEvent,
  stored: Pick<StoredIdentity, 'userId' | 'retention'>,
  eventKey: string,
): string {
  const texts = [
    event.tenantId,
    event.id,
    event.source,
    event.type,
    event.subject,
    event.data,
    stored.userId,
  ];
  return `[${whole(event.ts, 'ts')},${texts.map(text).join(',')},${stored.retention},"${eventKey}"]\n`;
}

/** Encodes a refusal. */
export function encodeRefusal(refusal: Refusal): string {
  const { tenantId, segment, line, reason, source, eventId, retention } = refusal;
  return `[${[tenantId, segment, line, reason, source, eventId].map(text).join(',')},${retention}]\n`;
}

/**
 * Encodes a sample.
 *
 * @throws {RecordError} when a number is not finite, or negative
 */
export function encodeSample(sample: ResourceSample): string {
  const { instance, cpu, hostCpu } = sample;
  const wholes = [
    whole(sample.rss, 'rss'),
    whole(sample.heapUsed, 'heapUsed'),
    whole(sample.heapTotal, 'heapTotal'),
    whole(sample.external, 'external'),
    whole(sample.memoryLimit, 'memoryLimit'),
    whole(sample.hostMemoryUsed, 'hostMemoryUsed'),
    whole(sample.hostMemoryTotal, 'hostMemoryTotal'),
    whole(sample.eventLoopLagP99, 'eventLoopLagP99'),
    whole(sample.eventLoopLagMax, 'eventLoopLagMax'),
    whole(sample.openSockets, 'openSockets'),
    whole(sample.databaseConnections, 'databaseConnections'),
    whole(sample.databaseWaiting, 'databaseWaiting'),
    whole(sample.queueDepth, 'queueDepth'),
    whole(sample.cacheHits, 'cacheHits'),
    whole(sample.cacheMisses, 'cacheMisses'),
    whole(sample.diskFree, 'diskFree'),
    whole(sample.diskTotal, 'diskTotal'),
    whole(sample.spoolBytes, 'spoolBytes'),
    whole(sample.databaseBusy, 'databaseBusy'),
    whole(sample.databasePool, 'databasePool'),
    sample.ended ? 1 : 0,
  ];
  return (
    `[${whole(sample.ts, 'ts')},${text(instance)},${share(cpu, 'cpu')},${share(hostCpu, 'hostCpu')}` +
    `,${wholes.join(',')}]\n`
  );
}

/** Anything outside printable ASCII, and the two characters that JSON escapes. */
const NEEDS_CARE = /[^ !#-[\]-~]/;

/** A string as a JSON literal. */
function text(value: string): string {
  return NEEDS_CARE.test(value) ? JSON.stringify(wellFormed(value)) : `"${value}"`;
}

/** Lone surrogates become U+FFFD: that is what encoding to UTF-8 and back does. */
function wellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8');
}

function share(value: number, field: string): number {
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new RecordError(field, value, 'a number, zero or more');
  }
  return value;
}

function whole(value: number, field: string): number {
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw new RecordError(field, value, 'a whole number, zero or more');
  }
  return value;
}
