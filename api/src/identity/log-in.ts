import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import { sendMail } from '../notifications/mail.ts';
import { notify } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { type Account, findAccount } from './account.ts';
import { lockAccount } from './locks.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { Origin } from './origin.ts';
import type { Passwords } from './passwords.ts';
import type { SecondFactors } from './second-factor/second-factors.ts';
import type { OpenSession, Proof, Sessions } from './sessions.ts';
import type { AddressThrottle } from './throttle.ts';

export interface Credentials {
  /** As it was normalised. */
  readonly email: string;
  readonly password: string;
  /** Left out: the tenant that the person has been in longest. */
  readonly tenant: string | undefined;
  /** Of the second factor. */
  readonly code: string | undefined;
}

export interface LogInOptions {
  readonly db: Kysely<Schema>;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly attempts: LoginAttempts;
  readonly addresses: AddressThrottle;
  readonly secondFactors: SecondFactors;
  readonly now: () => Date;
}

/** Whom an e-mail address stands for: nobody, somebody, or (a password without a user) one who has yet to verify it. */
interface Claimed {
  readonly userId: string | undefined;
  readonly passwordHash: string | null;
  /** The tenant wanted, or else their first. */
  readonly tenantId: string | null;
}

const LOCK_REASON = 'Five wrong passwords within fifteen minutes';

/**
 * Opens a session by e-mail and password. Known and unknown addresses take the same steps to the same answer, so that
 * neither it nor its time tells which they are.
 *
 * @throws {ProblemError} `invalid-credentials`; `account-locked` and `too-many-requests` after failures; once the
 *   password is right also `account-locked` by an operator, `email-not-verified`, `forbidden` without a tenant,
 *   `second-factor-required` and `second-factor-invalid`
 */
export async function logIn(
  options: LogInOptions,
  credentials: Credentials,
  origin: Origin,
): Promise<OpenSession> {
  const { attempts, sessions, addresses } = options;
  const { email } = credentials;
  const forgive = addresses.begin(origin.actor.address ?? '');
  let judgement: Judgement;
  try {
    await attempts.begin(email);
    judgement = await judge(options, credentials, origin).catch(async (error: unknown) => {
      await attempts.withdrawn(email);
      throw error;
    });
  } catch (error) {
    forgive();
    throw error;
  }
  if (judgement.outcome !== 'right') {
    await writeFailure(options, email, judgement.claimed, origin);
    throw problem(judgement.outcome);
  }
  await attempts.succeeded(email);
  forgive();
  const { account, proof } = judgement;
  return sessions.begin(account, proof, origin);
}

/** What comes of looking at an attempt; what comes to no judgement is thrown. */
type Judgement =
  | { readonly outcome: 'right'; readonly account: Account; readonly proof: Proof }
  | { readonly outcome: 'invalid-credentials' | 'second-factor-invalid'; readonly claimed: Claimed };

async function judge(
  { db, passwords, secondFactors, now }: LogInOptions,
  { email, password, tenant, code }: Credentials,
  { actor }: Origin,
): Promise<Judgement> {
  const claimed = await whoClaims(db, email, tenant, now());
  const { userId, passwordHash, tenantId } = claimed;
  const matched = await passwords.matches(password, passwordHash);
  // A tenant that the person is not in opens nothing either: the answer must not tell who is in which.
  if (!matched || passwordHash === null || (tenant !== undefined && tenantId === null)) {
    return { outcome: 'invalid-credentials', claimed };
  }
  if (userId === undefined) {
    throw problem('email-not-verified');
  }
  const account = tenantId === null ? undefined : await findAccount(db, userId, tenantId);
  if (account === undefined) {
    throw problem('forbidden', {
      detail: 'You do not belong to any tenant yet. Ask an administrator to add you.',
    });
  }
  const shown = await secondFactors.shown({ userId, tenantId: account.tenant.id }, code, actor);
  if (shown === 'missing') {
    // Not a success either: then a password alone would wipe out the wrong codes before it.
    throw problem('second-factor-required');
  }
  return shown === 'wrong'
    ? { outcome: 'second-factor-invalid', claimed }
    : { outcome: 'right', account, proof: { passwordHash, secondFactor: shown === 'proved' } };
}

/** One query, whoever it is: those who registered and did not verify their address are found by it too. */
async function whoClaims(
  db: Kysely<Schema>,
  email: string,
  tenant: string | undefined,
  now: Date,
): Promise<Claimed> {
  const { rows } = await sql<{ id: string | null; password_hash: string | null; tenant_id: string | null }>`
    select
      users.id,
      case when users.id is null then pending.password_hash else users.password_hash end as password_hash,
      coalesce(membership.tenant_id, pending.tenant_id) as tenant_id
    from (select ${email}::text as email) as asked
    left join users on users.email = asked.email
    left join lateral (
      select tenant_id from memberships
      where user_id = users.id and tenant_id = coalesce(${tenant ?? null}::text, tenant_id)
      order by created_at, tenant_id limit 1
    ) as membership on true
    left join lateral (
      select password_hash, tenant_id from registrations
      where users.id is null and email = asked.email and expires_at > ${now}
        and tenant_id = coalesce(${tenant ?? null}::text, tenant_id)
      order by created_at desc limit 1
    ) as pending on true`.execute(db);
  const [row] = rows;
  return {
    userId: row?.id ?? undefined,
    passwordHash: row?.password_hash ?? null,
    tenantId: row?.tenant_id ?? null,
  };
}

/** Writes a failure down and counts it; the one that is too many locks the account, and its owner is told. */
async function writeFailure(
  { db, attempts, now }: LogInOptions,
  email: string,
  { userId, tenantId }: Claimed,
  { actor }: Origin,
): Promise<void> {
  const entry = {
    tenantId: tenantId !== null && isTenantId(tenantId) ? tenantId : null,
    actor,
    ...(userId !== undefined && { subject: { kind: 'user', id: userId } }),
  };
  await db.transaction().execute(async (transaction) => {
    const until = await attempts.failed(email, transaction);
    await audit(transaction, { ...entry, action: 'account.login-failed' });
    if (until === undefined) {
      return;
    }
    await audit(transaction, {
      ...entry,
      action: 'account.locked',
      details: { kind: 'failures', until: until.toISOString() },
    });
    if (userId === undefined) {
      return;
    }
    await lockAccount(transaction, userId, {
      kind: 'failures',
      reason: LOCK_REASON,
      lockedBy: null,
      lockedAt: now(),
      until,
    });
    await tell(transaction, userId, entry.tenantId, until);
  });
}

/** Tells somebody that their account is locked, where they look and by mail. */
async function tell(
  transaction: Kysely<Schema>,
  userId: string,
  tenantId: TenantId | null,
  until: Date,
): Promise<void> {
  const account = tenantId === null ? undefined : await findAccount(transaction, userId, tenantId);
  if (account === undefined) {
    return;
  }
  const { user, tenant } = account;
  const values = { until: until.toISOString() };
  await notify(transaction, { tenantId: tenant.id, userId, kind: 'account.locked', values });
  await sendMail(transaction, {
    tenantId: tenant.id,
    to: user.email,
    locale: account.locale,
    template: 'account-locked',
    values: { name: user.name, ...values },
  });
}
