/*
 * What OTLP/HTTP answers, in the encoding that was asked in.
 */
import { bytesField, varintField } from './protobuf.ts';

export type TraceEncoding = 'protobuf' | 'json';

export const TRACE_CONTENT_TYPES: Readonly<Record<TraceEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

const RESPONSE_PARTIAL_SUCCESS = 1;
const PARTIAL_SUCCESS_REJECTED_SPANS = 1;
const PARTIAL_SUCCESS_ERROR_MESSAGE = 2;
const STATUS_CODE = 1;
const STATUS_MESSAGE = 2;

/** google.rpc.Code by HTTP status, after the mapping in google/rpc/code.proto. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  402: 9,
  403: 7,
  408: 4,
  413: 3,
  415: 3,
  429: 8,
  503: 14,
};
const RPC_INTERNAL = 13;

/**
 * ExportTraceServiceResponse; `partial_success` is set only when spans were rejected, as the protocol asks.
 *
 * @param reason why spans were rejected
 */
export function traceResponse(encoding: TraceEncoding, rejectedSpans: number, reason: string): Buffer {
  if (encoding === 'json') {
    const partialSuccess = { rejectedSpans: String(rejectedSpans), errorMessage: reason };
    return Buffer.from(JSON.stringify(rejectedSpans === 0 ? {} : { partialSuccess }));
  }
  if (rejectedSpans === 0) {
    return Buffer.alloc(0);
  }
  const partialSuccess = Buffer.concat([
    varintField(PARTIAL_SUCCESS_REJECTED_SPANS, rejectedSpans),
    bytesField(PARTIAL_SUCCESS_ERROR_MESSAGE, reason),
  ]);
  return bytesField(RESPONSE_PARTIAL_SUCCESS, partialSuccess);
}

/** google.rpc.Status for an HTTP status. */
export function rpcStatus(encoding: TraceEncoding, httpStatus: number, message: string): Buffer {
  const code = RPC_CODES[httpStatus] ?? RPC_INTERNAL;
  return encoding === 'json'
    ? Buffer.from(JSON.stringify({ code, message }))
    : Buffer.concat([varintField(STATUS_CODE, code), bytesField(STATUS_MESSAGE, message)]);
}
