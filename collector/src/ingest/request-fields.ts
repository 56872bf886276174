/*
 * A request record from documented fields: what an NDJSON line holds, and what a span is turned into.
 *
 * What always holds: the tenant is the credential's; the endpoint carries no query string; what breaks a rule is
 * refused whole.
 */
import { isIP } from 'node:net';
import type { EventIdentity } from '../intake/intake.ts';
import type { LocalDays } from '../record/local-day.ts';
import type { RequestIds } from '../record/request-id.ts';
import { type RequestRecord, type TenantId, UNMATCHED_ENDPOINT } from '../record/request-record.ts';
import { FieldFault, optionalCount, optionalText, optionalWord, requiredText } from './field.ts';
import { readInstant, wholeMicroseconds } from './instant.ts';
import type { JsonObject } from './json.ts';

const MAXIMUM_NAME_LENGTH = 256;
const MAXIMUM_ENDPOINT_LENGTH = 512;
const MAXIMUM_DURATION_MS = 31 * 24 * 60 * 60 * 1_000;
const MICROSECONDS_PER_MS = 1_000;
/** 1 TiB. */
const MAXIMUM_BYTES = 2 ** 40;
const MAXIMUM_MEMORY_KB_MS = 2 ** 50;
const MAXIMUM_MESSAGES = 2 ** 32 - 1;
const MINIMUM_STATUS = 100;
const MAXIMUM_STATUS = 599;
const METHOD = /^[A-Z_-]{1,32}$/;
const TRACE_ID = /^[0-9a-f]{32}$/i;
const ALL_ZERO = /^0*$/;

const CACHES = ['none', 'hit', 'miss'] as const;
const KINDS = ['api', 'render', 'upload', 'download', 'stream', 'websocket'] as const;
const OUTCOMES = ['completed', 'aborted', 'timed-out'] as const;

/** Whom the requests of one batch are from, and when it came. */
export interface RequestContext {
  readonly tenantId: TenantId;
  /** IANA name. */
  readonly timezone: string;
  /** Epoch microseconds. */
  readonly now: number;
  readonly requestIds: RequestIds;
  readonly localDays: LocalDays;
}

/**
 * Reads a record.
 *
 * @throws {FieldFault} for a field that breaks a rule
 */
export function readRequest(fields: JsonObject, context: RequestContext): RequestRecord {
  const ts = readInstant(fields['ts'], 'ts', context.now);
  const cpuUs = optionalCount(fields['cpu_us'], 'cpu_us', MAXIMUM_DURATION_MS * MICROSECONDS_PER_MS);
  return {
    ts,
    requestId: context.requestIds.next(Date.now()),
    tenantId: context.tenantId,
    day: context.localDays.day(ts / MICROSECONDS_PER_MS, context.timezone),
    userId: optionalText(fields['user_id'], 'user_id', MAXIMUM_NAME_LENGTH),
    userRole: optionalText(fields['user_role'], 'user_role', MAXIMUM_NAME_LENGTH),
    sessionId: optionalText(fields['session_id'], 'session_id', MAXIMUM_NAME_LENGTH),
    endpoint: readEndpoint(fields['endpoint']),
    method: readMethod(fields['method']),
    status: readStatus(fields['status']),
    duration: wholeMicroseconds(readDuration(fields['duration_ms'])),
    bytesIn: optionalCount(fields['bytes_in'], 'bytes_in', MAXIMUM_BYTES),
    bytesOut: optionalCount(fields['bytes_out'], 'bytes_out', MAXIMUM_BYTES),
    cpu: wholeMicroseconds(cpuUs),
    memory: optionalCount(fields['memory_kb_ms'], 'memory_kb_ms', MAXIMUM_MEMORY_KB_MS),
    cache: optionalWord(fields['cache'], 'cache', CACHES),
    kind: optionalWord(fields['kind'], 'kind', KINDS),
    traceId: readTraceId(fields['trace_id']),
    instance: optionalText(fields['instance'], 'instance', MAXIMUM_NAME_LENGTH),
    source: 'live',
    outcome: optionalWord(fields['outcome'], 'outcome', OUTCOMES),
    messages: optionalCount(fields['messages'], 'messages', MAXIMUM_MESSAGES),
    clientAddress: readAddress(fields['client_address']),
  };
}

/**
 * Under which identity an event came, if under any: without an id it cannot be known again.
 *
 * @throws {FieldFault}
 */
export function readIdentity(fields: JsonObject): EventIdentity | undefined {
  const source = optionalText(fields['source'], 'source', MAXIMUM_NAME_LENGTH);
  const id = optionalText(fields['id'], 'id', MAXIMUM_NAME_LENGTH);
  return id === '' ? undefined : { source, id };
}

/**
 * What is kept of a refused request: the fields that say nothing about a person, with strings cut short. A line that
 * broke a rule may hold anything, so it is never kept as it came.
 */
export function keptFields(fields: JsonObject): string {
  const kept: Record<string, unknown> = {};
  for (const name of IMPERSONAL_FIELDS) {
    const value = fields[name];
    if (typeof value === 'string') {
      kept[name] = withoutQuery(value).slice(0, MAXIMUM_NAME_LENGTH);
    } else if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
      kept[name] = value;
    }
  }
  return JSON.stringify(kept);
}

const IMPERSONAL_FIELDS = [
  'ts',
  'endpoint',
  'method',
  'status',
  'duration_ms',
  'bytes_in',
  'bytes_out',
  'cpu_us',
  'memory_kb_ms',
  'cache',
  'kind',
  'outcome',
  'messages',
] as const;

function readEndpoint(value: unknown): string {
  const endpoint = withoutQuery(requiredText(value, 'endpoint', MAXIMUM_ENDPOINT_LENGTH));
  if (!endpoint.startsWith('/') && endpoint !== UNMATCHED_ENDPOINT) {
    throw new FieldFault(
      'endpoint',
      `must be the template of a path (/orders/:id), or ${UNMATCHED_ENDPOINT}`,
    );
  }
  return endpoint;
}

function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}

function readMethod(value: unknown): string {
  if (typeof value !== 'string' || !METHOD.test(value)) {
    throw new FieldFault('method', 'must be an HTTP method in capital letters (GET)');
  }
  return value;
}

function readStatus(value: unknown): number {
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < MINIMUM_STATUS ||
    value > MAXIMUM_STATUS
  ) {
    throw new FieldFault('status', `must be a whole number from ${MINIMUM_STATUS} to ${MAXIMUM_STATUS}`);
  }
  return value;
}

function readDuration(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAXIMUM_DURATION_MS)) {
    throw new FieldFault('duration_ms', `must be a number of milliseconds from 0 to ${MAXIMUM_DURATION_MS}`);
  }
  return Math.round(value * MICROSECONDS_PER_MS);
}

function readTraceId(value: unknown): string {
  if (value === undefined || value === null || value === '') {
    return '';
  }
  if (typeof value !== 'string' || !TRACE_ID.test(value) || ALL_ZERO.test(value)) {
    throw new FieldFault('trace_id', 'must be 32 hexadecimal digits, not all of them 0');
  }
  return value.toLowerCase();
}

function readAddress(value: unknown): string {
  if (value === undefined || value === null || value === '') {
    return '';
  }
  if (typeof value !== 'string' || isIP(value) === 0) {
    throw new FieldFault('client_address', 'must be an IPv4 or IPv6 address without a port');
  }
  return value;
}
