import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../errors/problem.ts';
import type { JsonAnswer } from './json-cache.ts';

const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';
const NOT_MODIFIED = 304;

/**
 * Says in the answer's headers and in the record of the request whether the answer was cached.
 */
export function noteCache(request: FastifyRequest, reply: FastifyReply, { outcome }: JsonAnswer): void {
  if (outcome !== 'none') {
    request.usage.cache = outcome;
    reply.header('x-cache', outcome.toUpperCase());
  }
}

/** Sends what was found, or 304 to whoever has it already. What a route answers with is checked where it is read, not again here. */
export function sendFound(
  request: FastifyRequest,
  reply: FastifyReply,
  { json, etag }: NonNullable<JsonAnswer['found']>,
): FastifyReply {
  reply
    .header('etag', etag)
    // Kept by whoever asked, and asked for again each time: a change is seen at once.
    .header('cache-control', 'private, no-cache')
    .header('vary', 'x-tenant, authorization');
  return matches(request.headers['if-none-match'], etag)
    ? reply.code(NOT_MODIFIED).send()
    : reply.type(JSON_CONTENT_TYPE).send(json);
}

/** By weak comparison (RFC 9110, 13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, ''))) ?? false;
}

/** Notes the outcome and sends what was found, on a route where there is always something. */
export function sendCached(request: FastifyRequest, reply: FastifyReply, answer: JsonAnswer): FastifyReply {
  noteCache(request, reply, answer);
  if (answer.found === undefined) {
    throw problem('not-found');
  }
  return sendFound(request, reply, answer.found);
}
