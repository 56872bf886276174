/*
 * Slows down the guessing of one person's password.
 *
 * What always holds:
 *   - five wrong passwords for an e-mail address within fifteen minutes lock it for an hour, wherever they come from and
 *     whichever replica they reach; then it is released by itself;
 *   - an attempt counts before its password is looked at, and never are more than five minus the failures being judged
 *     at once: guessing in parallel gains nothing. Who comes then is asked to wait a second, and is not locked out;
 *   - whether there is anybody with the address makes no difference: addresses lock, not people. Only their SHA-256 is
 *     kept.
 *
 * Somebody else's mistakes can lock a person out; their open sessions go on, and a new password releases them.
 */
import { createHash } from 'node:crypto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { problem } from '../errors/problem.ts';
import type { Schema } from '../postgres/schema.ts';

const MOST_FAILURES = 5;
const WINDOW_MS = 15 * 60_000;
const LOCK_MS = 60 * 60_000;
/** A judgement that is not spoken after this long never will be: its process is gone. */
const JUDGEMENT_MS = 30_000;
const BUSY_RETRY_SECONDS = 1;
const MS_PER_SECOND = 1000;

export class LoginAttempts {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor(db: Kysely<Schema>, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * Lets one attempt be judged. It must end with one of {@link succeeded}, {@link failed} and {@link withdrawn}.
   *
   * @param email as it was normalised; or what else is guessed at, by a name of its own
   * @throws {ProblemError} `account-locked` with the time to wait; `too-many-requests` while too many are judged
   */
  async begin(email: string): Promise<void> {
    const now = this.#now();
    const judgedBy = new Date(now.getTime() + JUDGEMENT_MS);
    const judging = sql<number>`case when known.judged_by > ${now} then known.judging else 0 end`;
    const { rows } = await sql`
      insert into login_attempts as known (email_hash, judging, judged_by)
      values (${hashOf(email)}, 1, ${judgedBy})
      on conflict (email_hash) do update set
        failed_at = ${this.#recent(now)},
        judging = ${judging} + 1,
        judged_by = excluded.judged_by,
        locked_until = null
      where (known.locked_until is null or known.locked_until <= ${now})
        and cardinality(${this.#recent(now)}) + ${judging} < ${MOST_FAILURES}
      returning 1`.execute(this.#db);
    if (rows.length === 0) {
      throw await this.#refusal(email, now);
    }
  }

  /** The password was right: earlier mistakes are forgotten. */
  async succeeded(email: string): Promise<void> {
    await this.#db
      .updateTable('login_attempts')
      .set({ failed_at: [], judging: sql`greatest(judging - 1, 0)` })
      .where('email_hash', '=', hashOf(email))
      .execute();
  }

  /**
   * The password was wrong.
   *
   * @param db the transaction that writes it down, where that is done
   * @returns until when the address is locked, if this is the failure that locks it
   */
  async failed(email: string, db: Kysely<Schema> = this.#db): Promise<Date | undefined> {
    const now = this.#now();
    const failures = sql`${this.#recent(now)} || ${now}::timestamptz(3)`;
    const locks = sql`cardinality(${failures}) >= ${MOST_FAILURES}`;
    const { rows } = await sql<{ locked_until: Date | null }>`
      update login_attempts as known set
        judging = greatest(known.judging - 1, 0),
        failed_at = case when ${locks} then '{}' else ${failures} end,
        locked_until = case when ${locks} then ${new Date(now.getTime() + LOCK_MS)}::timestamptz(3) end
      where email_hash = ${hashOf(email)}
      returning locked_until`.execute(db);
    return rows[0]?.locked_until ?? undefined;
  }

  /** It never came to a judgement. */
  async withdrawn(email: string): Promise<void> {
    await this.#db
      .updateTable('login_attempts')
      .set({ judging: sql`greatest(judging - 1, 0)` })
      .where('email_hash', '=', hashOf(email))
      .execute();
  }

  #recent(now: Date): RawBuilder<Date[]> {
    const begin = new Date(now.getTime() - WINDOW_MS);
    return sql`array(select at from unnest(known.failed_at) as at where at > ${begin} order by at)`;
  }

  async #refusal(email: string, now: Date) {
    const row = await this.#db
      .selectFrom('login_attempts')
      .where('email_hash', '=', hashOf(email))
      .select('locked_until')
      .executeTakeFirst();
    const left = (row?.locked_until?.getTime() ?? 0) - now.getTime();
    return left > 0
      ? problem('account-locked', { retryAfterSeconds: Math.ceil(left / MS_PER_SECOND) })
      : problem('too-many-requests', {
          detail: 'Several attempts to log in are being judged at this moment. Try again in a second.',
          retryAfterSeconds: BUSY_RETRY_SECONDS,
        });
  }
}

/**
 * Releases an e-mail address that failures have locked.
 *
 * @param db the transaction of whatever proves or decides that it may be
 */
export async function forgetFailures(db: Kysely<Schema>, email: string): Promise<void> {
  await db
    .updateTable('login_attempts')
    .set({ failed_at: [], locked_until: null })
    .where('email_hash', '=', hashOf(email))
    .execute();
}

function hashOf(email: string): Buffer {
  return createHash('sha256').update(email).digest();
}
