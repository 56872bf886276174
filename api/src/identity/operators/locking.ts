/*
 * Accounts locked and unlocked by those who run the platform.
 *
 * What always holds:
 *   - with a lock the person's sessions end in the same transaction, and nobody is let in who is just logging in;
 *   - nobody locks themselves, and one operator at least is never locked by another: operators who lock each other at
 *     the same moment wait for each other, and the second is refused.
 */
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import type { Schema } from '../../postgres/schema.ts';
import { findAccount } from '../account.ts';
import { lockAccount, locksOf, unlockAccount } from '../locks.ts';
import { OPERATORS_TENANT } from '../permissions.ts';
import type { Principal } from '../principal.ts';
import { endSessions } from '../sessions.ts';

/** An operator, as the one who asks and as the audit log knows them. */
export interface Operator {
  readonly principal: Principal;
  readonly actor: Actor;
}

export interface WantedLock {
  /** For other operators to read. */
  readonly reason: string;
  /** Null: until somebody lifts it. */
  readonly until: Date | null;
}

/**
 * Locks somebody's account; a lock by an operator that is there already is replaced. Once it is done, call
 * {@link EndedSessions.spread}.
 *
 * @returns false when there is nobody with this id
 * @throws {ProblemError} `conflict` when it is the operator's own account, or the last operator's who is not locked
 */
export async function lockByOperator(
  db: Kysely<Schema>,
  userId: string,
  { reason, until }: WantedLock,
  { principal, actor }: Operator,
  now: Date,
): Promise<boolean> {
  if (userId === principal.userId) {
    throw problem('conflict', { detail: 'You cannot lock your own account. Ask another operator.' });
  }
  return db.transaction().execute(async (transaction) => {
    // First of all: whoever holds a person's row and waits for this one could be waited for in turn.
    await keepOneOperator(transaction, userId, now);
    if ((await emailOf(transaction, userId)) === undefined) {
      return false;
    }
    await lockAccount(transaction, userId, {
      kind: 'operator',
      reason,
      lockedBy: principal.userId,
      lockedAt: now,
      until,
    });
    const sessions = await endSessions(transaction, { userId }, 'locked', now);
    await audit(transaction, {
      action: 'account.locked',
      tenantId: await logOf(transaction, userId, principal),
      actor,
      subject: { kind: 'user', id: userId },
      details: { kind: 'operator', reason, until: until?.toISOString() ?? null, sessions },
    });
    return true;
  });
}

/**
 * Lifts every lock of an account, also one by wrong passwords.
 *
 * @returns false when there is nobody with this id
 * @throws {ProblemError} `conflict` when it is not locked
 */
export async function unlockByOperator(
  db: Kysely<Schema>,
  userId: string,
  { principal, actor }: Operator,
  now: Date,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const email = await emailOf(transaction, userId);
    if (email === undefined) {
      return false;
    }
    const locks = await locksOf(transaction, userId, now);
    if (locks.length === 0) {
      throw problem('conflict', { detail: 'This account is not locked. There is nothing to lift.' });
    }
    await unlockAccount(transaction, userId, email);
    await audit(transaction, {
      action: 'account.unlocked',
      tenantId: await logOf(transaction, userId, principal),
      actor,
      subject: { kind: 'user', id: userId },
      details: { kinds: locks.map(({ kind }) => kind).join(' ') },
    });
    return true;
  });
}

/** Waits for whoever changes the same account. */
async function emailOf(transaction: Kysely<Schema>, userId: string): Promise<string | undefined> {
  const user = await transaction
    .selectFrom('users')
    .where('id', '=', userId)
    .select('email')
    .forUpdate()
    .executeTakeFirst();
  return user?.email;
}

async function keepOneOperator(transaction: Kysely<Schema>, userId: string, now: Date): Promise<void> {
  // In one order, so that two who lock each other wait and do not deadlock.
  const operators = await transaction
    .selectFrom('memberships')
    .where('tenant_id', '=', OPERATORS_TENANT)
    .orderBy('user_id')
    .select('user_id')
    .forUpdate()
    .execute();
  if (!operators.some(({ user_id }) => user_id === userId)) {
    return;
  }
  const locked = await transaction
    .selectFrom('account_locks')
    .where('kind', '=', 'operator')
    .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', now)]))
    .select('user_id')
    .execute();
  const out = new Set([userId, ...locked.map(({ user_id }) => user_id)]);
  if (operators.every(({ user_id }) => out.has(user_id))) {
    throw problem('conflict', {
      detail: 'This is the last operator whose account is not locked. Unlock another one first.',
    });
  }
}

/** Whose log it is in: that of the tenant the person has been in longest, so that it is told there; else the platform's. */
async function logOf(transaction: Kysely<Schema>, userId: string, operator: Principal): Promise<TenantId> {
  return (await findAccount(transaction, userId))?.tenant.id ?? operator.tenantId;
}
