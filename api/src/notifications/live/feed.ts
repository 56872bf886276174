import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { WebSocket } from 'ws';
import { BACKLOG_BYTES, CLOSE_CODE, STALLED_MS, untilClosed } from '../../live/socket.ts';
import { rest } from '../../stopping.ts';
import type { Arrived, Inbox, Reader } from '../inbox.ts';
import { notificationOf } from '../notification-body.ts';
import type { Arrivals, Change } from './arrivals.ts';

/** More than a person is brought in the time in which one can overtake another. */
const MOST_REMEMBERED = 1_000;
/** More changes than this at once, and all that is new is read instead. */
const MOST_IDS = 500;
const RETRY_MS = 500;

/** What a client is sent: what is new to it, and where it stands. */
export interface NotificationsMessage {
  readonly notifications: readonly ReturnType<typeof notificationOf>[];
  readonly unread: number;
  /** What to resume from. */
  readonly last_id: string;
}

export interface NotificationFeedOptions {
  readonly socket: WebSocket;
  readonly arrivals: Arrivals;
  readonly inbox: Pick<Inbox, 'arrived' | 'missed' | 'newestId'>;
  readonly reader: Reader;
  /** Id of the last one that the client has; undefined: it wants only what is to come. */
  readonly since: string | undefined;
  readonly expiresAt: Date;
  readonly logger: Pick<FastifyBaseLogger, 'debug' | 'warn'>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Sends a person what they are told as it is committed, each once, until either side ends it. First comes what the client
 * has missed, with how many are unread. A client that does not read costs a bounded backlog, and is told 4408 after ten
 * seconds in which it took nothing: it resumes from the last id that it has.
 */
export async function openNotificationFeed(options: NotificationFeedOptions): Promise<void> {
  const { socket, arrivals, logger, now = Date.now } = options;
  const news = new News(options);
  const ending = new AbortController();
  const { signal } = ending;

  const sendAll = async (): Promise<void> => {
    while (news.pending && (await drained(socket, now, signal))) {
      try {
        const message = await news.read();
        if (socket.readyState === socket.OPEN) {
          socket.send(JSON.stringify(message));
        }
      } catch (error) {
        logger.debug({ err: error }, 'what a person was told could not be read; it is tried again');
        news.add('anything');
        await rest(RETRY_MS, signal);
      }
    }
  };
  let sending = sendAll();
  const unsubscribe = arrivals.subscribe(options.reader, (change) => {
    news.add(change);
    // One after the other: it finds nothing to do when the one before it has sent this too.
    sending = sending.then(sendAll);
  });
  await untilClosed({ ...options, now });
  unsubscribe();
  ending.abort();
  await sending;
}

/** Resolves when a client has taken most of what it was sent, with false when it never will. */
async function drained(socket: WebSocket, now: () => number, signal: AbortSignal): Promise<boolean> {
  const stalledAt = now();
  while (socket.bufferedAmount > BACKLOG_BYTES && socket.readyState === socket.OPEN && !signal.aborted) {
    if (now() - stalledAt > STALLED_MS) {
      socket.close(CLOSE_CODE.tooSlow, 'too slow');
      break;
    }
    await rest(RETRY_MS, signal);
  }
  return socket.readyState === socket.OPEN;
}

/** What a client does not have yet. */
class News {
  readonly #inbox: NotificationFeedOptions['inbox'];
  readonly #reader: Reader;
  readonly #sent = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  #last: string | undefined;
  #ids = new Set<string>();
  #anything: boolean;
  #begun = false;

  constructor({ inbox, reader, since }: NotificationFeedOptions) {
    this.#inbox = inbox;
    this.#reader = reader;
    this.#last = since;
    this.#anything = since !== undefined;
  }

  get pending(): boolean {
    return !this.#begun || this.#anything || this.#ids.size > 0;
  }

  add(change: Change): void {
    if (change === 'anything' || this.#ids.size + change.ids.length > MOST_IDS) {
      this.#anything = true;
      this.#ids.clear();
      return;
    }
    for (const id of change.ids) {
      this.#ids.add(id);
    }
  }

  async read(): Promise<NotificationsMessage> {
    this.#last ??= await this.#inbox.newestId(this.#reader);
    const [anything, ids] = [this.#anything, [...this.#ids]];
    this.#anything = false;
    this.#ids = new Set();
    const { notifications, unread } = anything
      ? await this.#inbox.missed(this.#reader, this.#last)
      : await this.#inbox.arrived(this.#reader, ids);
    this.#begun = true;
    const fresh = this.#fresh(notifications).map(notificationOf);
    return { notifications: fresh, unread, last_id: this.#last };
  }

  #fresh(notifications: Arrived['notifications']): Arrived['notifications'] {
    const fresh = notifications.filter(({ id }) => !this.#sent.has(id));
    for (const { id } of fresh) {
      this.#sent.set(id, true);
      if (BigInt(id) > BigInt(this.#last ?? '0')) {
        this.#last = id;
      }
    }
    return fresh;
  }
}
