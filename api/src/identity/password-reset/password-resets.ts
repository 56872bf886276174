/*
 * New passwords.
 *
 * What always holds:
 *   - a mailed link works once, for an hour; with it every other link of the person is void;
 *   - a new password ends every session that rests on the old one, their access tokens too, and releases an account
 *     that wrong passwords have locked. It does not lift the lock of an operator, and asks for no second factor: the
 *     log-in does that;
 *   - whether somebody has an e-mail address is not told: their mailbox is.
 */
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { sendMail } from '../../notifications/mail.ts';
import type { Schema } from '../../postgres/schema.ts';
import { type Account, findAccount } from '../account.ts';
import type { EndedSessions } from '../ended-sessions.ts';
import type { LinkTo } from '../links.ts';
import { unlockAccount } from '../locks.ts';
import { assertGoodPassword } from '../password-rules.ts';
import type { Passwords } from '../passwords.ts';
import type { Principal } from '../principal.ts';
import { endSessions } from '../sessions.ts';
import { hashOfToken, newToken } from '../single-use-token.ts';

const LINK_MS = 60 * 60_000;
/** Whoever asks again sooner has the mail already, or soon. */
const BETWEEN_MAILS_MS = 60_000;

interface PasswordResetsOptions {
  readonly db: Kysely<Schema>;
  readonly passwords: Passwords;
  readonly ended: EndedSessions;
  readonly linkTo: LinkTo;
  readonly now: () => Date;
}

export class PasswordResets {
  readonly #db: Kysely<Schema>;
  readonly #passwords: Passwords;
  readonly #ended: EndedSessions;
  readonly #linkTo: LinkTo;
  readonly #now: () => Date;

  constructor({ db, passwords, ended, linkTo, now }: PasswordResetsOptions) {
    this.#db = db;
    this.#passwords = passwords;
    this.#ended = ended;
    this.#linkTo = linkTo;
    this.#now = now;
  }

  /**
   * Mails the link to set a new password, if somebody has the address.
   *
   * @param email as it was normalised
   */
  async ask(email: string, actor: Actor): Promise<void> {
    const now = this.#now();
    const { token, hash } = newToken();
    const expires_at = new Date(now.getTime() + LINK_MS);
    await this.#db.transaction().execute(async (transaction) => {
      const user = await transaction
        .selectFrom('users')
        .where('email', '=', email)
        .select('id')
        .forUpdate()
        .executeTakeFirst();
      const account = user && (await findAccount(transaction, user.id));
      if (account === undefined || (await wasAskedLately(transaction, account.user.id, now))) {
        return;
      }
      const { id, name } = account.user;
      await transaction
        .insertInto('password_resets')
        .values({ token_hash: hash, user_id: id, created_at: now, expires_at })
        .execute();
      await audit(transaction, {
        action: 'account.password-reset-asked',
        tenantId: account.tenant.id,
        actor,
        subject: { kind: 'user', id },
      });
      await sendMail(transaction, {
        tenantId: account.tenant.id,
        to: email,
        locale: account.locale,
        template: 'reset-password',
        values: { name, link: this.#linkTo('reset', token), expiresAt: expires_at.toISOString() },
      });
    });
  }

  /**
   * Sets a new password by the token of the link.
   *
   * @throws {ProblemError} `link-invalid`; `invalid-request` for a password that is too easily guessed, which does not
   *   use the link up
   */
  async reset(token: string, password: string, actor: Actor): Promise<void> {
    const now = this.#now();
    const asked = await this.#db
      .selectFrom('password_resets')
      .innerJoin('users', 'users.id', 'password_resets.user_id')
      .where('token_hash', '=', hashOfToken(token))
      .where('expires_at', '>', now)
      .select(['users.id', 'users.email'])
      .executeTakeFirst();
    if (asked === undefined) {
      throw problem('link-invalid');
    }
    assertGoodPassword(password, asked.email, 'body.password');
    const passwordHash = await this.#passwords.hash(password);
    await this.#db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('password_resets')
        .where('token_hash', '=', hashOfToken(token))
        .executeTakeFirst();
      const account = await findAccount(transaction, asked.id);
      if (numDeletedRows === 0n || account === undefined) {
        throw problem('link-invalid');
      }
      await this.#change(transaction, account, passwordHash, { ...actor, userId: asked.id });
      await unlockAccount(transaction, asked.id, asked.email, 'failures');
    });
    await this.#ended.spread();
  }

  /**
   * Sets a new password for somebody who is logged in and confirmed it by the old one. The session they do it in goes
   * on.
   *
   * @throws {ProblemError} `not-found` when they are no longer one of the tenant's people
   */
  async change({ userId, tenantId, sessionId }: Principal, password: string, actor: Actor): Promise<void> {
    const passwordHash = await this.#passwords.hash(password);
    await this.#db.transaction().execute(async (transaction) => {
      const account = await findAccount(transaction, userId, tenantId);
      if (account === undefined) {
        throw problem('not-found');
      }
      await this.#change(transaction, account, passwordHash, actor, sessionId);
    });
    await this.#ended.spread();
  }

  async #change(
    transaction: Kysely<Schema>,
    { user, tenant, locale }: Account,
    passwordHash: string,
    actor: Actor,
    except?: string,
  ): Promise<void> {
    const now = this.#now();
    await transaction
      .updateTable('users')
      .set({ password_hash: passwordHash })
      .where('id', '=', user.id)
      .execute();
    await transaction.deleteFrom('password_resets').where('user_id', '=', user.id).execute();
    const which = { userId: user.id, ...(except !== undefined && { except }) };
    await endSessions(transaction, which, 'password', now);
    await audit(transaction, {
      action: 'account.password-changed',
      tenantId: tenant.id,
      actor,
      subject: { kind: 'user', id: user.id },
    });
    await sendMail(transaction, {
      tenantId: tenant.id,
      to: user.email,
      locale,
      template: 'password-changed',
      values: { name: user.name, at: now.toISOString() },
    });
  }
}

async function wasAskedLately(db: Kysely<Schema>, userId: string, now: Date): Promise<boolean> {
  await db
    .deleteFrom('password_resets')
    .where('user_id', '=', userId)
    .where('expires_at', '<=', now)
    .execute();
  const newest = await db
    .selectFrom('password_resets')
    .where('user_id', '=', userId)
    .where('created_at', '>', new Date(now.getTime() - BETWEEN_MAILS_MS))
    .select('user_id')
    .executeTakeFirst();
  return newest !== undefined;
}
