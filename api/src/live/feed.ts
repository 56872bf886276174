import type { LiveTick, LiveUsage, TenantId } from '@riwayat/collector';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import { BACKLOG_BYTES, CLOSE_CODE, STALLED_MS, untilClosed } from './socket.ts';

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
 * serialised. A slow client misses ticks, since the next one carries the newer totals anyway; it never delays others,
 * holds a bounded backlog, which has room for the two minutes of ticks that it may resume from, and is told 4408 after
 * ten seconds in which it took nothing.
 */
export async function openFeed(options: FeedOptions): Promise<void> {
  const { socket, live, logger, now = Date.now } = options;
  let stalledSince: number | undefined;

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

  const closed = untilClosed({ socket, expiresAt: options.expiresAt, logger, now });
  let unsubscribe: () => void = () => undefined;
  try {
    unsubscribe = await live.subscribe(
      { tenantId: options.tenantId, timezone: options.timezone },
      options.since,
      send,
    );
    await closed;
  } finally {
    unsubscribe();
  }
}
