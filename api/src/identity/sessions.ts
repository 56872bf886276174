// Sessions and the refresh tokens that keep them alive.
//
// What always holds:
//   - a refresh token is good for one renewal; the answer carries the next one. Only its SHA-256 is stored;
//   - a token that comes back after it was spent is in two hands, and nobody can say whose are the right ones: the
//     whole session ends. One exception: within ten seconds of being spent it gives one more token of the same
//     session, because two tabs that wake at the same moment both send the only one they know. A thief who is that
//     quick is found out when the next token of either line comes back twice;
//   - an ended session stays ended. Access tokens issued before live on until they expire, at most 15 minutes.

import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../postgres/database.ts';
import type { Schema, SessionEnd } from '../postgres/schema.ts';
import { type Account, findAccount } from './account.ts';

/** A session that is not used for this long is over. */
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 60 * 60;
const RACE_GRACE_MS = 10_000;
const TOKEN_BYTES = 32;
const SESSION_ID_BYTES = 12;
const MS_PER_SECOND = 1000;

/** A session as it goes on from here. */
export interface OpenSession {
  readonly sessionId: string;
  readonly account: Account;
  /** Whether the person proved a second factor in it. */
  readonly secondFactor: boolean;
  /** The next, and only the next, renewal takes this. */
  readonly refreshToken: string;
}

export class Sessions {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor({ db }: Database, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * Begins a session; those of the person that are over are forgotten.
   *
   * @param secondFactor whether the person proved one
   */
  async begin(account: Account, secondFactor: boolean): Promise<OpenSession> {
    const now = this.#now();
    const sessionId = `ses_${randomBytes(SESSION_ID_BYTES).toString('hex')}`;
    return this.#db.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('sessions')
        .where('user_id', '=', account.user.id)
        .where('expires_at', '<', now)
        .execute();
      await transaction
        .insertInto('sessions')
        .values({
          id: sessionId,
          user_id: account.user.id,
          tenant_id: account.tenant.id,
          created_at: now,
          expires_at: expiry(now),
          second_factor: secondFactor,
        })
        .execute();
      return { sessionId, account, secondFactor, refreshToken: await issue(transaction, sessionId, now) };
    });
  }

  /** Renews a session by its refresh token; undefined when the token or the session is over. */
  async renew(refreshToken: string): Promise<OpenSession | undefined> {
    const now = this.#now();
    return this.#db.transaction().execute(async (transaction) => {
      const token = await transaction
        .selectFrom('refresh_tokens')
        .innerJoin('sessions', 'sessions.id', 'refresh_tokens.session_id')
        .where('refresh_tokens.hash', '=', hashOf(refreshToken))
        .where('refresh_tokens.expires_at', '>', now)
        .where('sessions.expires_at', '>', now)
        .where('sessions.revoked_at', 'is', null)
        .select([
          'sessions.id',
          'sessions.user_id',
          'sessions.tenant_id',
          'sessions.second_factor',
          'refresh_tokens.spent_at',
        ])
        .forUpdate()
        .executeTakeFirst();
      if (token === undefined) {
        return undefined;
      }
      const { id, user_id, tenant_id, second_factor: secondFactor, spent_at } = token;
      if (spent_at !== null && now.getTime() - spent_at.getTime() > RACE_GRACE_MS) {
        await revoke(transaction, id, 'reuse', now);
        return undefined;
      }
      const account = await findAccount(transaction, user_id, tenant_id);
      if (account === undefined) {
        return undefined;
      }
      if (spent_at === null) {
        await transaction
          .updateTable('refresh_tokens')
          .set({ spent_at: now })
          .where('hash', '=', hashOf(refreshToken))
          .execute();
      }
      await transaction
        .deleteFrom('refresh_tokens')
        .where('session_id', '=', id)
        .where('expires_at', '<', now)
        .execute();
      await transaction
        .updateTable('sessions')
        .set({ expires_at: expiry(now) })
        .where('id', '=', id)
        .execute();
      return { sessionId: id, account, secondFactor, refreshToken: await issue(transaction, id, now) };
    });
  }

  /** Ends the session of a refresh token. Nothing happens when there is none. */
  async end(refreshToken: string): Promise<void> {
    const session = await this.#db
      .selectFrom('refresh_tokens')
      .where('hash', '=', hashOf(refreshToken))
      .select('session_id')
      .executeTakeFirst();
    if (session !== undefined) {
      await revoke(this.#db, session.session_id, 'logout', this.#now());
    }
  }
}

/** Ends the sessions of a person, or all of them but one. */
export async function endSessions(
  db: Kysely<Schema>,
  { userId, except }: { readonly userId: string; readonly except?: string },
  reason: SessionEnd,
  now: Date,
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ revoked_at: now, revoked_reason: reason })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(except !== undefined, (query) => query.where('id', '!=', except ?? ''))
    .execute();
}

async function issue(db: Kysely<Schema>, sessionId: string, now: Date): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await db
    .insertInto('refresh_tokens')
    .values({ hash: hashOf(token), session_id: sessionId, issued_at: now, expires_at: expiry(now) })
    .execute();
  return token;
}

async function revoke(db: Kysely<Schema>, sessionId: string, reason: SessionEnd, now: Date): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ revoked_at: now, revoked_reason: reason })
    .where('id', '=', sessionId)
    .where('revoked_at', 'is', null)
    .execute();
}

function expiry(now: Date): Date {
  return new Date(now.getTime() + REFRESH_TOKEN_SECONDS * MS_PER_SECOND);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
