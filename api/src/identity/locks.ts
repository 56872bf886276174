import type { Kysely } from 'kysely';
import type { Schema } from '../postgres/schema.ts';
import { forgetFailures } from './login-attempts.ts';

/** Why somebody cannot log in. */
export interface AccountLock {
  /** By five wrong passwords, or by a person who runs the platform. */
  readonly kind: 'failures' | 'operator';
  readonly reason: string;
  /** User id; null: the system itself, or somebody who is gone. */
  readonly lockedBy: string | null;
  readonly lockedAt: Date;
  /** Null: until somebody lifts it. */
  readonly until: Date | null;
}

/** The locks of a person that hold at an instant; at most one of each kind. */
export async function locksOf(
  db: Kysely<Schema>,
  userId: string,
  now: Date,
): Promise<readonly AccountLock[]> {
  const rows = await db
    .selectFrom('account_locks')
    .where('user_id', '=', userId)
    .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', now)]))
    .select(['kind', 'reason', 'locked_by', 'locked_at', 'until'])
    .execute();
  return rows.map(({ kind, reason, locked_by, locked_at, until }) => ({
    kind,
    reason,
    lockedBy: locked_by,
    lockedAt: locked_at,
    until,
  }));
}

/** True while a person cannot log in, for whichever reason. */
export async function isLocked(db: Kysely<Schema>, userId: string, now: Date): Promise<boolean> {
  return (await locksOf(db, userId, now)).length > 0;
}

/**
 * Locks a person's account; a lock of the same kind is replaced. Waits for log-ins that are being let in: none of
 * them is missed by whoever ends the person's sessions next in the same transaction.
 *
 * @param db a transaction
 */
export async function lockAccount(db: Kysely<Schema>, userId: string, lock: AccountLock): Promise<void> {
  await db.selectFrom('users').where('id', '=', userId).select('id').forUpdate().execute();
  const values = {
    reason: lock.reason,
    locked_by: lock.lockedBy,
    locked_at: lock.lockedAt,
    until: lock.until,
  };
  await db
    .insertInto('account_locks')
    .values({ user_id: userId, kind: lock.kind, ...values })
    .onConflict((conflict) => conflict.columns(['user_id', 'kind']).doUpdateSet(values))
    .execute();
}

/**
 * Lifts the locks of a person, and forgets the failures that would lead to the next.
 *
 * @param db a transaction
 * @param email the person's, as it is stored
 * @param kind left out: both kinds
 */
export async function unlockAccount(
  db: Kysely<Schema>,
  userId: string,
  email: string,
  kind?: AccountLock['kind'],
): Promise<void> {
  await db
    .deleteFrom('account_locks')
    .where('user_id', '=', userId)
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'failures'))
    .execute();
  await forgetFailures(db, email);
}
