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

/** On a connection: what is under way on it, seldom more than one. */
const UNDER_WAY: unique symbol = Symbol('riwayat.underWay');

declare module 'node:net' {
  interface Socket {
    [UNDER_WAY]?: Flights;
  }
}

/** Flights, the latest first. */
interface Flights {
  latest: Flight | undefined;
}

type OnEnd = (flight: Flight, cut: Cut | undefined) => void;

/** Tells of the ends of one application's requests. */
export class Endings {
  readonly #onEnd: OnEnd;
  readonly #finished = (message: unknown): void => {
    if (isFinish(message)) {
      const flight = take(message.socket[UNDER_WAY], message.response, this);
      if (flight !== undefined) {
        this.#onEnd(flight, undefined);
      }
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
    if (connection === undefined || request.httpVersionMajor !== 1 || isUpgrade(request)) {
      reply.raw.on('finish', () => this.#onEnd(flight, undefined));
      reply.raw.on('close', () => this.#onEnd(flight, 'aborted'));
      return;
    }
    const flights = connection[UNDER_WAY] ?? watchConnection(connection);
    flight.endings = this;
    flight.earlier = flights.latest;
    flights.latest = flight;
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

function watchConnection(connection: Socket): Flights {
  const flights: Flights = { latest: undefined };
  connection[UNDER_WAY] = flights;
  connection.once('close', () => {
    for (let flight = flights.latest; flight !== undefined; flight = flight.earlier) {
      flight.endings?.cut(flight);
    }
    flights.latest = undefined;
  });
  return flights;
}

/** Takes the flight of a response out of those under way. */
function take(flights: Flights | undefined, response: ServerResponse, endings: Endings): Flight | undefined {
  let later: Flight | undefined;
  for (let flight = flights?.latest; flight !== undefined; flight = flight.earlier) {
    if (flight.reply.raw === response && flight.endings === endings) {
      if (later !== undefined) {
        later.earlier = flight.earlier;
      } else if (flights !== undefined) {
        flights.latest = flight.earlier;
      }
      flight.earlier = undefined;
      return flight;
    }
    later = flight;
  }
  return undefined;
}

/** The connection of a request; undefined for an injected one. */
export function connectionOf({ socket }: IncomingMessage): Socket | undefined {
  return socket instanceof Socket ? socket : undefined;
}

/** Set by Node on requests that it hands to an `upgrade` listener. */
export function isUpgrade(request: IncomingMessage): boolean {
  return 'upgrade' in request && request.upgrade === true;
}

function isFinish(
  message: unknown,
): message is { readonly response: ServerResponse; readonly socket: Socket } {
  return typeof message === 'object' && message !== null && 'response' in message && 'socket' in message;
}
