/*
 * Ingest over HTTP: requests (NDJSON), business events (CloudEvents), traces (OTLP/HTTP).
 *
 * What always holds: the tenant is the credential's; a batch is taken whole or refused whole by its limits, and each of
 * its events is accepted, a duplicate, or rejected with a reason; 202 (200 for traces) only once all of it is on disk;
 * no input makes the answer a server error.
 */
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Collector } from '../collector.ts';
import type { IngestItem } from '../intake/intake.ts';
import type { Logger } from '../logger.ts';
import { LocalDays } from '../record/local-day.ts';
import { RequestIds } from '../record/request-id.ts';
import { type BatchResult, batchResult } from './batch-result.ts';
import { HeldBytes, type Lease, readBody } from './body.ts';
import { eventMode, readBinaryEvent, readEventBatch, readStructuredEvent } from './cloud-event-batch.ts';
import type { IngestCredential, IngestScope } from './credential.ts';
import { DEFAULT_INGEST_LIMITS, type IngestLimits } from './limits.ts';
import { readJsonTraces } from './otlp-json.ts';
import { readProtobufTraces } from './otlp-protobuf.ts';
import { rpcStatus, TRACE_CONTENT_TYPES, type TraceEncoding, traceResponse } from './otlp-response.ts';
import { IngestProblem, PROBLEM_CONTENT_TYPE, toIngestProblem } from './problem.ts';
import { readRequestArray, readRequestLines } from './request-batch.ts';
import type { RequestContext } from './request-fields.ts';
import { isHttpServerSpan, spanItem } from './span-request.ts';
import { TokenBuckets } from './token-bucket.ts';
import { type Span, TraceDecodeError } from './trace.ts';

export interface IngestRoutesOptions {
  readonly collector: Pick<Collector, 'ingest'>;
  /**
   * Who sends a request, by its headers; asked before its body is read. Throws an error with `statusCode` 401 when
   * nobody that is known, and 503 when it cannot tell.
   */
  readonly authenticate: (request: FastifyRequest) => Promise<IngestCredential>;
  /** Name of this process. */
  readonly instance: string;
  /** The application's own logger unless given. */
  readonly logger?: Logger;
  readonly limits?: Partial<IngestLimits>;
}

const US_PER_MS = 1_000;
const ACCEPTED = 202;
const SERVER_ERROR = 500;
const CHALLENGE = 'Bearer realm="ingest"';
/** Reasons told in one answer about traces. */
const TOLD_REASONS = 3;
/** What is counted for the platform: sending usage is not usage. */
const PLATFORM_ROUTE = { usage: { tenant: 'platform' } } as const;

/** A request that was let in. */
interface Admission {
  readonly credential: IngestCredential;
  /** Its share of the bytes that are held, until it is answered. */
  readonly lease: Lease;
}

/** The routes, and what they share. */
class Ingest {
  readonly #options: IngestRoutesOptions;
  readonly #limits: IngestLimits;
  readonly #held: HeldBytes;
  readonly #rates = new TokenBuckets();
  readonly #admitted = new WeakMap<FastifyRequest, Admission>();
  readonly #requestIds: RequestIds;
  readonly #localDays = new LocalDays();

  constructor(options: IngestRoutesOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_INGEST_LIMITS, ...options.limits };
    this.#held = new HeldBytes(this.#limits.heldBytes);
    this.#requestIds = new RequestIds(`${options.instance}/ingest`);
  }

  /** Before the body is read: who sends, may they, and what is it. */
  admit(scope: IngestScope, accepts: (contentType: string) => boolean) {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const credential = await this.#options.authenticate(request);
      if (!credential.scopes.includes(scope)) {
        throw new IngestProblem('forbidden', { detail: `The key lacks the scope ${scope}.` });
      }
      if (!accepts(contentTypeOf(request))) {
        throw new IngestProblem('unsupported-media-type');
      }
      this.#refuseWhile(this.#rates.wait(credential.keyId, credential));
      const lease = this.#held.lease();
      reply.raw.once('close', () => lease.release());
      this.#admitted.set(request, { credential, lease });
    };
  }

  /** Reads the body, whatever its type. */
  readonly read = async (request: FastifyRequest): Promise<Buffer> => {
    return await readBody(request.raw, this.#limits, this.#admission(request).lease);
  };

  readonly requests = async (request: FastifyRequest, reply: FastifyReply): Promise<BatchResult> => {
    const body = bodyOf(request);
    const context = this.#requestContext(request);
    const read = mediaTypeOf(contentTypeOf(request)) === JSON_TYPE ? readRequestArray : readRequestLines;
    const items = await read(body, context, this.#limits);
    reply.code(ACCEPTED);
    return this.#take(request, items);
  };

  readonly events = async (request: FastifyRequest, reply: FastifyReply): Promise<BatchResult> => {
    const body = bodyOf(request);
    const { tenantId } = this.#credential(request);
    const context = { tenantId, now: Date.now() * US_PER_MS, limits: this.#limits };
    const mode = eventMode(contentTypeOf(request));
    if (mode === 'batched') {
      reply.code(ACCEPTED);
      return this.#take(request, readEventBatch(body, context));
    }
    const items =
      mode === 'structured'
        ? readStructuredEvent(body, context)
        : readBinaryEvent(request.raw.rawHeaders, body, context);
    const result = await this.#take(request, items);
    // Senders of a single event look at the status alone.
    const [refused] = result.results;
    if (result.rejected > 0) {
      throw new IngestProblem('event-rejected', {
        detail: `The event is rejected: ${refused?.reason ?? ''}. Correct it before it is sent again.`,
        extension: result,
      });
    }
    reply.code(ACCEPTED);
    return result;
  };

  readonly traces = async (request: FastifyRequest, reply: FastifyReply): Promise<Buffer> => {
    const encoding = encodingOf(request);
    const context = this.#requestContext(request);
    const spans = this.#spans(bodyOf(request), encoding);
    this.#takeFromRate(request, spans.length);
    // Spans that are no request of an HTTP server are taken and not kept: a sender sends all it has.
    const items = spans.filter(isHttpServerSpan).map((span) => spanItem(span, context));
    const results = await this.#options.collector.ingest(context.tenantId, items);
    const reasons = new Set<string>();
    let rejected = 0;
    for (const result of results) {
      if (result.status === 'rejected') {
        rejected += 1;
        reasons.add(result.reason);
      }
    }
    reply.type(TRACE_CONTENT_TYPES[encoding]);
    return traceResponse(encoding, rejected, [...reasons].slice(0, TOLD_REASONS).join('; '));
  };

  async #take(request: FastifyRequest, items: readonly IngestItem[]): Promise<BatchResult> {
    this.#takeFromRate(request, items.length);
    const { tenantId } = this.#credential(request);
    const results = await this.#options.collector.ingest(tenantId, items);
    return batchResult(results, asksForAll(request));
  }

  #takeFromRate(request: FastifyRequest, events: number): void {
    const credential = this.#credential(request);
    this.#refuseWhile(this.#rates.take(credential.keyId, events, credential));
  }

  #refuseWhile(seconds: number): void {
    if (seconds > 0) {
      throw new IngestProblem('too-many-requests', { retryAfterSeconds: seconds });
    }
  }

  #spans(body: Buffer, encoding: TraceEncoding): Span[] {
    try {
      return encoding === 'json'
        ? readJsonTraces(body, this.#limits.events)
        : readProtobufTraces(body, this.#limits.events);
    } catch (error) {
      if (!(error instanceof TraceDecodeError)) {
        throw error;
      }
      throw new IngestProblem('malformed-body', {
        detail: `The body is not an ExportTraceServiceRequest: ${error.message}.`,
        cause: error,
      });
    }
  }

  #requestContext(request: FastifyRequest): RequestContext {
    const { tenantId, timezone } = this.#credential(request);
    return {
      tenantId,
      timezone,
      now: Date.now() * US_PER_MS,
      requestIds: this.#requestIds,
      localDays: this.#localDays,
    };
  }

  #credential(request: FastifyRequest): IngestCredential {
    return this.#admission(request).credential;
  }

  #admission(request: FastifyRequest): Admission {
    const admission = this.#admitted.get(request);
    if (admission === undefined) {
      throw new IngestProblem('authentication-required');
    }
    return admission;
  }
}

const NDJSON_TYPES: readonly string[] = ['application/x-ndjson', 'application/jsonl', 'application/json'];
const JSON_TYPE = 'application/json';

/**
 * The ingest routes, `POST /v1/requests`, `/v1/events` and `/v1/traces`. What they answer on failure is theirs alone:
 * problem documents, and google.rpc.Status where OTLP asks for it.
 */
export const ingestRoutes: FastifyPluginAsync<IngestRoutesOptions> = async (app, options) => {
  const ingest = new Ingest(options);
  const logger = options.logger ?? app.log;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', ingest.read);
  app.setErrorHandler((error, request, reply) => {
    const problem = logged(error, request, logger);
    return failed(problem, reply)
      .type(PROBLEM_CONTENT_TYPE)
      .send(JSON.stringify(problem.document(request.id)));
  });
  app.post(
    '/v1/requests',
    {
      config: PLATFORM_ROUTE,
      onRequest: ingest.admit('ingest:requests', (type) => NDJSON_TYPES.includes(mediaTypeOf(type))),
    },
    ingest.requests,
  );
  app.post(
    '/v1/events',
    {
      config: PLATFORM_ROUTE,
      onRequest: ingest.admit('ingest:events', (type) => eventMode(type) !== undefined),
    },
    ingest.events,
  );
  await app.register(async (traces) => traceRoute(traces, ingest, logger));
};

function traceRoute(app: FastifyInstance, ingest: Ingest, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = logged(error, request, logger);
    const encoding = encodingOf(request);
    return failed(problem, reply)
      .type(TRACE_CONTENT_TYPES[encoding])
      .send(rpcStatus(encoding, problem.statusCode, problem.message));
  });
  app.post(
    '/v1/traces',
    {
      config: PLATFORM_ROUTE,
      onRequest: ingest.admit('ingest:traces', (type) =>
        Object.values(TRACE_CONTENT_TYPES).includes(mediaTypeOf(type)),
      ),
    },
    ingest.traces,
  );
}

function logged(error: unknown, request: FastifyRequest, logger: Logger): IngestProblem {
  const problem = toIngestProblem(error);
  if (problem.statusCode >= SERVER_ERROR) {
    logger.error({ err: error, code: problem.code, requestId: request.id }, 'a batch could not be taken');
  }
  return problem;
}

function failed(problem: IngestProblem, reply: FastifyReply): FastifyReply {
  const { retryAfterSeconds } = problem.occurrence;
  if (retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(retryAfterSeconds));
  }
  if (problem.code === 'authentication-required') {
    reply.header('www-authenticate', CHALLENGE);
  }
  if (problem.code === 'unsupported-content-encoding') {
    reply.header('accept-encoding', 'gzip, deflate, br');
  }
  return reply.code(problem.statusCode).header('cache-control', 'no-store');
}

function asksForAll(request: FastifyRequest): boolean {
  return new URLSearchParams(request.url.split('?')[1]).get('results') === 'all';
}

/** Empty when the request has no body. */
function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function contentTypeOf(request: FastifyRequest): string {
  return request.headers['content-type'] ?? '';
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

function encodingOf(request: FastifyRequest): TraceEncoding {
  return mediaTypeOf(contentTypeOf(request)) === TRACE_CONTENT_TYPES.protobuf ? 'protobuf' : 'json';
}
