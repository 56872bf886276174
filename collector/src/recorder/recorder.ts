/*
 * Records every request of a Fastify application.
 *
 * What always holds: one request makes one record, also when its client goes away, when it matches no route, when it
 * becomes a WebSocket (what Fastify turns away before its hooks, a malformed URL say, is no request yet); the record names the route's template, never the raw URL; nothing that fails in here fails a
 * request.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Collector } from '../collector.ts';
import type { Logger } from '../logger.ts';
import { LocalDays } from '../record/local-day.ts';
import { RequestIds } from '../record/request-id.ts';
import {
  type CacheOutcome,
  PLATFORM_TENANT,
  type RecordSource,
  type RequestKind,
  type TenantId,
  UNMATCHED_ENDPOINT,
} from '../record/request-record.ts';
import { traceIdOf } from '../record/traceparent.ts';
import { Attribution, type Charge, type Share } from './attribution.ts';
import { EpochClock, microseconds } from './clock.ts';

/** Whom a request is counted for. */
export interface RequestIdentity {
  readonly tenantId: TenantId;
  /** IANA name; decides the request's calendar day. */
  readonly timezone: string;
  /** Empty when nobody is logged in, as the following two. */
  readonly userId: string;
  readonly userRole: string;
  readonly sessionId: string;
}

/** A route's `config.usage`. */
export interface RouteUsage {
  /**
   * `platform`: the route's requests are counted for the platform itself and never against a tenant. For the product's
   * own pages: watching one's usage is not usage.
   */
  readonly tenant?: 'platform';
  /** `api` unless said; a request that becomes a WebSocket is always `websocket`. */
  readonly kind?: RequestKind;
}

/** `request.usage`: what the application may say about a request while it handles it. */
export interface RequestUsage {
  cache: CacheOutcome;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    usage?: RouteUsage;
  }
  interface FastifyRequest {
    usage: RequestUsage;
  }
}

export interface RequestRecorderOptions {
  readonly collector: Pick<Collector, 'record'>;
  /** Name of this process. */
  readonly instance: string;
  /** Asked once per request, when its response is complete. */
  readonly identify: (request: FastifyRequest) => RequestIdentity;
  /** The application's own logger unless given. */
  readonly logger?: Logger;
  /** Whether `x-riwayat-source: replay` marks a request as replayed. Anyone can send a header: off unless asked for. */
  readonly trustReplayHeader?: boolean;
}

/** The status of a request whose client went away before there was a response, after nginx. */
const CLIENT_CLOSED_REQUEST = 499;
const SWITCHING_PROTOCOLS = 101;
const NOT_MODIFIED = 304;
const NO_CONTENT = 204;
const TRACE_HEADER = 'traceparent';
const SOURCE_HEADER = 'x-riwayat-source';
/** The tenant's calendar is unknown where there is no tenant. */
const PLATFORM_TIMEZONE = 'UTC';
const MICROSECONDS_PER_MS = 1_000;

const NO_CHARGE: Charge = { cpu: microseconds(0), memory: 0 };
const PLATFORM_IDENTITY: RequestIdentity = {
  tenantId: PLATFORM_TENANT,
  timezone: PLATFORM_TIMEZONE,
  userId: '',
  userRole: '',
  sessionId: '',
};

/** One request from its first hook to its record. */
class Flight implements RequestUsage {
  cache: CacheOutcome = 'none';
  readonly startedAt: number;
  /** None for a WebSocket: an open socket is not a request in flight, and would take a share from those that are. */
  readonly share: Share | undefined;
  /** What the connection had carried before this request. */
  readonly written: number;
  readonly read: number;
  /** Of a body without a length. */
  countedBytes = 0;
  recorded = false;

  constructor(startedAt: number, share: Share | undefined, socket: SocketCounts | null) {
    this.startedAt = startedAt;
    this.share = share;
    this.written = socket?.bytesWritten ?? 0;
    this.read = socket?.bytesRead ?? 0;
  }
}

/** An injected request's socket counts nothing. */
interface SocketCounts {
  readonly bytesWritten?: number;
  readonly bytesRead?: number;
}

/** The hooks, and what they share. */
class Recording {
  readonly #options: RequestRecorderOptions;
  readonly #logger: Logger;
  readonly #attribution = new Attribution();
  readonly #clock = new EpochClock();
  readonly #ids: RequestIds;
  readonly #localDays = new LocalDays();

  constructor(options: RequestRecorderOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#ids = new RequestIds(options.instance);
  }

  readonly begin = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { raw } = request;
    const now = performance.now();
    const flight = new Flight(now, isUpgrade(raw) ? undefined : this.#attribution.start(now), raw.socket);
    request.usage = flight;
    if (raw.headers['transfer-encoding'] !== undefined) {
      countBody(raw, flight);
    }
    // A response that never finishes (the client went away, the connection was handed over) still closes.
    reply.raw.on('close', () => this.#finish(flight, request, reply, false));
    done();
  };

  readonly end = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (request.usage instanceof Flight) {
      this.#finish(request.usage, request, reply, true);
    }
    done();
  };

  #finish(flight: Flight, request: FastifyRequest, reply: FastifyReply, complete: boolean): void {
    if (flight.recorded) {
      return;
    }
    flight.recorded = true;
    try {
      this.#record(flight, request, reply, complete);
    } catch (error) {
      this.#logger.error({ err: error }, 'a request could not be recorded');
    }
  }

  #record(flight: Flight, request: FastifyRequest, reply: FastifyReply, complete: boolean): void {
    const now = performance.now();
    const charge = flight.share === undefined ? NO_CHARGE : this.#attribution.end(flight.share, now);
    const { raw } = request;
    const { url, config } = request.routeOptions;
    const ts = this.#clock.epoch(flight.startedAt);
    const upgraded = flight.share === undefined;
    const identity = this.#identity(request, config.usage);
    this.#options.collector.record({
      ts,
      requestId: this.#ids.next(),
      tenantId: identity.tenantId,
      day: this.#day(ts, identity.timezone),
      userId: identity.userId,
      userRole: identity.userRole,
      sessionId: identity.sessionId,
      endpoint: url ?? UNMATCHED_ENDPOINT,
      method: raw.method ?? request.method,
      status: statusOf(reply, upgraded),
      duration: microseconds(now - flight.startedAt),
      bytesIn: bytesIn(flight, request),
      bytesOut: bytesOut(flight, request, reply, complete),
      cpu: charge.cpu,
      memory: charge.memory,
      cache: flight.cache,
      kind: upgraded ? 'websocket' : (config.usage?.kind ?? 'api'),
      traceId: traceIdOf(single(raw.headers[TRACE_HEADER])),
      instance: this.#options.instance,
      source: this.#source(request),
      outcome: complete || upgraded ? 'completed' : 'aborted',
      messages: 0,
      clientAddress: request.ip,
    });
  }

  #identity(request: FastifyRequest, usage: RouteUsage | undefined): RequestIdentity {
    if (usage?.tenant === 'platform') {
      return PLATFORM_IDENTITY;
    }
    try {
      const identity = this.#options.identify(request);
      if (identity.tenantId !== '') {
        return identity;
      }
      this.#logger.error({}, 'a request was identified with an empty tenant; it counts for the platform');
    } catch (error) {
      this.#logger.error({ err: error }, 'a request could not be identified; it counts for the platform');
    }
    return PLATFORM_IDENTITY;
  }

  #day(ts: number, timezone: string): string {
    const epochMs = ts / MICROSECONDS_PER_MS;
    try {
      return this.#localDays.day(epochMs, timezone);
    } catch (error) {
      this.#logger.error(
        { err: error, timezone },
        'a tenant has no valid time zone; its day is taken in UTC',
      );
      return this.#localDays.day(epochMs, PLATFORM_TIMEZONE);
    }
  }

  #source(request: FastifyRequest): RecordSource {
    return this.#options.trustReplayHeader === true && request.headers[SOURCE_HEADER] === 'replay'
      ? 'replay'
      : 'live';
  }
}

const recorder: FastifyPluginAsync<RequestRecorderOptions> = async (app, options) => {
  const recording = new Recording(options, options.logger ?? app.log);
  app.decorateRequest('usage');
  app.addHook('onRequest', recording.begin);
  app.addHook('onResponse', recording.end);
};

/** The Fastify plugin that records every request of the application that it is registered in. */
export const requestRecorder = fastifyPlugin(recorder, { fastify: '5.x', name: '@riwayat/request-recorder' });

function statusOf(reply: FastifyReply, upgraded: boolean): number {
  if (reply.raw.headersSent) {
    return reply.raw.statusCode;
  }
  return upgraded ? SWITCHING_PROTOCOLS : CLIENT_CLOSED_REQUEST;
}

/** Bytes of the request's body; of a WebSocket, all that its connection brought. */
function bytesIn(flight: Flight, request: FastifyRequest): number {
  const { raw } = request;
  if (flight.share === undefined) {
    return Math.max(0, (raw.socket?.bytesRead ?? 0) - flight.read);
  }
  return lengthOf(raw.headers['content-length']) ?? flight.countedBytes;
}

/** Bytes of the response's body where its length is known, else what the connection carried, headers included. */
function bytesOut(flight: Flight, request: FastifyRequest, reply: FastifyReply, complete: boolean): number {
  const { statusCode, headersSent } = reply.raw;
  if (headersSent) {
    if (request.raw.method === 'HEAD' || statusCode === NO_CONTENT || statusCode === NOT_MODIFIED) {
      return 0;
    }
    const length = complete ? lengthOf(reply.getHeader('content-length')) : undefined;
    if (length !== undefined) {
      return length;
    }
  }
  return Math.max(0, (request.raw.socket?.bytesWritten ?? flight.written) - flight.written);
}

/** Counts a body as it arrives, without taking part in its reading. */
function countBody(raw: IncomingMessage, flight: Flight): void {
  const push = raw.push;
  raw.push = function countingPush(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) {
      flight.countedBytes += Buffer.byteLength(chunk, encoding);
    }
    return push.call(raw, chunk, encoding);
  };
}

/** Set by Node on requests that it hands to an `upgrade` listener. */
function isUpgrade(raw: IncomingMessage): boolean {
  return 'upgrade' in raw && raw.upgrade === true;
}

function lengthOf(header: number | string | string[] | undefined): number | undefined {
  const length = typeof header === 'number' ? header : Number(header);
  return header !== undefined && Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
