import type { LiveTick, LiveUsage, TenantId } from '@riwayat/collector';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';

/** Why the server ends a feed. Codes 4000–4999 are the application's own in the WebSocket protocol. */
export const CLOSE_CODE = { goingAway: 1001, tokenExpired: 4401, forbidden: 4403, tooSlow: 4408 } as const;

/**
 * More unsent bytes than this and a tick is skipped: the next one carries the newer totals anyway. It holds the two
 * minutes of ticks that a client may resume from, and is all that a client that does not read costs.
 */
const BACKLOG_BYTES = 64 * 1024;
/** A client that takes nothing for this long is let go; it can resume once it reads again. */
const STALLED_MS = 10_000;
const HEARTBEAT_MS = 30_000;

export interface FeedOptions {
  readonly socket: WebSocket;
  readonly live: Pick<LiveUsage, 'subscribe'>;
  readonly tenantId: TenantId;
  readonly timezone: string;
  /** `epoch:seq` of the last tick the client has, or undefined for the recent past as a whole. */
  readonly since: string | undefined;
  /** When the access token ends; the feed ends with it. */
  readonly expiresAt: Date;
  readonly logger: Pick<FastifyBaseLogger, 'debug'>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Sends one tenant's ticks down one socket until either side ends it: each second one message, already
 * serialised. A slow client misses ticks, never delays others, holds a bounded backlog, and is told 4408 after ten
 * seconds in which it took nothing.
 */
export async function openFeed(options: FeedOptions): Promise<void> {
  const { socket, live, logger, now = Date.now } = options;
  let stalledSince: number | undefined;
  let answered = true;

  const send = (tick: LiveTick): void => {
    if (socket.readyState !== socket.OPEN) {
      return;
    }
    if (socket.bufferedAmount <= BACKLOG_BYTES) {
      stalledSince = undefined;
      socket.send(tick.json);
      return;
    }
    stalledSince ??= now();
    if (now() - stalledSince > STALLED_MS) {
      // Stands behind the backlog, for a client that wakes up; the socket is destroyed when it does not.
      socket.close(CLOSE_CODE.tooSlow, 'too slow');
    }
  };

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
    Math.max(0, options.expiresAt.getTime() - now()),
  );
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('error', (error) => logger.debug({ err: error }, 'live socket failed'));

  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let unsubscribe: () => void = () => undefined;
  try {
    unsubscribe = await live.subscribe(
      { tenantId: options.tenantId, timezone: options.timezone },
      options.since,
      send,
    );
    await closed;
  } finally {
    clearInterval(heartbeat);
    clearTimeout(expiry);
    unsubscribe();
  }
}
