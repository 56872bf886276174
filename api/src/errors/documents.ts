import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { DatabaseUnavailableError, sqlState } from '../postgres/availability.ts';
import type { ProblemCode } from './catalogue.ts';
import { type FieldProblem, PROBLEM_CONTENT_TYPE, ProblemError, problem } from './problem.ts';

const SERVER_ERROR = 500;
const CLIENT_ERROR = 400;
/** How long a client is asked to wait for a part that is restarting. */
const UNAVAILABLE_RETRY_SECONDS = 2;

/** SQLSTATE of text that Postgres cannot keep: UTF-8 as Node sends it can only be wrong by a zero. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

/** Fastify's own errors that mean something more particular than their status. */
const BY_FASTIFY_CODE: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
};

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'authentication-required',
  403: 'forbidden',
  404: 'not-found',
  408: 'request-timeout',
  409: 'conflict',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'overloaded',
};

const PART_OF_REQUEST: Readonly<Record<string, string>> = {
  querystring: 'query',
};

export interface ProblemDocumentsOptions {
  /**
   * Knows the errors of a part this folder does not know (such as the usage store's), and names their problem.
   * Anything it returns undefined for is treated as usual.
   */
  readonly translate?: (error: unknown) => ProblemError | undefined;
  /** Hears of every problem that somebody is answered with. */
  readonly observe?: (found: ProblemError, request: FastifyRequest) => void;
}

/**
 * Answers every failure, and every address without a route, with a problem document. What is not the client's
 * doing is logged with the request's id; the client gets that id and nothing of the error itself.
 */
export const problemDocuments = fastifyPlugin(
  async (app: FastifyInstance, { translate, observe }: ProblemDocumentsOptions) => {
    app.setErrorHandler((error, request, reply) => {
      const found = translate?.(error) ?? toProblem(error);
      // Who turns requests away says so once; a line for each would add to the load.
      if (found.statusCode >= SERVER_ERROR && found.code !== 'overloaded') {
        request.log.error({ err: error, code: found.code, requestId: request.id }, 'a request failed');
      }
      observe?.(found, request);
      return sendProblem(found, request, reply);
    });
    app.setNotFoundHandler((request, reply) => sendProblem(problem('not-found'), request, reply));
  },
  { name: 'problem-documents' },
);

/**
 * For Fastify's `frameworkErrors`: an address that cannot be decoded, or that is longer than any of ours. No hook runs
 * for it, so the headers that keep browsers from guessing are set here; Fastify's own answer would repeat the address.
 */
export function refuseAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const found =
    error.code === 'FST_ERR_BAD_URL'
      ? problem('invalid-request', { detail: 'The address cannot be decoded.' })
      : problem('not-found');
  const body = JSON.stringify(found.document(`urn:riwayat:request:${request.id}`));
  reply.raw.writeHead(found.statusCode, {
    'content-type': PROBLEM_CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
  reply.raw.end(body);
}

/** The problem that stands for an error, whatever was thrown. */
function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  if (error instanceof DatabaseUnavailableError) {
    return problem('database-unavailable', { retryAfterSeconds: UNAVAILABLE_RETRY_SECONDS, cause: error });
  }
  if (sqlState(error) === CHARACTER_NOT_IN_REPERTOIRE) {
    return problem('invalid-request', {
      detail: 'Text must not contain the character U+0000.',
      cause: error,
    });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    return problem('invalid-request', { errors: brokenRules(error), cause: error });
  }
  if (isFastifyError(error)) {
    const code = BY_FASTIFY_CODE[error.code] ?? BY_STATUS[error.statusCode];
    if (code !== undefined) {
      return problem(code, { cause: error });
    }
    if (error.statusCode >= CLIENT_ERROR && error.statusCode < SERVER_ERROR) {
      return problem('invalid-request', { detail: 'The request cannot be read.', cause: error });
    }
  }
  return problem('internal-error', { cause: error });
}

function sendProblem(found: ProblemError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { retryAfterSeconds, challenge } = found.occurrence;
  if (retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(retryAfterSeconds));
  }
  if (challenge !== undefined) {
    reply.header('www-authenticate', challenge);
  }
  return reply
    .code(found.statusCode)
    .header('cache-control', 'no-store')
    .type(PROBLEM_CONTENT_TYPE)
    .send(found.document(`urn:riwayat:request:${request.id}`));
}

function brokenRules(
  error: Omit<FastifyError, 'validation'> & {
    validation: { instancePath: string; keyword: string; message?: string }[];
  },
): FieldProblem[] {
  const part = error.validationContext ?? 'request';
  return error.validation.map(({ instancePath, keyword, message }) => ({
    path: [PART_OF_REQUEST[part] ?? part, ...instancePath.split('/').filter((name) => name !== '')].join('.'),
    rule: keyword,
    message: message ?? 'is not valid',
  }));
}

function isFastifyError(error: unknown): error is FastifyError & { statusCode: number } {
  return (
    error instanceof Error && 'code' in error && 'statusCode' in error && typeof error.statusCode === 'number'
  );
}
