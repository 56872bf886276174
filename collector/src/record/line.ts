/*
 * A record as one line of ClickHouse's JSONCompactEachRow format.
 *
 * What always holds: a line is one JSON array in the order of REQUEST_COLUMNS, ends with its only "\n", and is
 * well-formed Unicode. It is built by hand because that costs half of what JSON.stringify of the whole array
 * does, and encoding is on every request's path.
 */
import type { RequestRecord } from './request-record.ts';

/** The columns of a line, in order. An INSERT of lines names them, so a table may have more. */
export const REQUEST_COLUMNS = [
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

/**
 * Encodes a record. `ts` becomes integer ticks of DateTime64(6), microseconds; a lone surrogate, which no UTF-8
 * can carry, becomes U+FFFD.
 *
 * @throws {RecordError} for a number that is negative, fractional, not finite, or a status above 999: ClickHouse
 *   would wrap some of them around silently
 */
export function encodeLine(record: RequestRecord): string {
  const status = record.status;
  if (!(status <= MAXIMUM_STATUS)) {
    throw new RecordError('status', status, `a whole number from 0 to ${MAXIMUM_STATUS}`);
  }
  return (
    `[${whole(record.ts, 'ts')},${record.requestId},${text(record.tenantId)},${text(record.day)}` +
    `,${text(record.userId)},${text(record.userRole)},${text(record.sessionId)},${text(record.endpoint)}` +
    `,${text(record.method)},${whole(status, 'status')},${whole(record.duration, 'duration')}` +
    `,${whole(record.bytesIn, 'bytesIn')},${whole(record.bytesOut, 'bytesOut')},${whole(record.cpu, 'cpu')}` +
    `,${whole(record.memory, 'memory')},${text(record.cache)},${text(record.kind)},${text(record.traceId)}` +
    `,${text(record.instance)},${text(record.source)}]\n`
  );
}

/** Anything outside printable ASCII, and the two characters that JSON escapes. */
const NEEDS_CARE = /[^ !#-[\]-~]/;

/** A string as a JSON literal. */
export function text(value: string): string {
  return NEEDS_CARE.test(value) ? JSON.stringify(wellFormed(value)) : `"${value}"`;
}

/** Lone surrogates become U+FFFD: that is what encoding to UTF-8 and back does. */
function wellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8');
}

function whole(value: number, field: string): number {
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw new RecordError(field, value, 'a whole number, zero or more');
  }
  return value;
}
