/*
 * Records every request of a Fastify application.
 *
 * What always holds: one request makes one record, also when its client goes away, when it matches no route, when it
 * becomes a WebSocket, and when it is turned away before any hook; the record names the route's template, never the raw
 * URL; nothing that fails in here fails a request.
 */
import type { IncomingMessage, Server } from 'node:http';
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
import { Attribution } from './attribution.ts';
import { EpochClock, microseconds } from './clock.ts';
import { Endings, isUpgrade } from './endings.ts';
import { type Cut, Flight, responseBody } from './flight.ts';
import { ServerGate, type TurnedAway } from './turned-away.ts';

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

const TRACE_HEADER = 'traceparent';
const SOURCE_HEADER = 'x-riwayat-source';
/** The tenant's calendar is unknown where there is no tenant. */
const PLATFORM_TIMEZONE = 'UTC';
const MICROSECONDS_PER_MS = 1_000;

const PLATFORM_IDENTITY: RequestIdentity = {
  tenantId: PLATFORM_TENANT,
  timezone: PLATFORM_TIMEZONE,
  userId: '',
  userRole: '',
  sessionId: '',
};

/** The hooks, and what they share. */
class Recording {
  readonly #options: RequestRecorderOptions;
  readonly #logger: Logger;
  readonly #attribution = new Attribution();
  readonly #clock = new EpochClock();
  readonly #ids: RequestIds;
  readonly #localDays = new LocalDays();
  #gate: ServerGate | undefined;
  readonly #endings = new Endings((flight, cut) => this.#finish(flight, cut));
  /** The request that a hook saw last. */
  #latest: IncomingMessage | undefined;

  constructor(options: RequestRecorderOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#ids = new RequestIds(options.instance);
  }

  /** Hears no more of this process's requests. */
  async end(): Promise<void> {
    this.#endings.close();
  }

  /** Listens for what never reaches a hook. */
  watch(server: Server): void {
    this.#gate = new ServerGate(server, {
      seen: (raw) => raw === this.#latest,
      turnedAway: (request) => this.#recordTurnedAway(request),
    });
  }

  readonly begin = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { raw } = request;
    this.#latest = raw;
    const now = performance.now();
    // A connection forgets its address when it ends, so it is asked now.
    const flight = new Flight(request, reply, {
      startedAt: now,
      share: this.#attribution.start(now),
      clientAddress: this.#addressOf(request),
    });
    request.usage = flight;
    if (raw.headers['transfer-encoding'] !== undefined) {
      flight.countBody(raw);
    }
    if (isUpgrade(raw)) {
      flight.watchWebSocket(raw, () => {
        flight.charge = this.#attribution.end(flight.share, performance.now());
      });
    }
    this.#endings.watch(flight);
    done();
  };

  #finish(flight: Flight, cut: Cut | undefined): void {
    if (flight.recorded) {
      return;
    }
    flight.recorded = true;
    try {
      const timedOut = cut !== undefined && this.#gate?.timedOut(flight.request.raw) === true;
      this.#record(flight, timedOut ? 'timed-out' : cut);
    } catch (error) {
      this.#logger.error({ err: error }, 'a request could not be recorded');
    }
  }

  #record(flight: Flight, cut: Cut | undefined): void {
    const { request, reply } = flight;
    const now = performance.now();
    const charge = flight.charge ?? this.#attribution.end(flight.share, now);
    const { raw } = request;
    const { url, config, handlerTimeout } = request.routeOptions;
    const ts = this.#clock.epoch(flight.startedAt);
    const elapsed = now - flight.startedAt;
    const identity = this.#identity(request, config.usage);
    const body = responseBody(reply, raw.method);
    const status = flight.status(reply, cut, raw);
    const handlerTimedOut = handlerTimeout !== undefined && handlerTimeout > 0 && elapsed >= handlerTimeout;
    this.#options.collector.record({
      ts,
      requestId: this.#ids.next(ts / MICROSECONDS_PER_MS),
      tenantId: identity.tenantId,
      day: this.#day(ts, identity.timezone),
      userId: identity.userId,
      userRole: identity.userRole,
      sessionId: identity.sessionId,
      endpoint: url ?? UNMATCHED_ENDPOINT,
      method: raw.method ?? request.method,
      status,
      duration: microseconds(elapsed),
      bytesIn: flight.bytesIn(request),
      bytesOut: cut === undefined ? (body.length ?? flight.carriedOut(raw)) : flight.carriedOut(raw),
      cpu: charge.cpu,
      memory: charge.memory,
      cache: flight.cache,
      kind: flight.isWebSocket ? 'websocket' : (config.usage?.kind ?? body.kind),
      traceId: traceIdOf(single(raw.headers[TRACE_HEADER])),
      instance: this.#options.instance,
      source: this.#source(request),
      outcome: flight.outcome(cut, status, handlerTimedOut),
      messages: flight.messages,
      clientAddress: flight.clientAddress,
    });
  }

  /** What no hook saw is nobody's, and nobody knows when it began. */
  #recordTurnedAway({ method, status, outcome, bytesOut, clientAddress }: TurnedAway): void {
    const ts = this.#clock.epoch(performance.now());
    try {
      this.#options.collector.record({
        ...PLATFORM_IDENTITY,
        ts,
        requestId: this.#ids.next(ts / MICROSECONDS_PER_MS),
        day: this.#day(ts, PLATFORM_TIMEZONE),
        endpoint: UNMATCHED_ENDPOINT,
        method,
        status,
        duration: microseconds(0),
        bytesIn: 0,
        bytesOut,
        cpu: microseconds(0),
        memory: 0,
        cache: 'none',
        kind: 'api',
        traceId: '',
        instance: this.#options.instance,
        source: 'live',
        outcome,
        messages: 0,
        clientAddress,
      });
    } catch (error) {
      this.#logger.error({ err: error }, 'a request that was turned away could not be recorded');
    }
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

  /** Which proxies are trusted may be for a function of the application to say. */
  #addressOf(request: FastifyRequest): string {
    try {
      return request.ip ?? '';
    } catch (error) {
      this.#logger.error({ err: error }, "a client's address cannot be told; it is recorded as unknown");
      return '';
    }
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
  app.addHook('onClose', () => recording.end());
  recording.watch(app.server);
};

/** The Fastify plugin that records every request of the application that it is registered in. */
export const requestRecorder = fastifyPlugin(recorder, { fastify: '5.x', name: '@riwayat/request-recorder' });

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
