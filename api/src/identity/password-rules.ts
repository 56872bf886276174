import { problem } from '../errors/problem.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

/** NIST SP 800-63B asks for 8 beside a second factor, and for a list of those that are used most. */
const SHORTEST_PASSWORD = 10;

/**
 * Refuses a password that others guess first. What kinds of characters it has does not matter: that makes passwords
 * hard to remember, not hard to guess.
 *
 * @param email of whom it is for
 * @param path the field that it came in: `body.password`
 * @throws {ProblemError} `invalid-request` that names the rule: `password_too_short`, `password_is_email`,
 *   `password_common`
 */
export function assertGoodPassword(password: string, email: string, path: string): void {
  const broken = brokenRule(password.normalize('NFKC').toLowerCase(), email.toLowerCase());
  if (broken !== undefined) {
    throw problem('invalid-request', { errors: [{ path, ...broken }] });
  }
}

function brokenRule(password: string, email: string): { rule: string; message: string } | undefined {
  const [localPart = ''] = email.split('@');
  if ([...password].length < SHORTEST_PASSWORD) {
    return { rule: 'password_too_short', message: `must have at least ${SHORTEST_PASSWORD} characters` };
  }
  if (password === email || password === localPart) {
    return { rule: 'password_is_email', message: 'must not be the e-mail address' };
  }
  if (COMMON_PASSWORDS.has(password) || new Set(password).size === 1) {
    return { rule: 'password_common', message: 'is one of the most used passwords; choose another' };
  }
  return undefined;
}
