/*
 * What never reaches an application's hooks: bytes that are no HTTP, heads that are too large or do not come in time,
 * and what Fastify's router or an earlier hook answers by itself.
 *
 * What always holds: each makes at most one record, of the platform and without a route; a connection that never
 * brought a byte makes none.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestOutcome } from '../record/request-record.ts';

const BAD_REQUEST = 400;
const REQUEST_TIMEOUT = 408;
const HEAD_TOO_LARGE = 431;
const PARSER_ERROR = 'HPE_';
const HEAD_OVERFLOW = 'HPE_HEADER_OVERFLOW';
/** The connection ended in the middle of a head. */
const UNFINISHED = 'HPE_INVALID_EOF_STATE';
const TIMED_OUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/** A request that no hook saw. */
export interface TurnedAway {
  /** Empty when not even that was understood. */
  readonly method: string;
  readonly status: number;
  readonly outcome: RequestOutcome;
  readonly bytesOut: number;
  readonly clientAddress: string;
}

export interface Gate {
  /** Whether a hook has seen it. */
  readonly seen: (raw: IncomingMessage) => boolean;
  readonly turnedAway: (request: TurnedAway) => void;
}

/** Watches one server's gate. */
export class ServerGate {
  readonly #gate: Gate;
  /** Connections on which time ran out. */
  readonly #timedOut = new WeakSet<Socket>();

  constructor(server: Server, gate: Gate) {
    this.#gate = gate;
    server.on('connection', (socket: Socket) => {
      // It remembers its address, once asked, also when it is gone.
      void socket.remoteAddress;
      socket.once('timeout', () => this.#timedOut.add(socket));
    });
    server.on('clientError', (error, socket) => this.#clientError(error, socket));
    // Fastify's own listener comes first: what is answered by now without a hook is not going to see one.
    server.on('request', (request, response) => this.#answered(request, response));
  }

  /** Whether time ran out on a request's connection. */
  timedOut(raw: IncomingMessage): boolean {
    return raw.socket !== undefined && raw.socket !== null && this.#timedOut.has(raw.socket);
  }

  #answered(request: IncomingMessage, response: ServerResponse): void {
    if (this.#gate.seen(request) || !response.writableEnded) {
      return;
    }
    const { socket } = request;
    const written = socket.bytesWritten;
    const clientAddress = socket.remoteAddress ?? '';
    response.once('close', () => {
      this.#gate.turnedAway({
        method: request.method ?? '',
        status: response.statusCode,
        outcome: response.writableFinished ? 'completed' : 'aborted',
        bytesOut: Math.max(0, socket.bytesWritten - written),
        clientAddress,
      });
    });
  }

  #clientError(error: Error & { code?: string }, socket: unknown): void {
    const code = error.code ?? '';
    if (!(socket instanceof Socket)) {
      return;
    }
    if (code === TIMED_OUT) {
      this.#timedOut.add(socket);
    }
    // A request that hooks have seen makes its record when its response closes.
    if ('_httpMessage' in socket && socket._httpMessage !== null && socket._httpMessage !== undefined) {
      return;
    }
    if (socket.bytesRead === 0 || !(code === TIMED_OUT || code.startsWith(PARSER_ERROR))) {
      return;
    }
    this.#gate.turnedAway({
      method: '',
      status: code === TIMED_OUT ? REQUEST_TIMEOUT : code === HEAD_OVERFLOW ? HEAD_TOO_LARGE : BAD_REQUEST,
      outcome: code === TIMED_OUT ? 'timed-out' : code === UNFINISHED ? 'aborted' : 'completed',
      bytesOut: 0,
      clientAddress: socket.remoteAddress ?? '',
    });
  }
}
