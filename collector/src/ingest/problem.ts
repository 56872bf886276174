/*
 * What ingest answers when it takes nothing: problem documents (RFC 9457).
 *
 * What always holds: every failure has a code of this catalogue, which never changes its meaning; nothing of an error
 * that is ours reaches a client.
 */
import { QuotaError } from '../spool/quota.ts';
import { SpoolError } from '../spool/spool-error.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

const PROBLEMS = {
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    detail: 'The body is not valid JSON of the documented shape.',
  },
  'malformed-body': {
    status: 400,
    title: 'Malformed body',
    detail: 'The body cannot be read as its headers say.',
  },
  'event-rejected': {
    status: 400,
    title: 'Event rejected',
    detail: 'The event breaks a rule. Correct it before it is sent again.',
  },
  'authentication-required': {
    status: 401,
    title: 'Authentication required',
    detail: 'Send a valid API key: "Authorization: Bearer <key>".',
  },
  'tenant-suspended': {
    status: 402,
    title: 'Tenant suspended',
    detail: 'Nothing is taken in until what is overdue is paid. Send the batch again then.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    detail: 'The key may not send this.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request timeout',
    detail: 'The body did not come in time. Send it again, in smaller batches if the connection is slow.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    detail: 'The body is larger than is accepted. Send smaller batches.',
  },
  'too-many-events': {
    status: 413,
    title: 'Too many events',
    detail: 'There are more events in the body than are accepted. Send smaller batches.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    detail: 'The content type is not one that this address accepts.',
  },
  'unsupported-content-encoding': {
    status: 415,
    title: 'Unsupported content encoding',
    detail: 'Send the body as it is, or compressed with gzip, deflate or br.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    detail:
      'The key sends more events than it may. Wait for as long as Retry-After says, then send the batch again.',
  },
  'tenant-quota': {
    status: 429,
    title: 'Quota used up',
    detail:
      'Too many of your events wait to be stored. Wait for as long as Retry-After says, then send the batch again.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong on our side. Send the batch again: what has an id is not counted twice.',
  },
  'spool-full': {
    status: 503,
    title: 'Spool full',
    detail:
      'Too many events wait to be stored. Wait for as long as Retry-After says, then send the batch again.',
  },
  'spool-unavailable': {
    status: 503,
    title: 'Spool unavailable',
    detail: 'The disk takes nothing right now. Send the batch again: what has an id is not counted twice.',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    detail:
      'Too much is being sent at once. Wait for as long as Retry-After says, then send the batch again.',
  },
} as const satisfies Record<string, ProblemKind>;

export type IngestProblemCode = keyof typeof PROBLEMS;

/** What may be said about one occurrence. */
export interface ProblemOccurrence {
  /** Replaces the catalogue's detail. Shown to the client. */
  readonly detail?: string;
  /** Whole seconds, for Retry-After. */
  readonly retryAfterSeconds?: number;
  /** Members of the document beyond the standard ones. */
  readonly extension?: object;
  readonly cause?: unknown;
}

/** A problem to throw: the ingest routes turn it into the answer. */
export class IngestProblem extends Error {
  override readonly name = 'IngestProblem';
  readonly code: IngestProblemCode;
  readonly occurrence: ProblemOccurrence;

  constructor(code: IngestProblemCode, occurrence: ProblemOccurrence = {}) {
    super(occurrence.detail ?? PROBLEMS[code].detail, { cause: occurrence.cause });
    this.code = code;
    this.occurrence = occurrence;
  }

  /** HTTP status of the answer. */
  get statusCode(): number {
    return PROBLEMS[this.code].status;
  }

  /** The document to send. */
  document(requestId: string): object {
    const { status, title } = PROBLEMS[this.code];
    return {
      type: `urn:riwayat:problem:${this.code}`,
      title,
      status,
      detail: this.message,
      code: this.code,
      instance: `urn:riwayat:request:${requestId}`,
      ...this.occurrence.extension,
    };
  }
}

const BY_STATUS: Readonly<Record<number, IngestProblemCode>> = {
  401: 'authentication-required',
  403: 'forbidden',
  408: 'request-timeout',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'overloaded',
};

/** How long a client is asked to wait for a disk that takes nothing, or for others to be done. */
const RETRY_SECONDS = 2;
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

/** The problem that stands for an error, whatever was thrown: by us, by `authenticate`, by Fastify, by the spool. */
export function toIngestProblem(error: unknown): IngestProblem {
  if (error instanceof IngestProblem) {
    return error;
  }
  if (error instanceof SpoolError) {
    return new IngestProblem('spool-unavailable', { retryAfterSeconds: RETRY_SECONDS, cause: error });
  }
  if (error instanceof QuotaError) {
    const { code, retryAfterSeconds } = error;
    return new IngestProblem(code, { retryAfterSeconds, cause: error });
  }
  if (!(error instanceof Error)) {
    return new IngestProblem('internal-error', { cause: error });
  }
  const wait = 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined;
  const retryAfterSeconds = typeof wait === 'number' ? wait : RETRY_SECONDS;
  const status =
    'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : SERVER_ERROR;
  const code = BY_STATUS[status];
  if (code !== undefined) {
    const retry = PROBLEMS[code].status === 429 || PROBLEMS[code].status === 503;
    return new IngestProblem(code, { ...(retry && { retryAfterSeconds }), cause: error });
  }
  return status >= CLIENT_ERROR && status < SERVER_ERROR
    ? new IngestProblem('malformed-body', { cause: error })
    : new IngestProblem('internal-error', { cause: error });
}
