import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';

const TOKEN_BYTES = 32;
const TOKEN_CHARACTERS = 43;
/** For the documentation. */
export const EXAMPLE_TOKEN = 'pN8q0h2V6mT4yB1sXw9aZc3eR5uK7jLd-fG_oIiHqEk';

/** A token as it is sent back: whether it is good is found out by using it. */
export const tokenSchema = z
  .string()
  .regex(new RegExp(`^[\\w-]{${TOKEN_CHARACTERS}}$`), 'must be the token of the link');

/** A new token, and the SHA-256 that is stored of it: what is stored opens nothing. */
export function newToken(): { token: string; hash: Buffer } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, hash: hashOfToken(token) };
}

export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
