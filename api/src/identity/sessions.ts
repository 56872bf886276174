// Sessions and the refresh tokens that keep them alive.
//
// What always holds:
//   - a refresh token is good for one renewal; the answer carries the next one. Only its SHA-256 is stored;
//   - a token that comes back after it was spent is in two hands, and nobody can say whose are the right ones: the
//     whole session ends. One exception: within ten seconds of being spent it gives one more token of the same
//     session, because two tabs that wake at the same moment both send the only one they know. A thief who is that
//     quick is found out when the next token of either line comes back twice;
//   - an ended session stays ended, and so do the access tokens that were issued for it: see ended-sessions.ts;
//   - a log-in always makes a new session. Nothing that a browser brought along is taken over.

import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import { notify } from '../notifications/notify.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema, SessionEnd } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { type Account, findAccount } from './account.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { locksOf } from './locks.ts';
import type { Origin } from './origin.ts';

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

/** What a person showed to be let in. */
export interface Proof {
  readonly passwordHash: string;
  readonly secondFactor: boolean;
}

export class Sessions {
  readonly #db: Kysely<Schema>;
  readonly #ended: EndedSessions;
  readonly #now: () => Date;

  constructor({ db }: Database, ended: EndedSessions, now: () => Date) {
    this.#db = db;
    this.#ended = ended;
    this.#now = now;
  }

  /**
   * Begins a session; those of the person that are over are forgotten.
   *
   * @param proof what the person showed: the hash that their password was right for, and whether a second factor
   * @throws {ProblemError} `account-locked` when an operator locked the account; `invalid-credentials` when the
   *   password was changed in the meantime
   */
  async begin(account: Account, proof: Proof, origin: Origin): Promise<OpenSession> {
    const now = this.#now();
    const { user, tenant, role } = account;
    const sessionId = `ses_${randomBytes(SESSION_ID_BYTES).toString('hex')}`;
    return this.#db.transaction().execute(async (transaction) => {
      await assertMayBegin(transaction, user.id, proof.passwordHash, now);
      await transaction
        .deleteFrom('sessions')
        .where('user_id', '=', user.id)
        .where('expires_at', '<', now)
        .execute();
      const devices = await transaction
        .selectFrom('sessions')
        .where('user_id', '=', user.id)
        .select('device')
        .distinct()
        .execute();
      await transaction
        .insertInto('sessions')
        .values({
          id: sessionId,
          user_id: user.id,
          tenant_id: tenant.id,
          created_at: now,
          expires_at: expiry(now),
          last_used_at: now,
          device: origin.device,
          network: origin.network,
          second_factor: proof.secondFactor,
        })
        .execute();
      await audit(transaction, {
        action: 'account.logged-in',
        tenantId: tenant.id,
        actor: { ...origin.actor, userId: user.id, role, sessionId },
        details: { device: origin.device },
      });
      if (devices.length > 0 && devices.every(({ device }) => device !== origin.device)) {
        await notify(transaction, {
          tenantId: tenant.id,
          userId: user.id,
          kind: 'account.new-device',
          values: { device: origin.device },
        });
      }
      const { secondFactor } = proof;
      return { sessionId, account, secondFactor, refreshToken: await issue(transaction, sessionId, now) };
    });
  }

  /** Renews a session by its refresh token; undefined when the token or the session is over. */
  async renew(refreshToken: string, actor: Actor): Promise<OpenSession | undefined> {
    const now = this.#now();
    let reused = false;
    const renewed = await this.#db.transaction().execute(async (transaction) => {
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
        await endSessions(transaction, { userId: user_id, sessionId: id }, 'reuse', now);
        await auditSession(transaction, 'account.refresh-reused', { ...token, actor });
        reused = true;
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
        .set({ expires_at: expiry(now), last_used_at: now })
        .where('id', '=', id)
        .execute();
      return { sessionId: id, account, secondFactor, refreshToken: await issue(transaction, id, now) };
    });
    if (reused) {
      await this.#ended.spread();
    }
    return renewed;
  }

  /** Ends the session of a refresh token. Nothing happens when there is none, or it has ended. */
  async end(refreshToken: string, reason: 'logout' | 'replaced', actor: Actor): Promise<void> {
    const now = this.#now();
    const ended = await this.#db.transaction().execute(async (transaction) => {
      const session = await transaction
        .selectFrom('refresh_tokens')
        .innerJoin('sessions', 'sessions.id', 'refresh_tokens.session_id')
        .where('hash', '=', hashOf(refreshToken))
        .select(['sessions.id', 'user_id', 'tenant_id'])
        .executeTakeFirst();
      if (session === undefined) {
        return 0;
      }
      const { id, user_id: userId } = session;
      const count = await endSessions(transaction, { userId, sessionId: id }, reason, now);
      if (count > 0) {
        await auditSession(transaction, 'account.logged-out', { ...session, actor });
      }
      return count;
    });
    if (ended > 0) {
      await this.#ended.spread();
    }
  }
}

/** Which sessions of a person to end. */
interface SessionsToEnd {
  readonly userId: string;
  /** Left out: those in every tenant. */
  readonly tenantId?: string;
  /** Left out: every one. */
  readonly sessionId?: string;
  /** The one that goes on. */
  readonly except?: string;
}

/**
 * Ends sessions of a person. Once the transaction is committed, call {@link EndedSessions.spread}.
 *
 * @param db the transaction of whatever is the reason
 * @returns how many ended
 */
export async function endSessions(
  db: Kysely<Schema>,
  { userId, tenantId, sessionId, except }: SessionsToEnd,
  reason: SessionEnd,
  now: Date,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('sessions')
    .set({ revoked_at: now, revoked_reason: reason })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId ?? ''))
    .$if(sessionId !== undefined, (query) => query.where('id', '=', sessionId ?? ''))
    .$if(except !== undefined, (query) => query.where('id', '!=', except ?? ''))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Keeps out whom an operator locked out, and a password that is no longer the person's. Holds until the commit. */
async function assertMayBegin(
  transaction: Kysely<Schema>,
  userId: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  const user = await transaction
    .selectFrom('users')
    .where('id', '=', userId)
    .select('password_hash')
    .forShare()
    .executeTakeFirst();
  if (user?.password_hash !== passwordHash) {
    throw problem('invalid-credentials');
  }
  const lock = (await locksOf(transaction, userId, now)).find(({ kind }) => kind === 'operator');
  if (lock !== undefined) {
    throw problem('account-locked', {
      detail: 'Your account is locked. Ask those who run the platform.',
      ...(lock.until && {
        retryAfterSeconds: Math.ceil((lock.until.getTime() - now.getTime()) / MS_PER_SECOND),
      }),
    });
  }
}

async function auditSession(
  transaction: Kysely<Schema>,
  action: 'account.refresh-reused' | 'account.logged-out',
  session: { id: string; user_id: string; tenant_id: string; actor: Actor },
): Promise<void> {
  const { id, user_id, tenant_id, actor } = session;
  await audit(transaction, {
    action,
    tenantId: isTenantId(tenant_id) ? tenant_id : null,
    // Whoever brings a stolen token is not that person.
    actor: action === 'account.refresh-reused' ? actor : { ...actor, userId: user_id, sessionId: id },
    subject: { kind: 'user', id: user_id },
    details: { session: id },
  });
}

async function issue(db: Kysely<Schema>, sessionId: string, now: Date): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await db
    .insertInto('refresh_tokens')
    .values({ hash: hashOf(token), session_id: sessionId, issued_at: now, expires_at: expiry(now) })
    .execute();
  return token;
}

function expiry(now: Date): Date {
  return new Date(now.getTime() + REFRESH_TOKEN_SECONDS * MS_PER_SECOND);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
