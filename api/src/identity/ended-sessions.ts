/*
 * Sessions that ended while access tokens of theirs could still be good: a token is checked without the database, so
 * each process keeps them in memory for as long as a token lives.
 *
 * What always holds:
 *   - triggers write down every session that ends, in the transaction that ends it, whoever does it;
 *   - a process that starts reads what ended within the life of a token before it takes its first request;
 *   - whoever ends sessions calls `spread`: it holds here before that returns, and on other replicas as soon as the
 *     bus tells them. A replica that the bus does not reach finds out within 5 seconds;
 *   - while Postgres is away, what is known goes on to hold.
 */
import { sql } from 'kysely';
import type { Bus } from '../coordination/coordination.ts';
import type { Database } from '../postgres/database.ts';
import type { Logger } from '../postgres/logger.ts';
import { ACCESS_TOKEN_SECONDS } from './tokens.ts';

const CHANNEL = 'sessions-ended';
const REFRESH_MS = 5_000;
const MS_PER_SECOND = 1000;
/** Clocks of replicas differ a little, and a transaction that ends a session takes a while to be seen. */
const MARGIN_MS = 60_000;
const REMEMBERED_MS = ACCESS_TOKEN_SECONDS * MS_PER_SECOND + MARGIN_MS;

export interface EndedSessionsOptions {
  readonly database: Database;
  readonly now: () => Date;
  readonly logger: Pick<Logger, 'warn'>;
  /** Left out: other replicas find out by reading. */
  readonly bus?: Bus | undefined;
}

export class EndedSessions {
  readonly #database: Database;
  readonly #now: () => Date;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #bus: Bus | undefined;
  /** By session id: until when to remember it, in epoch milliseconds of our clock. */
  readonly #ended = new Map<string, number>();
  /** The database's time of the newest one known. */
  #newest: Date | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #failing = false;

  constructor({ database, now, logger, bus }: EndedSessionsOptions) {
    this.#database = database;
    this.#now = now;
    this.#logger = logger;
    this.#bus = bus;
  }

  /** True for a session that ended lately. One that ended before every token of it expired may be forgotten. */
  has(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /**
   * Reads what ended, and goes on reading until {@link close}.
   *
   * @throws {DatabaseUnavailableError}
   */
  async open(): Promise<void> {
    await this.#read();
    this.#unsubscribe = this.#bus?.subscribe(CHANNEL, () => void this.#refresh());
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /** To be called when a transaction that ends sessions is committed: from here on their tokens are refused. */
  async spread(): Promise<void> {
    this.#bus?.publish(CHANNEL, '');
    // One that began before the commit may not see it.
    await this.#reading?.catch(() => undefined);
    await this.#refresh();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    // How the last one ends no longer matters.
    await this.#reading?.catch(() => undefined);
  }

  async #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    try {
      await this.#reading;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#logger.warn({ err: error }, 'ended sessions cannot be read; those known go on to be refused');
      }
      this.#failing = true;
    }
  }

  async #read(): Promise<void> {
    const { db } = this.#database;
    const margin = sql`${MARGIN_MS} * interval '1 millisecond'`;
    const since =
      this.#newest === undefined
        ? sql<Date>`clock_timestamp() - ${REMEMBERED_MS} * interval '1 millisecond'`
        : sql<Date>`${this.#newest}::timestamptz - ${margin}`;
    const rows = await db
      .selectFrom('ended_sessions')
      .where('ended_at', '>', since)
      .select(['id', 'ended_at'])
      .execute();
    const now = this.#now().getTime();
    for (const { id, ended_at } of rows) {
      if (!this.#ended.has(id)) {
        this.#ended.set(id, now + REMEMBERED_MS);
      }
      if (this.#newest === undefined || ended_at > this.#newest) {
        this.#newest = ended_at;
      }
    }
    this.#forget(now);
  }

  /** The oldest come first. */
  #forget(now: number): void {
    for (const [id, until] of this.#ended) {
      if (until > now) {
        return;
      }
      this.#ended.delete(id);
    }
  }
}
