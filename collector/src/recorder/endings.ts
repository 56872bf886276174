/*
 * How the end of a request is noticed.
 *
 * What always holds: the end of each watched flight is told, at least once. Node tells of every response that it has
 * finished on a channel, and a connection that closes ends what is still under way on it: so a request costs no listener of its
 * own, however many there are on a connection. What Node does not tell of (a WebSocket, a request that is injected in a
 * test, HTTP/2) is listened to one by one.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Cut, Flight } from './flight.ts';

const RESPONSE_FINISHED = 'http.server.response.finish';

/** On a response: whose end it is. */
const FLIGHT: unique symbol = Symbol('riwayat.flight');
/** On a connection: what is under way on it. */
const FLIGHTS: unique symbol = Symbol('riwayat.flights');

declare module 'node:http' {
  interface ServerResponse {
    [FLIGHT]?: Flight;
  }
}
declare module 'node:net' {
  interface Socket {
    [FLIGHTS]?: Set<Flight>;
  }
}

type OnEnd = (flight: Flight, cut: Cut | undefined) => void;

/** Tells of the ends of one application's requests. */
export class Endings {
  readonly #onEnd: OnEnd;
  readonly #finished = (message: unknown): void => {
    const flight = responseOf(message)?.[FLIGHT];
    if (flight?.endings === this) {
      flight.connection?.[FLIGHTS]?.delete(flight);
      this.#onEnd(flight, undefined);
    }
  };

  /** @param onEnd is told of each end once or more: a response that closes after it has finished, say */
  constructor(onEnd: OnEnd) {
    this.#onEnd = onEnd;
    subscribe(RESPONSE_FINISHED, this.#finished);
  }

  watch(flight: Flight): void {
    const { connection, reply } = flight;
    const { raw: request } = flight.request;
    const { raw: response } = reply;
    if (connection === undefined || request.httpVersionMajor !== 1 || isUpgrade(request)) {
      response.on('finish', () => this.#onEnd(flight, undefined));
      response.on('close', () => this.#onEnd(flight, 'aborted'));
      return;
    }
    flight.endings = this;
    response[FLIGHT] = flight;
    const flights = connection[FLIGHTS] ?? watchConnection(connection);
    flights.add(flight);
  }

  /** Hears no more of what Node tells. */
  close(): void {
    unsubscribe(RESPONSE_FINISHED, this.#finished);
  }

  /** What was under way on a connection that closed. */
  cut(flight: Flight): void {
    this.#onEnd(flight, 'aborted');
  }
}

function watchConnection(connection: Socket): Set<Flight> {
  const flights = new Set<Flight>();
  connection[FLIGHTS] = flights;
  connection.once('close', () => {
    for (const flight of flights) {
      flight.endings?.cut(flight);
    }
    flights.clear();
  });
  return flights;
}

/** The connection of a request; undefined for an injected one. */
export function connectionOf({ socket }: IncomingMessage): Socket | undefined {
  return socket instanceof Socket ? socket : undefined;
}

/** Set by Node on requests that it hands to an `upgrade` listener. */
export function isUpgrade(request: IncomingMessage): boolean {
  return 'upgrade' in request && request.upgrade === true;
}

function responseOf(message: unknown): ServerResponse | undefined {
  return isFinish(message) ? message.response : undefined;
}

function isFinish(message: unknown): message is { readonly response: ServerResponse } {
  return typeof message === 'object' && message !== null && 'response' in message;
}
