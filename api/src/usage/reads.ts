/*
 * Who looked at which usage, in the audit log.
 *
 * What always holds: the first look that somebody takes at one view of one period, in one session, is an entry of its
 * own; further looks within a quarter of an hour are counted, and become one entry when it is over. A look at single
 * people is written before it is answered, and is not answered when it cannot be written. Other first looks are written
 * together within a second, without anybody waiting for it. A normal stop writes everything; a process that is killed
 * loses the first looks of its last second and the counts of further looks of its last quarter of an hour.
 */
import type { TenantId } from '@riwayat/collector';
import { type Actor, type AuditEntry, auditAll } from '../audit/audit.ts';
import type { Database } from '../postgres/database.ts';

/** What can be looked at. */
export type UsageView =
  | 'summary'
  | 'detailed'
  | 'endpoints'
  | 'users'
  | 'sessions'
  | 'cost-breakdown'
  | 'history'
  | 'forecast'
  | 'plans'
  | 'advice'
  | 'pattern'
  | 'own'
  | 'export'
  | 'report'
  | 'live';

export interface UsageRead {
  readonly actor: Actor;
  readonly tenantId: TenantId;
  readonly view: UsageView;
  /** Local days, `YYYY-MM-DD`, both included. */
  readonly start: string;
  readonly end: string;
}

interface Looks {
  readonly read: UsageRead;
  /** Epoch milliseconds of the first look. */
  readonly since: number;
  /** The first look, being written: those after it wait for it where it has to be written first. */
  readonly written: Promise<void>;
  /** After the first. */
  further: number;
}

export interface UsageReadsOptions {
  readonly database: Database;
  readonly logger: { error(details: object, message: string): void };
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Looks of one person at one view and period become one entry for as long as this. */
export const COUNTED_TOGETHER_MS = 15 * 60_000;
const WRITE_AFTER_MS = 1_000;
/** How often counts whose time is over are looked for when nobody looks at anything. */
const SETTLE_MS = 60_000;
/** Beyond these, what was counted is written at once. */
const MOST_COUNTED = 20_000;
/** Entries that wait while the database is away; beyond these the log of the process has them. */
const MOST_WAITING = 10_000;

/** Writes looks at usage down. */
export class UsageReads {
  readonly #options: UsageReadsOptions;
  readonly #now: () => number;
  readonly #looks = new Map<string, Looks>();
  readonly #settling: NodeJS.Timeout;
  #waiting: AuditEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** The writing that is under way; one at a time. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: UsageReadsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#settling = setInterval(() => this.#flush(), SETTLE_MS);
    this.#settling.unref();
  }

  /** Notes a look at what no single person can be seen in. Never waits, never throws. */
  note(read: UsageRead): void {
    this.#look(read, () => {
      this.#waiting.push(entryOf(read));
      return Promise.resolve();
    });
    this.#arm();
  }

  /**
   * Writes a look at what single people do down, before it is answered.
   *
   * @throws {DatabaseUnavailableError} when it cannot be written
   */
  async write(read: UsageRead): Promise<void> {
    const { looks, key } = this.#look(read, () => auditAll(this.#options.database.db, [entryOf(read)]));
    this.#arm();
    try {
      await looks.written;
    } catch (error) {
      if (this.#looks.get(key) === looks) {
        this.#looks.delete(key);
      }
      throw error;
    }
  }

  /** Writes everything that was noted. */
  async close(): Promise<void> {
    clearInterval(this.#settling);
    this.#settle(Number.POSITIVE_INFINITY);
    await this.#flush();
    clearTimeout(this.#timer);
    this.#logAlone(this.#waiting);
  }

  #look(read: UsageRead, first: () => Promise<void>): { looks: Looks; key: string } {
    const { actor, tenantId, view, start, end } = read;
    const key = JSON.stringify([tenantId, actor.userId, actor.sessionId, view, start, end]);
    const now = this.#now();
    const known = this.#looks.get(key);
    if (known !== undefined && now - known.since < COUNTED_TOGETHER_MS) {
      known.further += 1;
      return { looks: known, key };
    }
    this.#settle(this.#looks.size >= MOST_COUNTED ? Number.POSITIVE_INFINITY : now);
    const looks: Looks = { read, since: now, written: first(), further: 0 };
    this.#looks.set(key, looks);
    return { looks, key };
  }

  /** Makes entries of the looks that were counted together for as long as they are. */
  #settle(now: number): void {
    for (const [key, { read, since, further }] of this.#looks) {
      // In the order in which they began.
      if (now - since < COUNTED_TOGETHER_MS) {
        break;
      }
      this.#looks.delete(key);
      if (further > 0) {
        this.#waiting.push(entryOf(read, { reads: further, since: new Date(since).toISOString() }));
      }
    }
  }

  #arm(): void {
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.#flush();
      }, WRITE_AFTER_MS);
      this.#timer.unref();
    }
  }

  #flush(): Promise<void> {
    this.#settle(this.#now());
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    try {
      await auditAll(this.#options.database.db, entries);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'who looked at usage cannot be written down yet');
      this.#keep(entries);
    }
    if (this.#waiting.length > 0) {
      this.#arm();
    }
  }

  #keep(entries: readonly AuditEntry[]): void {
    const all = [...entries, ...this.#waiting];
    const lost = all.splice(0, Math.max(0, all.length - MOST_WAITING));
    this.#waiting = all;
    this.#logAlone(lost);
  }

  #logAlone(entries: readonly AuditEntry[]): void {
    if (entries.length > 0) {
      this.#options.logger.error({ entries }, 'who looked at usage is written here alone');
    }
  }
}

function entryOf(
  { actor, tenantId, view, start, end }: UsageRead,
  further: Readonly<Record<string, string | number>> = {},
): AuditEntry {
  return {
    action: 'usage.read',
    tenantId,
    actor,
    subject: { kind: 'usage', id: view },
    details: { start, end, ...further },
  };
}
