import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';

/** Why the server ends a feed. Codes 4000–4999 are the application's own in the WebSocket protocol. */
export const CLOSE_CODE = { goingAway: 1001, tokenExpired: 4401, forbidden: 4403, tooSlow: 4408 } as const;

/** All that a client costs that does not read. */
export const BACKLOG_BYTES = 64 * 1024;
/** A client that takes nothing for this long is let go; it can resume once it reads again. */
export const STALLED_MS = 10_000;
const HEARTBEAT_MS = 30_000;
/** A browser can set no header, so the token travels beside the subprotocol. */
export const TOKEN_PROTOCOL_PREFIX = 'bearer.';

/** The access token that an upgrade offers. */
export function offeredToken(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization?.startsWith('Bearer ')) {
    return authorization.slice('Bearer '.length);
  }
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  return offered.find((name) => name.startsWith(TOKEN_PROTOCOL_PREFIX))?.slice(TOKEN_PROTOCOL_PREFIX.length);
}

export interface SocketLife {
  readonly socket: WebSocket;
  /** When the access token ends; the feed ends with it. */
  readonly expiresAt: Date;
  readonly logger: Pick<FastifyBaseLogger, 'debug'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Looks after a socket: ends it when its token ends, and when the other side has gone without saying so.
 *
 * @returns resolves when the socket is closed
 */
export async function untilClosed({ socket, expiresAt, logger, now }: SocketLife): Promise<void> {
  // Gone while it was asked who it is.
  if (socket.readyState === socket.CLOSED) {
    return;
  }
  let answered = true;
  const heartbeat = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, HEARTBEAT_MS);
  const expiry = setTimeout(
    () => socket.close(CLOSE_CODE.tokenExpired, 'token expired'),
    Math.max(0, expiresAt.getTime() - now()),
  );
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('error', (error) => logger.debug({ err: error }, 'live socket failed'));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  clearInterval(heartbeat);
  clearTimeout(expiry);
}
