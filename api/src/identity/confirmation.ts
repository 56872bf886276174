import { problem } from '../errors/problem.ts';
import type { LogInOptions } from './log-in.ts';
import type { LoginAttempts } from './login-attempts.ts';

/** Begins what its attempts are counted by. No e-mail address has a space. */
const CONFIRMATION = 'confirmation of ';

/**
 * What somebody who is logged in does to confirm that it is really them. Wrong answers count, so that whoever finds an
 * open session cannot try them all; apart from the log-in's, so that they do not lock its owner out either.
 *
 * @param wrong what to say when `check` gives undefined
 * @throws {ProblemError} `reauthentication-failed`; `account-locked` after too many of those
 */
export async function confirmedAgain<T>(
  attempts: LoginAttempts,
  userId: string,
  wrong: string,
  check: () => Promise<T | undefined>,
): Promise<T> {
  const guessed = `${CONFIRMATION}${userId}`;
  await attempts.begin(guessed);
  let confirmed: T | undefined;
  try {
    confirmed = await check();
  } catch (error) {
    await attempts.withdrawn(guessed);
    throw error;
  }
  if (confirmed === undefined) {
    await attempts.failed(guessed);
    throw problem('reauthentication-failed', { detail: wrong });
  }
  await attempts.succeeded(guessed);
  return confirmed;
}

/** The person's e-mail address, when the password is theirs. */
export async function ownerOf(
  { db, passwords }: Pick<LogInOptions, 'db' | 'passwords'>,
  userId: string,
  password: string,
): Promise<string | undefined> {
  const user = await db
    .selectFrom('users')
    .where('id', '=', userId)
    .select(['email', 'password_hash'])
    .executeTakeFirst();
  const matched = await passwords.matches(password, user?.password_hash ?? null);
  return matched ? user?.email : undefined;
}
