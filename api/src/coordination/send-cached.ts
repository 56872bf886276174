import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JsonAnswer } from './json-cache.ts';

const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';
const NOT_MODIFIED = 304;

/**
 * Says in the answer's headers and in the record of the request whether the answer was cached.
 */
export function noteCache(request: FastifyRequest, reply: FastifyReply, { outcome }: JsonAnswer): void {
  request.usage.cache = outcome;
  if (outcome !== 'none') {
    reply.header('x-cache', outcome.toUpperCase());
  }
}

/** Sends what was found, or 304 to whoever has it already. */
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
