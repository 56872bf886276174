/*
 * The second factor of people: an authenticator's codes, and recovery codes for when it is lost.
 *
 * What always holds:
 *   - a code is taken once, also of two requests at the same moment: the step of time that it belongs to is stored in
 *     the statement that takes it, and neither that step's code nor an earlier one is taken again;
 *   - a recovery code is taken once, in the same way;
 *   - a second factor counts from its first code on. With it end the sessions that began without one; with its
 *     removal end those that rest on it;
 *   - each of these acts and its line in the audit log happen together or not at all.
 */
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../../audit/audit.ts';
import { type ProblemError, problem } from '../../errors/problem.ts';
import type { Database } from '../../postgres/database.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { Principal } from '../principal.ts';
import { endSessions } from '../sessions.ts';
import type { SecondFactorKeys } from './keys.ts';
import { comparable, newRecoveryCodes } from './recovery-codes.ts';
import { authenticatorUri, CODE_DIGITS, newSecret, spelled, stepOf } from './totp.ts';

const DIGITS_ALONE = new RegExp(`^\\d{${CODE_DIGITS}}$`);

/** A second factor that is begun: what the authenticator must know. The only moment at which it is told. */
export interface Enrolment {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://totp/…`. */
  readonly uri: string;
}

/** Whether somebody has a second factor. */
export interface SecondFactorState {
  readonly activeSince: Date | null;
  /** Recovery codes that are not spent. */
  readonly recoveryCodesLeft: number;
}

/** What came of asking for a second factor. */
export type SecondFactorShown = 'has-none' | 'missing' | 'wrong' | 'proved';

/** Whose it is, in the tenant that they use it for. */
interface Owner {
  readonly userId: string;
  readonly tenantId: TenantId;
}

/** Who asks for it, as the audit log knows them. */
interface Asker {
  readonly principal: Principal;
  readonly actor: Actor;
}

export class SecondFactors {
  readonly #db: Kysely<Schema>;
  readonly #keys: SecondFactorKeys;
  readonly #now: () => Date;

  constructor({ db }: Database, keys: SecondFactorKeys, now: () => Date) {
    this.#db = db;
    this.#keys = keys;
    this.#now = now;
  }

  async state(userId: string): Promise<SecondFactorState> {
    const row = await this.#db
      .selectFrom('second_factors')
      .where('user_id', '=', userId)
      .where('confirmed_at', 'is not', null)
      .select(({ selectFrom }) => [
        'confirmed_at',
        selectFrom('recovery_codes')
          .whereRef('recovery_codes.user_id', '=', 'second_factors.user_id')
          .where('spent_at', 'is', null)
          .select(({ fn }) => fn.countAll<string>().as('left'))
          .as('left'),
      ])
      .executeTakeFirst();
    return { activeSince: row?.confirmed_at ?? null, recoveryCodesLeft: Number(row?.left ?? 0) };
  }

  /**
   * Begins a second factor; one that was begun and not confirmed is forgotten.
   *
   * @param email what the authenticator calls it by
   * @throws {ProblemError} `conflict` when there is one
   */
  async begin(userId: string, email: string): Promise<Enrolment> {
    const secret = newSecret();
    const begun = { sealed_secret: this.#keys.seal(userId, secret), begun_at: this.#now() };
    const row = await this.#db
      .insertInto('second_factors')
      .values({ user_id: userId, ...begun })
      .onConflict((conflict) =>
        conflict.column('user_id').doUpdateSet(begun).where('second_factors.confirmed_at', 'is', null),
      )
      .returning('user_id')
      .executeTakeFirst();
    if (row === undefined) {
      throw problem('conflict', {
        detail: 'You have a second factor already. Remove it first, then set up another.',
      });
    }
    return { secret: spelled(secret), uri: authenticatorUri(secret, email) };
  }

  /**
   * Makes the second factor that was begun count, by its first code.
   *
   * @returns the recovery codes; undefined when the code is wrong
   * @throws {ProblemError} `conflict` when none was begun
   */
  async confirm({ principal, actor }: Asker, code: string): Promise<readonly string[] | undefined> {
    const { userId, tenantId, sessionId } = principal;
    return this.#db.transaction().execute(async (transaction) => {
      const begun = await transaction
        .selectFrom('second_factors')
        .where('user_id', '=', userId)
        .where('confirmed_at', 'is', null)
        .select('sealed_secret')
        .forUpdate()
        .executeTakeFirst();
      if (begun === undefined) {
        throw problem('conflict', {
          detail: 'There is no second factor to confirm. Begin one by POST /api/v1/account/second-factor.',
        });
      }
      const now = this.#now();
      const step = this.#step(userId, begun.sealed_secret, code);
      if (step === undefined) {
        return undefined;
      }
      await transaction
        .updateTable('second_factors')
        .set({ confirmed_at: now, last_step: BigInt(step) })
        .where('user_id', '=', userId)
        .execute();
      await endSessions(transaction, { userId, except: sessionId }, 'second-factor', now);
      await transaction
        .updateTable('sessions')
        .set({ second_factor: true })
        .where('id', '=', sessionId)
        .execute();
      await audit(transaction, { action: 'second-factor.enabled', tenantId, actor, subject: user(userId) });
      return this.#replaceRecoveryCodes(transaction, userId);
    });
  }

  /**
   * What somebody whose password was right shows of their second factor. A code that is good is spent by it.
   *
   * @param code of the authenticator, or a recovery code
   */
  async shown(owner: Owner, code: string | undefined, actor: Actor): Promise<SecondFactorShown> {
    const { activeSince } = await this.state(owner.userId);
    if (activeSince === null) {
      return 'has-none';
    }
    if (code === undefined) {
      return 'missing';
    }
    return (await this.prove(owner, code, actor)) ? 'proved' : 'wrong';
  }

  /**
   * Takes a code, if it is one: it is good for nothing afterwards. One that is not taken is written down.
   *
   * @param code of the authenticator, or a recovery code
   */
  async prove({ userId, tenantId }: Owner, code: string, actor: Actor): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const offered = code.replace(/\s/g, '');
      const byAuthenticator = DIGITS_ALONE.test(offered);
      const taken = byAuthenticator
        ? await this.#takeCode(transaction, userId, offered)
        : await this.#takeRecoveryCode(transaction, userId, offered);
      if (!taken || !byAuthenticator) {
        await audit(transaction, {
          action: taken ? 'second-factor.recovery-used' : 'second-factor.failed',
          tenantId,
          actor,
          subject: user(userId),
        });
      }
      return taken;
    });
  }

  /**
   * Removes the second factor. Sessions that rest on it end: all but the one that asks, or that one too.
   *
   * @param keepSession whether the session that asks goes on, as one without a second factor
   */
  async remove({ principal, actor }: Asker, keepSession: boolean): Promise<void> {
    const { userId, tenantId, sessionId } = principal;
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('second_factors').where('user_id', '=', userId).execute();
      const ended = { userId, ...(keepSession && { except: sessionId }) };
      await endSessions(transaction, ended, 'second-factor', this.#now());
      await transaction
        .updateTable('sessions')
        .set({ second_factor: false })
        .where('id', '=', sessionId)
        .execute();
      await audit(transaction, { action: 'second-factor.disabled', tenantId, actor, subject: user(userId) });
    });
  }

  /**
   * Makes new recovery codes; the old ones are good for nothing.
   *
   * @throws {ProblemError} `conflict` without a second factor
   */
  async renewRecoveryCodes({ principal, actor }: Asker): Promise<readonly string[]> {
    const { userId, tenantId } = principal;
    return this.#db.transaction().execute(async (transaction) => {
      const active = await transaction
        .selectFrom('second_factors')
        .where('user_id', '=', userId)
        .where('confirmed_at', 'is not', null)
        .select('user_id')
        .forUpdate()
        .executeTakeFirst();
      if (active === undefined) {
        throw noSecondFactor();
      }
      await audit(transaction, {
        action: 'second-factor.recovery-renewed',
        tenantId,
        actor,
        subject: user(userId),
      });
      return this.#replaceRecoveryCodes(transaction, userId);
    });
  }

  async #takeCode(db: Kysely<Schema>, userId: string, code: string): Promise<boolean> {
    const active = await db
      .selectFrom('second_factors')
      .where('user_id', '=', userId)
      .where('confirmed_at', 'is not', null)
      .select('sealed_secret')
      .executeTakeFirst();
    const step = active && this.#step(userId, active.sealed_secret, code);
    if (step === undefined) {
      return false;
    }
    // Two at the same moment: the second waits for the first's row, then finds the step taken.
    const { numUpdatedRows } = await db
      .updateTable('second_factors')
      .set({ last_step: BigInt(step) })
      .where('user_id', '=', userId)
      .where('last_step', '<', String(step))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async #takeRecoveryCode(db: Kysely<Schema>, userId: string, code: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('recovery_codes')
      .set({ spent_at: this.#now() })
      .where('user_id', '=', userId)
      .where('hash', '=', this.#keys.hash(userId, comparable(code)))
      .where('spent_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async #replaceRecoveryCodes(db: Kysely<Schema>, userId: string): Promise<readonly string[]> {
    const codes = newRecoveryCodes();
    await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
    await db
      .insertInto('recovery_codes')
      .values(codes.map((code) => ({ user_id: userId, hash: this.#keys.hash(userId, comparable(code)) })))
      .execute();
    return codes;
  }

  #step(userId: string, sealed: Buffer, code: string): number | undefined {
    return stepOf(this.#keys.open(userId, sealed), code.replace(/\s/g, ''), this.#now());
  }
}

/** For whoever asks something of a second factor that they do not have. */
export function noSecondFactor(): ProblemError {
  return problem('conflict', {
    detail: 'You have no second factor. Set one up by POST /api/v1/account/second-factor.',
  });
}

function user(id: string): { kind: string; id: string } {
  return { kind: 'user', id };
}
