import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CacheOutcome, RequestKind, RequestOutcome } from '../record/request-record.ts';
import type { Charge, Share } from './attribution.ts';
import { connectionOf, type Endings } from './endings.ts';
import { WebSocketTraffic } from './frames.ts';

/** The status of a request whose client went away before there was a response, after nginx. */
const CLIENT_CLOSED_REQUEST = 499;
const SWITCHING_PROTOCOLS = 101;
const REQUEST_TIMEOUT = 408;
const SERVICE_UNAVAILABLE = 503;
/** What a proxy answers in place of a server that says nothing. */
const GATEWAY_TIMEOUT = 504;
const NOT_MODIFIED = 304;
const NO_CONTENT = 204;

/** What is known of a request when it begins. */
export interface Beginning {
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly share: Share;
  readonly clientAddress: string;
}

/** One request from its first hook to its record. */
export class Flight {
  cache: CacheOutcome = 'none';
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Undefined for an injected request. */
  readonly connection: Socket | undefined;
  /** Who tells of its end. */
  endings: Endings | undefined;
  /** Under way on the same connection, and begun before this one. */
  earlier: Flight | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly share: Share;
  readonly clientAddress: string;
  /** What the connection had carried out before this request… */
  readonly #written: number;
  /** …and brought, before it asked for a WebSocket. */
  #read = 0;
  /** Of a body without a length. */
  #countedBytes = 0;
  /** Of a request to open a WebSocket. */
  #traffic: WebSocketTraffic | undefined;
  /** Set when a WebSocket opens: an open one is not in flight, and would take a share from those that are. */
  charge: Charge | undefined;
  recorded = false;

  constructor(request: FastifyRequest, reply: FastifyReply, beginning: Beginning) {
    this.request = request;
    this.reply = reply;
    this.connection = connectionOf(request.raw);
    this.startedAt = beginning.startedAt;
    this.share = beginning.share;
    this.clientAddress = beginning.clientAddress;
    this.#written = this.connection?.bytesWritten ?? 0;
  }

  get isWebSocket(): boolean {
    return this.#traffic?.open === true;
  }

  get messages(): number {
    return this.#traffic?.messages ?? 0;
  }

  /** Counts a body without a length as it arrives, without taking part in its reading. */
  countBody(raw: IncomingMessage): void {
    const push = raw.push;
    raw.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) {
        this.#countedBytes += Buffer.byteLength(chunk, encoding);
      }
      return push.call(raw, chunk, encoding);
    };
  }

  /** @param onOpen is called when the request becomes a WebSocket */
  watchWebSocket(raw: IncomingMessage, onOpen: () => void): void {
    this.#read = this.connection?.bytesRead ?? 0;
    this.#traffic = new WebSocketTraffic(raw.socket, onOpen);
  }

  /** Bytes of the request's body; of a WebSocket, all that its connection brought. */
  bytesIn({ raw }: FastifyRequest): number {
    if (this.isWebSocket) {
      return Math.max(0, (raw.socket?.bytesRead ?? 0) - this.#read);
    }
    return lengthOf(raw.headers['content-length']) ?? this.#countedBytes;
  }

  /** What the connection has carried out since the request began, headers included. */
  carriedOut(raw: IncomingMessage): number {
    return Math.max(0, (raw.socket?.bytesWritten ?? this.#written) - this.#written);
  }

  /** @param cut how the response ended before it was complete */
  status({ raw }: FastifyReply, cut: Cut | undefined, request: IncomingMessage): number {
    if (raw.headersSent) {
      return raw.statusCode;
    }
    if (this.isWebSocket) {
      return SWITCHING_PROTOCOLS;
    }
    if (cut === 'timed-out') {
      return request.complete ? GATEWAY_TIMEOUT : REQUEST_TIMEOUT;
    }
    return CLIENT_CLOSED_REQUEST;
  }

  outcome(cut: Cut | undefined, status: number, handlerTimedOut: boolean): RequestOutcome {
    if (this.#traffic?.open === true) {
      return this.#traffic.closed ? 'completed' : (cut ?? 'completed');
    }
    if (handlerTimedOut && (cut !== undefined || status === SERVICE_UNAVAILABLE)) {
      return 'timed-out';
    }
    return cut ?? 'completed';
  }
}

/** How a response ended before it was complete. */
export type Cut = 'aborted' | 'timed-out';

/** What the response's head tells of its body. */
export interface ResponseBody {
  /** Bytes, where the head says so. */
  readonly length: number | undefined;
  readonly kind: RequestKind;
}

/** A body that is sent piece by piece, and not for being compressed on its way, is a stream. */
export function responseBody(reply: FastifyReply, method: string | undefined): ResponseBody {
  const { raw } = reply;
  if (!raw.headersSent) {
    return UNKNOWN_BODY;
  }
  if (method === 'HEAD' || raw.statusCode === NO_CONTENT || raw.statusCode === NOT_MODIFIED) {
    return NO_BODY;
  }
  const length = lengthOf(reply.getHeader('content-length'));
  if (length === undefined && raw.chunkedEncoding && reply.getHeader('content-encoding') === undefined) {
    return STREAM_BODY;
  }
  return { length, kind: 'api' };
}

const UNKNOWN_BODY: ResponseBody = { length: undefined, kind: 'api' };
const STREAM_BODY: ResponseBody = { length: undefined, kind: 'stream' };
const NO_BODY: ResponseBody = { length: 0, kind: 'api' };

function lengthOf(header: number | string | string[] | undefined): number | undefined {
  const length = typeof header === 'number' ? header : Number(header);
  return header !== undefined && Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}
